"""A configured source gives what is new, once, and is known to be stale when it gives nothing for too long."""

import os
import sqlite3
from datetime import timedelta
from decimal import Decimal

import pytest

from notifier.errors import ImportRefused
from notifier.records.importer import import_file
from notifier.records.report import ImportRequest
from notifier.records.sources import (
    Fault,
    faults_in,
    fingerprint_of,
    new_files,
    note_failure,
    note_reading,
    note_told_stale,
    spool_query,
    stale_sources,
    with_faults,
)
from notifier.store.tables import OrderLine
from tests.records.conftest import CONTEXT, NOW

DAY = timedelta(days=1)


@pytest.fixture
def put(tmp_path):
    """Writes a file that was last changed `age` before NOW."""

    def write(name, text, age=DAY):
        path = tmp_path / name
        path.write_text(text)
        moment = (NOW - age).timestamp()
        os.utime(path, (moment, moment))
        return path

    return write


def test_only_new_and_changed_files_are_read_oldest_first(tmp_path, put):
    pattern = str(tmp_path / "*.csv")
    late, early = put("a.csv", "1"), put("b.csv", "1", 2 * DAY)
    first = new_files(pattern, "", NOW)
    assert first.files == (early, late)
    assert new_files(pattern, first.fingerprint, NOW).files == ()
    put("a.csv", "2", timedelta(hours=1))
    put("b.csv", "1", timedelta(hours=1))
    assert new_files(pattern, first.fingerprint, NOW).files == (late,)


def test_a_file_that_may_still_be_written_waits_for_the_next_look(tmp_path, put):
    path = put("a.csv", "1", timedelta(seconds=1))
    news = new_files(str(tmp_path / "*.csv"), "", NOW)
    assert news.files == ()
    assert new_files(str(tmp_path / "*.csv"), news.fingerprint, NOW + DAY).files == (path,)


def test_our_own_reject_files_are_no_source(tmp_path, put):
    put("a.csv.rejects.csv", "1")
    put("a.csv.warnings.csv", "1")
    assert new_files(str(tmp_path / "*.csv"), "", NOW).files == ()


def test_a_deleted_file_and_a_touched_one_leave_nothing_to_import(tmp_path, put):
    pattern = str(tmp_path / "*.csv")
    put("a.csv", "1")
    gone = put("b.csv", "2")
    first = new_files(pattern, "", NOW)
    put("a.csv", "1", timedelta(hours=1))
    gone.unlink()
    assert new_files(pattern, first.fingerprint, NOW).files == ()


def test_a_refused_file_comes_again_only_when_it_or_its_terms_change(tmp_path, put):
    pattern = str(tmp_path / "*.csv")
    path = put("a.csv", "1")
    refused = with_faults(new_files(pattern, "", NOW, "old").fingerprint, [Fault(str(path), "no header")], "old")
    put("a.csv", "1", timedelta(hours=1))
    touched = new_files(pattern, refused, NOW, "old")
    assert (touched.files, faults_in(touched.fingerprint)) == ((), ["no header"])
    assert new_files(pattern, refused, NOW, "new").files == (path,)
    put("a.csv", "2", timedelta(hours=1))
    changed = new_files(pattern, refused, NOW, "old")
    assert (changed.files, faults_in(changed.fingerprint)) == ((path,), [])


def test_a_file_whose_way_was_barred_comes_again_at_every_look(tmp_path, put):
    pattern = str(tmp_path / "*.csv")
    path = put("a.csv", "1")
    barred = with_faults(new_files(pattern, "", NOW).fingerprint, [Fault(str(path), "disk full", again=True)], "")
    assert new_files(pattern, barred, NOW).files == (path,)


def test_a_source_is_stale_when_it_has_given_nothing_new_for_its_time(store):
    with store.write() as tx:
        note_reading(tx, "feed", "", NOW, news=True)
        note_reading(tx, "feed", "", NOW + DAY / 2, news=False)
        assert stale_sources(tx, {"feed": DAY}, NOW + DAY / 2) == []
        [stale] = stale_sources(tx, {"feed": DAY, "never looked at": DAY}, NOW + DAY)
    assert (stale.name, stale.since, stale.told) == ("feed", NOW, False)


def test_another_fingerprint_alone_is_no_news(store):
    with store.write() as tx:
        note_reading(tx, "feed", '{"a": [1, 2, "x"], "b": [1, 2, "x"]}', NOW, news=True)
        note_reading(tx, "feed", '{"a": [1, 3, "x"]}', NOW + DAY, news=False)
        assert [one.since for one in stale_sources(tx, {"feed": DAY}, NOW + DAY)] == [NOW]


def test_the_team_is_told_of_a_stale_source_once_until_there_is_news(store):
    with store.write() as tx:
        note_reading(tx, "feed", '{"a": [1, 2, "x"]}', NOW, news=True)
        note_failure(tx, "feed", "no such host", NOW + DAY)
        note_told_stale(tx, "feed", NOW + DAY)
        [stale] = stale_sources(tx, {"feed": DAY}, NOW + DAY)
        assert (stale.error, stale.told) == ("no such host", True)
        note_reading(tx, "feed", '{"a": [1, 2, "y"]}', NOW + DAY, news=True)
        assert stale_sources(tx, {"feed": DAY}, NOW + DAY) == []
        assert stale_sources(tx, {"feed": DAY}, NOW + 2 * DAY)[0].told is False
        assert fingerprint_of(tx, "feed") == '{"a": [1, 2, "y"]}'


def test_a_query_is_spooled_to_a_file_and_imported_from_it(small, tmp_path):
    other = sqlite3.connect(tmp_path / "erp.db")
    other.execute("CREATE TABLE pos (nr TEXT, sku TEXT, datum TEXT, kunde TEXT, menge INTEGER, preis NUMERIC)")
    other.execute("INSERT INTO pos VALUES ('7', 'A', '2026-10-01', 'C1', 3, 12.5)")
    other.commit()
    columns = "nr AS order_id, sku, datum AS ordered_at, kunde AS customer_id, menge AS quantity, preis AS unit_price"
    select = f"SELECT {columns} FROM pos"
    spool = tmp_path / "erp.jsonl"
    first = spool_query(f"sqlite:///{tmp_path / 'erp.db'}", select, spool)
    report = import_file(small.store, ImportRequest("backorders", spool, source="erp"), CONTEXT, NOW, lambda a, b: None)
    line = small.one(OrderLine)
    assert (report.accepted, line.quantity, line.unit_price) == (1, 3, Decimal("12.5"))
    assert spool_query(f"sqlite:///{tmp_path / 'erp.db'}", select, spool) == first


def test_a_query_that_fails_is_told_in_the_databases_words_without_its_address(tmp_path):
    with pytest.raises(ImportRefused, match="no such table: nowhere") as refused:
        spool_query(f"sqlite:///{tmp_path / 'erp.db'}", "SELECT * FROM nowhere", tmp_path / "spool.jsonl")
    assert "erp.db" not in str(refused.value)

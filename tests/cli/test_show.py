"""`notifier explain` and `notifier export`, as a person and as a program call them."""

import csv
import io
import json
from pathlib import Path

import pytest

from notifier.cli.show import write_csv
from notifier.queries.exports import MESSAGE_FIELDS
from notifier.store.engine import Store
from tests.calls import Call, caller
from tests.queries.shop_log import ShopLog

pytestmark = pytest.mark.slow
"""Each runs whole commands."""


@pytest.fixture
def call(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line of a shop in Berlin; gives exit code, stdout and stderr."""
    settings = tmp_path / "settings.toml"
    settings.write_text(
        f'[shop]\ntimezone = "Europe/Berlin"\n[database]\nurl = {json.dumps(database_url)}\n', encoding="utf-8"
    )

    run = caller(settings, capsys)
    run("migrate")
    return run


@pytest.fixture
def log(store: Store) -> ShopLog:
    """One accepted message about an order with two lines, with a subject that a spreadsheet would run."""
    log = ShopLog(store)
    log.queue([("11008", "1"), ("11008", "2")])
    log.deliver(subject="=HYPERLINK(evil)")
    return log


@pytest.mark.parametrize("asked", [("--customer", "QUICK"), ("--order", "11008"), ("--message", "1")])
def test_explain_tells_the_story_in_the_shops_time(call: Call, log: ShopLog, asked: tuple[str, str]) -> None:
    code, said, _ = call("explain", *asked)
    assert code == 0
    assert "On 12 June 1998 at 15:00 the bot wrote a delay email about order 11008 (2 lines)" in said


def test_explain_prints_one_json_object(call: Call, log: ShopLog) -> None:
    _, said, _ = call("explain", "--customer", "QUICK", "--json")
    parts = {
        "customer",
        "brand",
        "decisions",
        "messages",
        "contacts",
        "promises",
        "replies",
        "actions",
        "looked_at_again",
    }
    assert set(json.loads(said)) == parts


def test_explain_of_a_key_that_two_brands_have_lists_both(call: Call, log: ShopLog) -> None:
    ShopLog(log.store, brand="outlet")
    _, said, _ = call("explain", "--customer", "QUICK", "--json")
    assert [story["brand"] for story in json.loads(said)["stories"]] == ["main", "outlet"]


@pytest.mark.parametrize("asked", [("--customer", "NOBODY"), ("--order", "0"), ("--message", "99")])
def test_explain_of_what_is_not_there_says_so(call: Call, log: ShopLog, asked: tuple[str, str]) -> None:
    code, said, why = call("explain", *asked)
    assert (code, said) == (2, "")
    assert why.startswith(f"there is no {asked[0].removeprefix('--')} ")


@pytest.mark.parametrize("asked", [(), ("--customer", "QUICK", "--order", "11008")])
def test_explain_wants_exactly_one_thing_to_explain(call: Call, log: ShopLog, asked: tuple[str, ...]) -> None:
    code, _, why = call("explain", *asked)
    assert code == 2
    assert "exactly one of --customer ID, --order ID and --message ID" in why


def test_export_writes_csv_with_a_header_and_harmless_cells(call: Call, log: ShopLog) -> None:
    code, said, _ = call("export", "messages")
    header, row = csv.reader(io.StringIO(said))
    found = dict(zip(header, row, strict=True))
    assert (code, tuple(header)) == (0, MESSAGE_FIELDS)
    assert found["subject"] == "'=HYPERLINK(evil)"
    assert (found["orders"], found["lines"], found["settled_at"]) == ("11008", "1 2", "1998-06-12T13:01:00+00:00")


def test_export_writes_json_lines_with_lists_and_the_words_as_they_are(call: Call, log: ShopLog) -> None:
    _, said, _ = call("export", "messages", "--format", "jsonl")
    (row,) = map(json.loads, said.splitlines())
    assert tuple(row) == MESSAGE_FIELDS
    assert (row["subject"], row["orders"], row["lines"]) == ("=HYPERLINK(evil)", ["11008"], ["1", "2"])


@pytest.mark.parametrize("listing", ["contacts", "decisions"])
def test_every_listing_can_be_exported_both_ways(call: Call, log: ShopLog, listing: str) -> None:
    _, table, _ = call("export", listing)
    _, lines, _ = call("export", listing, "--format", "jsonl")
    (row,) = csv.DictReader(io.StringIO(table))
    assert list(row) == list(json.loads(lines))


def test_an_empty_log_exports_a_header_alone(call: Call) -> None:
    assert len(call("export", "contacts")[1].splitlines()) == 1


def test_an_unknown_listing_is_refused_with_those_there_are(call: Call) -> None:
    code, _, why = call("export", "bodies")
    assert code == 2
    assert "contacts" in why


def test_numbers_and_gaps_are_written_plainly() -> None:
    out = io.StringIO()
    write_csv(("id", "provider_id", "subject"), [{"id": -7, "provider_id": None, "subject": "-7"}], out)
    assert out.getvalue().splitlines()[1] == '-7,"","-7"'

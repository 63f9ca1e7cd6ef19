"""What an export of the log holds, on both databases."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from notifier.queries import exports
from notifier.queries.masks import masked
from notifier.store.engine import Store
from notifier.terms.words import Channel, Outcome, Verdict
from tests.queries.shop_log import EMAIL, NOW, PROGRESS, ShopLog


@pytest.fixture
def log(store: Store) -> ShopLog:
    return ShopLog(store)


def rows(store: Store, listing: str) -> list[dict[str, Any]]:
    with store.read() as tx:
        return list(exports.EXPORTS[listing][1](tx))


def test_a_message_is_exported_with_the_shops_own_keys(log: ShopLog) -> None:
    log.queue([("11008", "1"), ("11008", "2"), ("11019", "1")])
    log.deliver(subject="About your order")
    assert rows(log.store, "messages") == [
        {
            "id": 1,
            "customer": "QUICK",
            "orders": ["11008", "11019"],
            "lines": ["1", "2", "1"],
            "brand": "main",
            "channel": "email",
            "purpose": "delay",
            "class": "required",
            "rung": "required",
            "notice": "",
            "locale": "en",
            "state": "accepted",
            "subject": "About your order",
            "template_version": "v1",
            "queued_at": "1998-06-12T13:00:00+00:00",
            "handed_off_at": "1998-06-12T13:01:00+00:00",
            "settled_at": "1998-06-12T13:01:00+00:00",
            "provider_id": "prov-1",
        }
    ]


@pytest.mark.parametrize("listing", exports.EXPORTS)
def test_the_fields_of_a_row_are_the_fields_of_the_header(log: ShopLog, listing: str) -> None:
    log.queue([("11008", "1")])
    log.deliver()
    fields, _ = exports.EXPORTS[listing]
    assert [tuple(row) for row in rows(log.store, listing)] == [fields]


def test_a_withdrawn_message_still_names_its_lines(log: ShopLog) -> None:
    message = log.queue([("11008", "1"), ("11008", "2")])
    log.withdraw(message, "opted_out")
    (row,) = rows(log.store, "messages")
    assert (row["state"], row["lines"]) == ("withdrawn", ["1", "2"])


def test_a_line_that_was_dropped_before_sending_is_not_listed(log: ShopLog) -> None:
    from notifier import outbox

    message = log.queue([("11008", "1"), ("11008", "2")])
    with log.store.write() as tx:
        outbox.drop_lines(tx, {message: [log.lines["11008", "1"]]})
    log.deliver()
    assert rows(log.store, "messages")[0]["lines"] == ["2"]


def test_messages_come_oldest_first_whatever_their_ids(log: ShopLog) -> None:
    log.queue([("b", "1")])
    log.queue([("a", "1")], at=NOW - timedelta(days=3))
    assert [row["orders"] for row in rows(log.store, "messages")] == [["a"], ["b"]]


def test_a_contact_is_exported_with_its_message_and_a_masked_address(log: ShopLog) -> None:
    log.queue([("11008", "1")])
    log.deliver(subject="About your order")
    (row,) = rows(log.store, "contacts")
    assert row == {
        "id": 1,
        "at": "1998-06-12T13:01:00+00:00",
        "direction": "out",
        "actor": "bot",
        "brand": "main",
        "customer": "QUICK",
        "address": "g***@mail.example",
        "channel": "email",
        "class": "required",
        "purpose": "delay",
        "message": 1,
        "orders": ["11008"],
        "lines": ["1"],
        "summary": "About your order",
    }


def test_no_export_holds_a_whole_address_or_a_body(log: ShopLog) -> None:
    log.queue([("11008", "1")])
    log.deliver()
    whole = json.dumps([rows(log.store, listing) for listing in exports.EXPORTS])
    assert EMAIL not in whole
    assert "the body" not in whole


def test_a_hold_is_exported_with_its_trace_and_how_often_it_was_taken(log: ShopLog) -> None:
    later = NOW + timedelta(hours=1)
    held = {"verdict": Verdict.HOLD, "reason": "quiet_hours", "hold_until": NOW + timedelta(hours=17)}
    for at in (NOW, later):
        log.decide([("11008", "1")], at, purpose=PROGRESS, **held)
    (row,) = rows(log.store, "decisions")
    assert row["trace"][1] == {"rule": "consent", "result": "pass", "saw": {"needed": "none"}}
    assert (row["at"], row["last_at"], row["times"]) == (NOW.isoformat(), later.isoformat(), 2)
    assert (row["verdict"], row["reason"], row["hold_until"]) == ("hold", "quiet_hours", "1998-06-13T06:00:00+00:00")
    assert (row["customer"], row["orders"], row["lines"], row["message"]) == ("QUICK", ["11008"], ["1"], None)


@pytest.mark.slow
def test_a_long_export_reads_a_batch_at_a_time(log: ShopLog) -> None:
    count = exports.ROWS_A_BATCH * 2 + 5
    for at in range(count // 500 + 1):
        names = [f"{at}-{n}" for n in range(min(500, count - at * 500))]
        with log.store.write() as tx:
            made = [log.decision(tx, [(name, "1")]) for name in names]
            _put(tx, made)
    seen: list[str] = []
    event.listen(log.store.engine, "before_cursor_execute", lambda _c, _k, words, *_: seen.append(words))
    with log.store.read() as tx:
        stream = exports.messages(tx)
        for _ in range(exports.ROWS_A_BATCH):
            next(stream)
        queries = len([words for words in seen if words.startswith("SELECT")])
        rest = sum(1 for _ in stream)
    assert (queries, rest) == (2, exports.ROWS_A_BATCH + 5)


def _put(tx: Any, made: list[Any]) -> None:
    from notifier import outbox
    from notifier.store import decisions as stored

    outbox.put(tx, [outbox.Draft(one, {}, True) for one in made], stored.open_run(tx, NOW), NOW)


def test_a_refused_message_is_exported_with_its_state_and_is_no_contact(log: ShopLog) -> None:
    log.queue([("11008", "1")])
    log.deliver(Outcome.REFUSED, "bad_recipient")
    assert [row["state"] for row in rows(log.store, "messages")] == ["refused"]
    assert rows(log.store, "contacts") == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [("g@mail.example", "g***@mail.example"), ("+447700900123", "+44***23"), (None, ""), ("", "")],
)
def test_a_masked_address_is_recognisable_and_not_whole(address: str | None, shown: str) -> None:
    assert masked(address) == shown


def test_a_text_is_masked_in_the_contact_log(store: Store) -> None:
    log = ShopLog(store, channel=Channel.SMS, address="+447700900123")
    log.queue([("1", "1")], {("1", "1"): (date(1998, 7, 1), date(1998, 7, 3))})
    log.deliver()
    assert rows(store, "contacts")[0]["address"] == "+44***23"

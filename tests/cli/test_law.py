"""`notifier deadlines`, `answer`, `confirm` and `refunded`, as a person and as a program call them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.calls import Call, caller
from tests.kept_shops import AsLeft
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each runs whole commands; the rules themselves are tested without them."""

MAY_10 = datetime(2026, 5, 10, 15, tzinfo=UTC)
LAW = '[delay_rule]\njurisdiction = "us_435"\n[shop]\ntimezone = "America/New_York"\n'


def told_of_a_delay(folder: Path, url: str) -> Shop:
    """A recipe for `as_left`: a shop in New York has told ann of a delay past thirty days (F4)."""
    shop = open_shop(folder, url, LAW)
    shop.take_in("backorders", [order("ann", eta_from="2026-07-01", eta_to="2026-07-01", line_id="7")], MAY_10)
    shop.plan(MAY_10)
    shop.deliver(MAY_10)
    return shop


@pytest.fixture
def call(as_left: AsLeft, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line of that shop."""
    return caller(as_left(told_of_a_delay).names_its_database(), capsys)


def test_deadlines_print_one_list_that_others_can_read(call: Call) -> None:
    _, said, _ = call("deadlines", "--now", "2026-05-11T15:00:00Z", "--json")
    assert json.loads(said) == [
        {
            "order": "O-ann",
            "line": "7",
            "customer": "ann",
            "state": "awaiting_consent",
            "notice": "F4",
            "rule": "F4",
            "promised": "2026-05-20",
            "revised": "2026-07-01",
            "deadline": "2026-06-19",
            "refund_by": None,
        }
    ]


def test_deadlines_are_a_table_for_people(call: Call) -> None:
    _, _, told = call("deadlines", "--now", "2026-05-11T15:00:00Z")
    assert ("O-ann, 7" in told, "2026-06-19" in told) == (True, True)


def test_deadlines_without_a_law_are_none_and_say_what_to_set(tmp_path: Path, call: Call) -> None:
    text = (tmp_path / "settings.toml").read_text("utf-8")
    (tmp_path / "settings.toml").write_text(text.replace('"us_435"', '"none"'), encoding="utf-8")
    code, said, told = call("deadlines", "--json")
    assert (code, json.loads(said), "jurisdiction" in told) == (0, [], True)


def test_explain_tells_what_the_customer_answered(call: Call) -> None:
    call("answer", "O-ann", "accept", "--by", "Kim", "--now", "2026-05-12T15:00:00Z")
    _, said, _ = call("explain", "--customer", "ann")
    assert "the customer called: accept for order O-ann; Kim wrote it down" in said


def test_an_answer_that_counts_is_recorded(call: Call) -> None:
    when = ("--now", "2026-05-12T15:00:00Z")
    code, said, _ = call("answer", "O-ann", "accept", "--by", "Kim", *when, "--json")
    found = json.loads(said)
    assert (code, found["counts"], found["lines"][0]["state"]) == (0, True, "consented")


def test_the_same_answer_typed_again_ends_with_one_and_says_that_it_is_on_record(call: Call) -> None:
    when = ("--now", "2026-05-12T15:00:00Z")
    call("answer", "O-ann", "accept", "--by", "Kim", *when)
    code, _, told = call("answer", "O-ann", "accept", "--by", "Kim", *when)
    assert (code, "is on record already" in told) == (1, True)


def test_an_answer_that_comes_too_late_ends_with_one_and_the_reason(call: Call) -> None:
    code, _, told = call("answer", "O-ann", "accept", "--by", "Kim", "--now", "2026-06-22T15:00:00Z")
    assert (code, "the time to agree is over" in told) == (1, True)


def test_an_answer_needs_the_name_of_who_took_it_down(call: Call) -> None:
    assert call("answer", "O-ann", "accept")[0] == 2


def test_an_order_that_nobody_placed_is_a_usage_fault(call: Call) -> None:
    code, _, told = call("answer", "O-zoe", "cancel", "--by", "Kim")
    assert (code, "there is no order 'O-zoe'" in told) == (2, True)


def test_a_line_that_the_order_has_not_is_named_with_those_it_has(call: Call) -> None:
    code, _, told = call("answer", "O-ann", "cancel", "--line", "9", "--by", "Kim")
    assert (code, "it has: 7" in told) == (2, True)


def test_nothing_is_confirmed_before_its_time_is_up(call: Call) -> None:
    code, _, told = call("confirm", "O-ann", "--by", "Kim", "--now", "2026-05-12T15:00:00Z")
    assert (code, "time is not up" in told) == (1, True)


def test_a_refund_needs_a_cancelled_line(call: Call) -> None:
    code, _, told = call("refunded", "O-ann", "--now", "2026-05-12T15:00:00Z")
    assert (code, "is not cancelled" in told) == (1, True)


def test_a_refund_is_recorded_after_a_cancellation(call: Call) -> None:
    call("answer", "O-ann", "cancel", "--by", "Kim", "--now", "2026-05-12T15:00:00Z")
    code, said, _ = call("refunded", "O-ann", "--line", "7", "--now", "2026-05-14T15:00:00Z", "--json")
    assert (code, json.loads(said)["lines"][0]["state"]) == (0, "refunded")

"""`notifier inbox` as a person and as a program call it."""

import json
from pathlib import Path

import pytest

from notifier.pipeline.receive import receive
from notifier.terms.incoming import Incoming, Road
from tests.calls import Call, caller
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each runs whole commands."""

AT = "2026-06-01T17:30:00Z"
WORDS = "I think I would rather cancel, or not? " + "Please call me. " * 9


def answered(folder: Path, url: str) -> Shop:
    """A recipe for `as_left`: Ann, whose shop knows her by her address, has answered in words that are not clear."""
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", customer_id="ann@shop.example.com")])
    shop.plan()
    shop.deliver()
    with shop.house() as house:
        receive(house, Incoming(Road.EMAIL, "1", NOON, WORDS + "\x1b[2J", message_id=1), NOON)
    return shop


@pytest.fixture
def call(as_left: AsLeft, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line of that shop."""
    return caller(as_left(answered).names_its_database(), capsys)


def test_what_waits_is_a_list_for_programs(call: Call) -> None:
    _, said, _ = call("inbox", "--json")
    assert [(one["id"], one["orders"], one["by_law"]) for one in json.loads(said)] == [(1, ["O-ann"], False)]


def test_no_list_has_an_address_whole(call: Call) -> None:
    _, said, told = call("inbox", "--json")
    assert ("ann@" in said + told, "a***@" in said) == (False, True)


def test_a_list_for_people_has_the_beginning_of_the_words(call: Call) -> None:
    _, _, told = call("inbox")
    flat = "".join(told.split())
    assert ("rathercancel" in flat, "Pleasecallme." * 4 in flat) == (True, False)


def test_show_has_all_the_words_and_no_control_characters(call: Call) -> None:
    _, _, told = call("inbox", "show", "1")
    assert ("Please call me. " * 2 in " ".join(told.split()) + " ", "\x1b[2J" in told) == (True, False)


def test_show_tells_what_the_team_did_and_who_took_it_back(call: Call) -> None:
    call("inbox", "take", "1", "--by", "Kim")
    call("inbox", "undo", "1", "--by", "Sam")
    _, said, _ = call("inbox", "show", "1", "--json")
    (_, _, told), steps = call("inbox", "show", "1"), json.loads(said)["steps"]
    assert [(one["by"], one["what"], one["undone_by"]) for one in steps] == [
        ("Sam", "undone", ""),
        ("Kim", "taken", "Sam"),
    ]
    assert "Kim took it, or gave it to somebody (taken back by Sam)" in " ".join(told.split())


def test_act_does_it_and_closes_it(call: Call) -> None:
    code, said, _ = call("inbox", "act", "1", "cancel", "--by", "Kim", "--now", AT, "--json")
    found = json.loads(said)
    assert (code, found["closed"], found["effects"], json.loads(call("inbox", "--json")[1])) == (
        0,
        True,
        ["requested cancel"],
        [],
    )


def test_what_does_not_count_ends_with_one(call: Call) -> None:
    assert call("inbox", "act", "1", "swap", "CHAIR", "--by", "Kim", "--now", AT)[0] == 1


def test_done_closes_it(call: Call) -> None:
    _, said, _ = call("inbox", "done", "1", "--by", "Kim", "--note", "called her", "--now", AT, "--json")
    assert json.loads(said) == {"closed": [1], "by": "Kim"}


def test_what_is_not_there_is_a_usage_fault(call: Call) -> None:
    assert [call("inbox", "show", "9")[0], call("inbox", "done", "9")[0], call("inbox", "assign", "1")[0]] == [2, 2, 2]


def test_a_reply_is_taken_and_taken_back(call: Call) -> None:
    call("inbox", "take", "1", "--by", "Kim")
    code, said, _ = call("inbox", "undo", "1", "--by", "Kim", "--json")
    assert (code, json.loads(said)["undone"]) == (0, "taken")


def test_undo_says_whose_step_it_took_back(call: Call) -> None:
    call("inbox", "take", "1", "--by", "Kim")
    assert "taken back: Kim took it" in " ".join(call("inbox", "undo", "1", "--by", "Sam")[2].split())


def test_undo_takes_the_step_that_is_named_or_none(call: Call) -> None:
    call("inbox", "take", "1", "--by", "Kim")
    step = json.loads(call("inbox", "show", "1", "--json")[1])["steps"][0]["id"]
    call("inbox", "take", "1", "Max", "--by", "Max")
    code, _, told = call("inbox", "undo", "1", "--step", str(step), "--by", "Kim")
    assert (code, "Max has done something" in " ".join(told.split())) == (2, True)


def test_a_reply_rests(call: Call) -> None:
    _, said, _ = call("inbox", "snooze", "1", "2026-06-02T09:00:00Z", "--by", "Kim", "--now", AT, "--json")
    assert json.loads(said)["snoozed_until"] == "2026-06-02T09:00:00+00:00"


def test_a_call_is_planned_and_made(call: Call) -> None:
    first, _, _ = call("inbox", "call", "1", "2026-06-02T09:00:00Z", "--by", "Kim", "--now", AT)
    second, _, _ = call("inbox", "called", "1", "--by", "Kim", "--now", AT)
    assert (first, second, json.loads(call("inbox", "--json")[1])) == (0, 0, [])


def test_a_ready_answer_is_shown_and_not_sent(call: Call) -> None:
    code, _, told = call("inbox", "answer", "1", "--ready", "call_you", "--show", "--now", AT)
    assert (code, "about order O-ann" in " ".join(told.split()), len(json.loads(call("inbox", "--json")[1]))) == (
        0,
        True,
        1,
    )


def test_an_answer_closes_the_reply(call: Call) -> None:
    _, said, _ = call("inbox", "answer", "1", "--text", "We call you.", "--by", "Kim", "--now", AT, "--json")
    assert (json.loads(said)["channel"], json.loads(call("inbox", "--json")[1])) == ("email", [])


def test_an_answer_needs_words(call: Call) -> None:
    code, _, told = call("inbox", "answer", "1", "--by", "Kim")
    assert (code, "--text" in told) == (2, True)

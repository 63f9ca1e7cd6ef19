"""`notifier unknown`: what it lists, what it takes, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifier.pipeline.house import House
from notifier.terms.words import Channel
from tests.calls import Call, caller
from tests.doubtful import Lost, lose, open_house, row
from tests.rows import PROGRESS


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[House]:
    with open_house(tmp_path, sqlite_url) as (_, opened):
        yield opened


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(tmp_path / "settings.toml", capsys)


@pytest.fixture
def lost(house: House) -> Lost:
    return lose(house, channel=Channel.SMS)


def test_the_list_shows_each_with_what_to_type(lost: Lost, call: Call) -> None:
    code, _, said = call("unknown", "list")
    told = " ".join(said.split())
    assert (code, "message 1: a delay text about order-ann, to customer ann, unknown since" in told) == (0, True), said
    assert f"notifier unknown resend {lost.message} --by NAME" in told


def test_an_empty_list_says_so(house: House, call: Call) -> None:
    assert call("unknown", "list")[2].split() == "of every message that was sent it is known what became of it".split()


def test_the_list_as_json_has_what_was_found_out(lost: Lost, call: Call) -> None:
    (found,) = json.loads(call("unknown", "list", "--json")[1])
    assert (found["id"], found["customer"], found["since"], found["found"], found["again_at"]) == (
        lost.message,
        "ann",
        "2026-06-01T15:00:00+00:00",
        [],
        None,
    )


def test_sent_settles_it(house: House, lost: Lost, call: Call) -> None:
    code, _, said = call("unknown", "sent", str(lost.message), "--by", "Kim")
    assert (code, row(house, lost.message).state) == (0, "accepted"), said


def test_resend_queues_several_at_once(house: House, lost: Lost, call: Call) -> None:
    other = lose(house, "bob", PROGRESS)
    ids = [str(lost.message), str(other.message)]
    code, out, _ = call("unknown", "resend", *ids, "--by", "Kim", "--json")
    assert (code, json.loads(out)) == (0, {"queued": [lost.message, other.message], "by": "Kim"})


def test_what_is_not_unknown_ends_with_2_and_what_it_is(lost: Lost, call: Call) -> None:
    call("unknown", "sent", str(lost.message), "--by", "Kim")
    code, _, said = call("unknown", "resend", str(lost.message), "--by", "Kim")
    assert (code, f"message {lost.message} is accepted" in said) == (2, True)


def test_the_story_told_by_explain_names_who_decided(lost: Lost, call: Call) -> None:
    call("unknown", "sent", str(lost.message), "--by", "Kim")
    code, out, said = call("explain", "--message", str(lost.message))
    assert (code, "Kim says that it went" in " ".join((out + said).split())) == (0, True)

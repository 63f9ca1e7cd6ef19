"""`notifier intent`, as a person and as a program call it."""

import json
from pathlib import Path

import pytest

from tests.calls import Call, caller


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line of a shop that has neither settings nor a database."""
    return caller(tmp_path / "absent.toml", capsys)


def test_each_text_is_one_line_of_json(call: Call) -> None:
    code, said, _ = call("intent", "STOP", "where is my order")
    assert (code, [json.loads(line)["intent"] for line in said.splitlines()]) == (0, ["opt_out", "ask_eta"])


def test_a_line_says_all_that_was_understood(call: Call) -> None:
    _, said, _ = call("intent", "--offered", "1,2,3,4", "2")
    assert json.loads(said) == {
        "intent": "cancel_order",
        "confidence": "certain",
        "bound_to": "2",
        "order": None,
        "about": None,
        "matched": ["2"],
        "needs_person": False,
        "link": False,
        "suggestion": None,
        "reason": "a choice that was offered",
        "also": [],
    }


def test_a_second_wish_stands_beside_the_first(call: Call) -> None:
    _, said, _ = call("intent", "STOP. and cancel my order")
    assert [one["intent"] for one in json.loads(said)["also"]] == ["cancel_order"]


def test_a_message_about_several_lines_is_said_so(call: Call) -> None:
    _, said, _ = call("intent", "--offered", "1 2", "--several-lines", "2")
    assert (json.loads(said)["intent"], json.loads(said)["link"]) == ("unclear", True)


def test_a_file_is_read_line_by_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "replies.txt").write_text("STOP\n\nthanks\n", encoding="utf-8")
    _, said, _ = call("intent", "--file", str(tmp_path / "replies.txt"))
    assert [json.loads(line)["intent"] for line in said.splitlines()] == ["opt_out", "unclear", "thanks"]


def test_an_empty_file_has_no_replies(call: Call, tmp_path: Path) -> None:
    (tmp_path / "replies.txt").write_text("", encoding="utf-8")
    assert call("intent", "--file", str(tmp_path / "replies.txt"))[:2] == (0, "")


@pytest.mark.parametrize("words", [(), ("STOP", "--file", "x.txt")])
def test_texts_and_a_file_are_not_both_and_not_neither(call: Call, words: tuple[str, ...]) -> None:
    code, _, told = call("intent", *words)
    assert (code, "--file" in told) == (2, True)


def test_what_no_message_offers_is_a_usage_fault(call: Call) -> None:
    code, _, told = call("intent", "--offered", "9", "2")
    assert (code, "'9' is nothing that a message offers" in told) == (2, True)


def test_a_file_that_is_not_there_is_a_usage_fault(call: Call, tmp_path: Path) -> None:
    code, _, told = call("intent", "--file", str(tmp_path / "none.txt"))
    assert (code, "cannot be read" in told) == (2, True)


def test_a_file_of_another_encoding_is_a_usage_fault(call: Call, tmp_path: Path) -> None:
    (tmp_path / "replies.txt").write_bytes(b"gr\xfc\xdfe")
    code, _, told = call("intent", "--file", str(tmp_path / "replies.txt"))
    assert (code, "not UTF-8 at byte 2" in told) == (2, True)

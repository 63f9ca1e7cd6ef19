"""What is logged: as text or as JSON, and of a library's words no address and no exception's text."""

import json
import logging

import pytest
import structlog

from notifier.cli.logs import log_to_stderr


def logged(capsys: pytest.CaptureFixture[str], as_json: bool = True) -> str:
    """What our own log call and that of a library write."""
    log_to_stderr(as_json)
    structlog.get_logger().error("message held", message=7)
    library = logging.getLogger("somebody.elses")
    try:
        raise ValueError("Key (email)=(ann@shop.example.com)")
    except ValueError:
        library.exception("to ann@shop.example.com, +1 212 555 0187: failed\nof Ann")
    return capsys.readouterr().err


def test_each_line_of_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in logged(capsys).splitlines()]
    assert [(one["level"], one["event"]) for one in lines] == [
        ("error", "message held"),
        ("error", "to <address>, <address>: failed"),
    ]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("planted", ["ann@", "555", "of Ann", "Key ("])
def test_a_librarys_words_come_without_what_they_quote(
    capsys: pytest.CaptureFixture[str], as_json: bool, planted: str
) -> None:
    assert planted not in logged(capsys, as_json)


def test_of_an_exception_its_kind_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "fault='ValueError'" in logged(capsys, as_json=False)


def test_a_second_call_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(True)
    assert len(logged(capsys).splitlines()) == 2

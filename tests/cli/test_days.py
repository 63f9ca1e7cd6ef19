"""A day typed at a command that no zone can count on from."""

from pathlib import Path

import pytest

from notifier.cli import main

NEVER = "9999-12-31"


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--date", ["slip", "--po", "PO-7", "--by", "Lea"]),
        ("--until", ["hold", "ann", "--by", "Lea"]),
        ("--to", ["simulate"]),
    ],
    ids=["slip", "hold", "simulate"],
)
def test_it_is_a_usage_fault_that_names_the_option(
    option: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (called(tmp_path, *words, option, NEVER), f"{option} '{NEVER}' is no day" in capsys.readouterr().err) == (
        2,
        True,
    )


@pytest.mark.parametrize("words", [["inbox", "snooze", "1"], ["inbox", "call", "1"], ["deadlines", "--now"]])
def test_a_moment_that_is_none_in_utc_is_a_usage_fault(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = f"{NEVER}T23:00"
    assert (called(tmp_path, *words, last), f"'{last}' is no ISO 8601 time" in capsys.readouterr().err) == (2, True)


def called(folder: Path, *words: str) -> int:
    settings = folder / "settings.toml"
    settings.write_text('[shop]\ntimezone = "America/New_York"\n')
    main(["migrate", "--settings", str(settings)])
    return main([*words, "--settings", str(settings)])

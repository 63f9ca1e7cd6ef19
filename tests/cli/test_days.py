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
    settings = tmp_path / "settings.toml"
    settings.write_text("")
    main(["migrate", "--settings", str(settings)])
    capsys.readouterr()
    code = main([*words, option, NEVER, "--settings", str(settings)])
    assert (code, f"{option} '{NEVER}' is no day" in capsys.readouterr().err) == (2, True)

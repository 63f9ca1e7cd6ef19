"""Somebody whom the shop does not know by that id: an email address or a number that was typed is told back masked."""

import json
from pathlib import Path

import pytest

from notifier.cli import main

pytestmark = pytest.mark.slow
"""Each opens a shop."""

COMMANDS = (
    ("explain", "--customer"),
    ("export", "--customer"),
    ("erase",),
    ("hold",),
    ("release",),
    ("log", "call"),
)


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> str:
    path = tmp_path / "settings.toml"
    path.write_text(f"[database]\nurl = {json.dumps(sqlite_url)}\n", encoding="utf-8")
    assert main(["--settings", str(path), "migrate"]) == 0
    return str(path)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("typed", "shown"), [("ann@shop.example.com", "a***@shop.example.com"), ("+12125550187", "+12***87")]
)
def test_an_address_is_told_back_masked(
    settings: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], typed: str, shown: str
) -> None:
    capsys.readouterr()
    code = main(["--settings", settings, *words, typed])
    said = "".join(capsys.readouterr())
    assert (code, f"there is no customer '{shown}'" in said, typed in said) == (2, True, False)


def test_a_shops_own_id_is_told_back_whole(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--settings", settings, "hold", "C-1042"])
    assert "there is no customer 'C-1042'" in capsys.readouterr().err

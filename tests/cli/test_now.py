"""`--now` in a shop that writes to customers: nothing is judged or heard of tomorrow."""

import json
from pathlib import Path

import pytest

from notifier.cli import main
from tests.live import LIVE

pytestmark = pytest.mark.slow
"""Each opens a shop in mode live."""

FUTURE = ("--now", "2099-01-01T00:00:00Z")
WRITES = (
    ("plan",),
    ("deliver",),
    ("approve", "1"),
    ("reject", "1"),
    ("go-live", "--yes"),
    ("answer", "O-1", "accept", "--by", "Kim"),
    ("confirm", "O-1"),
    ("refunded", "O-1"),
    ("hold", "C-1"),
    ("erase", "C-1"),
)


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> str:
    path = tmp_path / "settings.toml"
    law = '[delay_rule]\njurisdiction = "us_435"\n'
    text = f"{LIVE.format(host='mail.example.com', port=25)}{law}[database]\nurl = {json.dumps(sqlite_url)}\n"
    path.write_text(text, encoding="utf-8")
    assert main(["--settings", str(path), "migrate"]) == 0
    return str(path)


@pytest.mark.parametrize("words", WRITES, ids=lambda words: words[0])
def test_a_moment_ahead_is_refused_where_it_could_reach_a_customer(
    settings: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code = main(["--settings", settings, *words, *FUTURE])
    assert (code, "--now is refused, because [email] host reaches" in capsys.readouterr().err) == (2, True)


def test_what_was_heard_yesterday_may_be_written_down_today(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--settings", settings, "answer", "O-1", "accept", "--by", "Kim", "--now", "2026-01-01T00:00:00Z"])
    assert (code, "there is no order 'O-1'" in capsys.readouterr().err) == (2, True)

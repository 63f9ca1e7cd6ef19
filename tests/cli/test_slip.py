"""`notifier slip`: shows, asks, writes; lists and takes back."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from notifier.cli import main

pytestmark = pytest.mark.slow
"""Each lives through the main job from import on; the rules themselves are tested without it."""

ORDERS = "order_id,customer_id,email,country,sku,product,ordered_at,promised_ship_by,status\n" + "".join(
    f"O-{name},{name},{name}@shop.example.com,US,LAMP,Reading lamp,2026-05-20,2026-06-20,backordered\n"
    for name in ("ann", "bob")
)
SUPPLY = "po_id,sku,quantity,promised_on\nPO-7,LAMP,50,2026-06-10\n"
NOW = ["--now", "2026-06-01T15:00Z"]
SLIP = ["slip", "--po", "PO-7", "--date", "2026-06-30", "--reason", "The ship was held in port.", "--by", "Lea", *NOW]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text("[delay_rule]\njurisdiction = 'auto'\n")
    assert run(path, "migrate") == 0
    for kind, rows in (("supply", SUPPLY), ("backorders", ORDERS)):
        file = tmp_path / f"{kind}.csv"
        file.write_text(rows)
        assert run(path, "import", kind, str(file), *NOW) == 0
    return path


def run(settings: Path, *words: str) -> int:
    return main([*words, "--settings", str(settings)])


def answer(capsys: pytest.CaptureFixture[str], settings: Path, *words: str) -> Any:
    capsys.readouterr()
    assert run(settings, *words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_json_alone_shows_and_writes_nothing(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, settings, *SLIP)
    assert (found["written"], found["by_kind"]["F3"]["now"], answer(capsys, settings, "slip")) == (False, 2, [])


def test_yes_writes_it_and_the_list_names_who_said_so(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, *SLIP, "--yes") == 0
    (slip,) = answer(capsys, settings, "slip")
    assert (slip["by"], slip["day"], slip["customers"]) == ("Lea", "2026-06-30", 2)


def test_it_shows_a_message_as_customers_will_read_it(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, *SLIP, "--yes")
    shown = capsys.readouterr().err
    assert ("held in port" in shown, "notice F3" in shown, "@shop.example.com" in shown) == (True, True, False)


def test_without_a_word_it_writes_nothing(settings: Path) -> None:
    words = [sys.executable, "-m", "notifier", *SLIP, "--settings", str(settings)]
    done = subprocess.run(words, input="n\n", capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "nothing was done" in done.stderr) == (2, True)


def test_a_slip_can_be_taken_back(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, *SLIP, "--yes")
    answer(capsys, settings, "slip", "--undo", "1", "--by", "Max", *NOW)
    assert answer(capsys, settings, "slip")[0]["undone_by"] == "Max"


@pytest.mark.parametrize("more", [[], ["--date", "soon"], ["--date", "2026-06-30", "--no-date"], ["--no-date"]])
def test_a_slip_without_a_day_that_can_be_is_refused(settings: Path, more: list[str]) -> None:
    assert run(settings, "slip", "--po", "PO-7", *more, *NOW) == 2

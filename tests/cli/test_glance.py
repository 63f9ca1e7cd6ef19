"""`notifier status`: one screen, its first line, and its exit code."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notifier.cli import main
from notifier.terms.words import Rung
from tests.shop import Shop, open_shop, order

FAR = {"promised_ship_by": "2036-05-20", "status": "backordered"}


@pytest.fixture
def shop(tmp_path: Path, sqlite_url: str) -> Shop:
    return open_shop(tmp_path, sqlite_url, f'[database]\nurl = "{sqlite_url}"\n')


def status(shop: Shop, *words: str) -> int:
    return main(["--settings", str(shop.folder / "settings.toml"), "status", *words])


def test_a_shop_that_has_just_planned_is_well(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.plan(datetime.now(UTC))
    code = status(shop)
    assert (code, capsys.readouterr().out.splitlines()[0]) == (0, "All is well: nothing is queued")


def test_the_first_line_counts_what_waits(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    shop.take_in("backorders", [order("ann", ordered_at=now.isoformat(), **FAR)], now)
    shop.plan(now)
    status(shop)
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(("All is well: 1 queued, the oldest waits", "All is well: nothing is queued"))


def test_a_shop_that_needs_a_person_says_what_to_type_and_ends_with_1(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    code = status(shop)
    first = capsys.readouterr().out.splitlines()[0]
    assert (code, first) == (1, "Nothing has been planned yet. Type: notifier plan, or notifier run")


def as_json(shop: Shop, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    status(shop, "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_program_reads_whether_all_is_well(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(shop, capsys)
    assert (found["well"], [one["remedy"] for one in found["troubles"]]) == (
        False,
        ["Type: notifier plan, or notifier run"],
    )


def test_a_program_reads_the_queue_by_rung(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert as_json(shop, capsys)["queue"].keys() == {rung.word for rung in Rung}


def test_to_look_makes_no_tick_file(tmp_path: Path, sqlite_url: str) -> None:
    toml = f'[database]\nurl = "{sqlite_url}"\n[shop]\npostal_address = "1 Oak Street"\n[brands.oak]\nname = "Oak"\n'
    live = 'sender = "Oak <orders@oak.example>"\n[delivery]\nmode = "live"\n[email]\nhost = "mail.example.com"\n'
    shop = open_shop(tmp_path, sqlite_url, toml + live)
    status(shop)
    assert not shop.settings.tick_file.exists()


def test_a_shop_that_is_not_live_says_so_first(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = f'[database]\nurl = "{sqlite_url}"\n[shop]\npostal_address = "1 Oak Street"\n[brands.oak]\nname = "Oak"\n'
    live = 'sender = "Oak <orders@oak.example>"\n[delivery]\nmode = "live"\n[email]\nhost = "mail.example.com"\n'
    status(open_shop(tmp_path, sqlite_url, toml + live))
    assert "Type: notifier go-live --by NAME" in capsys.readouterr().out.splitlines()[0]

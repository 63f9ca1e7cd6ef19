"""`notifier simulate` and `notifier shadow` as people call them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from notifier.cli import main
from notifier.cli.simulate import bars
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, f'[database]\nurl = "{url}"\n[delivery]\nmode = "shadow"\n')
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def shop(as_left_sqlite: AsLeft) -> Shop:
    return as_left_sqlite(shop_made)


def call(shop: Shop, *words: str) -> int:
    return main(["--settings", str(shop.folder / "settings.toml"), *words])


def test_simulate_prints_one_object(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(shop, "simulate", "--from", "2026-06-01", "--to", "2026-06-02", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["before"]["messages"], found["after"]["messages"], found["lost"]) == (2, 2, [])


def test_another_policy_is_named_in_what_is_printed(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    (shop.folder / "quiet.toml").write_text('[policy]\nemail_from = "10:00"\n')
    other = str(shop.folder / "quiet.toml")
    assert call(shop, "simulate", "--from", "2026-06-01", "--to", "2026-06-02", "--policy", other) == 0
    told = capsys.readouterr().err
    assert ("quiet.toml" in told, "note:" in told) == (True, True)


def test_the_page_is_written_where_it_is_asked_for(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    page = shop.folder / "page.html"
    call(shop, "simulate", "--from", "2026-06-01", "--to", "2026-06-02", "--html", str(page))
    assert "<svg" in page.read_text("utf-8")


def test_days_the_wrong_way_round_are_a_fault(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(shop, "simulate", "--from", "2026-06-02", "--to", "2026-06-01") == 2


def test_shadow_lists_what_would_have_been_sent(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    day = str(NOON.date())
    assert call(shop, "shadow", "--from", day, "--to", day, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["customer"] for one in found["listing"]] == ["ann", "bob"]


def test_explain_says_that_a_shadow_message_was_not_sent(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    call(shop, "explain", "--message", "1")
    assert "would have been sent" in capsys.readouterr().out


def test_the_bars_of_many_days_stand_together() -> None:
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(90)]
    assert (len(bars([1] * len(days), 1, 72)), bars([0, 4, 8], 8, 72)) == (45, " ▄█")

"""Going live end to end: nothing goes before somebody has said what customers were told already."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifier.errors import Unsafe, UsageError
from notifier.pipeline.go_live import go_live, open_news, require_mode_live
from notifier.store.tables import Contact, Message
from tests.kept_shops import AsLeft
from tests.live import open_live
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

LATER = NOON + timedelta(minutes=5)
NEW = order("bob", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")


def shop_made(folder: Path, url: str) -> Shop:
    found = open_live(folder, url)
    found.take_in("backorders", [order("ann"), NEW])
    return found


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def begin(shop: Shop, *told: str) -> int:
    with shop.house() as house:
        return go_live(house, "Ada", told, NOON)


def test_a_first_live_plan_says_what_to_type(shop: Shop) -> None:
    with pytest.raises(Unsafe, match="notifier go-live --by NAME"):
        shop.plan()


def test_nothing_is_delivered_before_go_live(shop: Shop) -> None:
    with pytest.raises(Unsafe, match="notifier go-live"):
        shop.deliver()


def test_loopback_needs_no_go_live(tmp_path: Path, database_url: str) -> None:
    shop = open_live(tmp_path, database_url, "localhost")
    shop.take_in("backorders", [order("ann")])
    assert shop.plan().verdicts["send"] == 1


@pytest.mark.parametrize("port", [25, 465, 587])
def test_a_mail_server_of_this_machine_passes_mail_on(tmp_path: Path, sqlite_url: str, port: int) -> None:
    with pytest.raises(Unsafe, match="notifier go-live"):
        open_live(tmp_path, sqlite_url, "localhost", port).plan()


def test_mode_folder_cannot_go_live(tmp_path: Path, database_url: str) -> None:
    with open_shop(tmp_path, database_url).house() as house, pytest.raises(UsageError, match="mode is folder"):
        require_mode_live(house)


def test_it_shows_what_is_due_by_purpose(shop: Shop) -> None:
    with shop.house() as house:
        found = {name: (one.messages, one.customers) for name, one in open_news(house, NOON).items()}
    assert found == {"delay": (1, 1), "placed": (1, 1)}


def test_what_is_held_for_the_night_is_shown_too(shop: Shop) -> None:
    with shop.house() as house:
        assert sorted(open_news(house, NOON.replace(hour=3) + timedelta(days=1))) == ["delay", "placed"]


def test_what_was_told_already_is_not_sent(shop: Shop) -> None:
    assert begin(shop, "delay", "placed") == 2
    shop.plan(LATER)
    assert [(row.purpose, row.state) for row in shop.rows(Message)] == [
        ("delay", "taken_over"),
        ("placed", "taken_over"),
    ]


def test_what_is_to_be_told_now_is_queued_by_the_next_plan(shop: Shop) -> None:
    begin(shop, "placed")
    shop.plan(LATER)
    assert [(row.purpose, row.state) for row in shop.rows(Message)] == [("placed", "taken_over"), ("delay", "queued")]


def test_what_was_told_already_is_no_contact(shop: Shop) -> None:
    begin(shop, "delay", "placed")
    assert shop.rows(Contact) == []


def test_what_was_told_already_uses_up_no_cap(tmp_path: Path, database_url: str) -> None:
    shop = open_live(tmp_path, database_url)
    shop.take_in("backorders", [NEW, NEW | {"order_id": "O-2", "email": "work@shop.example.com"}])
    begin(shop, "placed")
    shop.take_in("backorders", [NEW | {"order_id": "O-3"}], LATER)
    assert shop.plan(LATER).as_json()["by_purpose"]["placed"]["send"] == 1


def test_the_talk_about_a_line_told_before_goes_on(shop: Shop) -> None:
    begin(shop, "delay", "placed")
    later = NOON + timedelta(days=9)
    shop.take_in("backorders", [order("ann", status="shipped", shipped_at="2026-06-09T10:00:00Z")], later)
    assert shop.plan(later).as_json()["by_purpose"]["thank_you"]["send"] == 1


def test_a_shop_goes_live_once(shop: Shop) -> None:
    begin(shop, "delay")
    with shop.house() as house, pytest.raises(UsageError, match="is live since"):
        require_mode_live(house)

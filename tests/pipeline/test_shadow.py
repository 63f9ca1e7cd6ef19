"""Mode shadow: judged, rendered, kept and counted within itself; nothing goes anywhere."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifier.app import open_senders
from notifier.pipeline.shadow import shadow
from notifier.settings import load_settings
from notifier.store.tables import Contact, Message, MessageBody, PromiseTold
from notifier.terms.delivery import Parcel
from notifier.terms.words import Channel, Outcome
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

UTC = ZoneInfo("UTC")
SHADOW = '[delivery]\nmode = "shadow"\n'


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, SHADOW)
    shop.take_in("backorders", [order("ann", eta_to="2026-06-20"), order("bob")])
    shop.plan()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


async def test_the_shadow_takes_every_parcel_of_every_channel(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SHADOW)
    senders = open_senders(load_settings(tmp_path / "settings.toml", {}))
    parcels = [Parcel(1, 1, "u", one, "a@shop.example", "b@shop.example", b"Hello") for one in Channel]
    assert {(await senders[one.channel].send(one)).outcome for one in parcels} == {Outcome.ACCEPTED}


def test_shadow_writes_no_file(shop: Shop) -> None:
    assert (shop.deliver().accepted, shop.sent()) == (2, [])


def test_what_shadow_would_have_sent_is_kept_to_be_read(shop: Shop) -> None:
    shop.deliver()
    assert len(shop.rows(MessageBody)) == 2


def test_shadow_tells_nobody_so_nothing_is_promised_and_nobody_contacted(shop: Shop) -> None:
    shop.deliver()
    assert (shop.rows(Contact), shop.rows(PromiseTold)) == ([], [])


def test_shadow_counts_within_itself(shop: Shop) -> None:
    shop.deliver()
    assert shop.plan(NOON + timedelta(minutes=5)).verdicts["send"] == 0


def test_after_shadow_another_mode_starts_afresh(shop: Shop) -> None:
    shop.deliver()
    in_folder = open_shop(shop.folder, shop.settings.database.url)
    assert in_folder.plan(NOON + timedelta(minutes=5)).verdicts["send"] == 2


def test_a_cap_that_shadow_has_filled_holds_nothing_back_in_another_mode(tmp_path: Path, database_url: str) -> None:
    capped = "[[policy.caps]]\ncount = 1\nperiod = '7d'\n"
    shop = open_shop(tmp_path, database_url, SHADOW + capped)
    young = order("ann", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")
    shop.take_in("backorders", [young])
    shop.plan()
    shop.deliver()
    shop.take_in("backorders", [young | {"order_id": "O-2", "sku": "VASE"}])
    in_folder = open_shop(tmp_path, database_url, capped)
    assert (shop.plan(dry_run=True).verdicts["send"], in_folder.plan(dry_run=True).verdicts["send"]) == (0, 1)


def test_the_listing_tells_day_customer_orders_and_purpose(shop: Shop) -> None:
    shop.deliver()
    with shop.house() as house:
        found = shadow(house.store, UTC, NOON.date(), NOON.date())
    assert [(str(one.day), one.customer, one.orders, one.purpose) for one in found.messages] == [
        ("2026-06-01", "ann", ("O-ann",), "delay"),
        ("2026-06-01", "bob", ("O-bob",), "delay"),
    ]


def test_the_listing_leaves_other_days_out(shop: Shop) -> None:
    shop.deliver()
    with shop.house() as house:
        found = shadow(house.store, UTC, NOON.date() + timedelta(days=1), NOON.date() + timedelta(days=7))
    assert found.as_json()["messages"] == 0


def test_the_listing_leaves_other_modes_out(shop: Shop) -> None:
    shop.deliver()
    in_folder = open_shop(shop.folder, shop.settings.database.url)
    in_folder.plan(NOON + timedelta(minutes=5))
    in_folder.deliver(NOON + timedelta(minutes=5))
    with shop.house() as house:
        found = shadow(house.store, UTC, NOON.date(), NOON.date())
    assert ([row.mode for row in shop.rows(Message)], len(found.messages)) == (["shadow"] * 2 + ["folder"] * 2, 2)

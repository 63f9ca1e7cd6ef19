"""A broken template holds its own messages alone; the team hears of it once, and once it is mended they go."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from notifier.pipeline.broken_templates import tell_broken
from notifier.pipeline.house import House
from notifier.pipeline.team import Team
from notifier.store.tables import Message
from tests.kept_shops import AsLeft
from tests.pipeline.test_sources import Postbox
from tests.shop import NOON, Shop, open_shop, order
from tests.wordshop import PLACED, email, put_out

pytestmark = pytest.mark.slow

NEW = {"promised_ship_by": "2026-06-20", "ordered_at": "2026-05-31T10:00:00Z"}


def shop_made(folder: Path, url: str) -> Shop:
    own = folder / "templates" / "placed"
    own.mkdir(parents=True)
    (own / "email.md").write_text("{{ greeting }}\n\n{{ 1 / (first_item.quantity - 1) }}\n", "utf-8")
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", **NEW), order("ben", **NEW), order("gerd", **NEW, locale="de")])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """A shop whose own file fails for two of three orders."""
    return as_left(shop_made)


@pytest.fixture
def house(shop: Shop) -> Iterator[House]:
    with shop.house() as house:
        yield house


def tell(house: House, postbox: Postbox, address: str = "team@oak.example", later: timedelta = timedelta(0)) -> int:
    return asyncio.run(tell_broken(house, Team(address, "Oak <orders@oak.example>", postbox), NOON + later))


def states(shop: Shop) -> list[str]:
    return sorted(row.state for row in shop.rows(Message))


def test_messages_of_other_templates_go_on(shop: Shop) -> None:
    assert states(shop) == ["accepted", "held", "held"]


def test_the_team_hears_which_line_it_is_what_is_wrong_and_how_many_wait(house: House) -> None:
    postbox = Postbox()
    tell(house, postbox)
    told = str(message_from_string(postbox.mails[0], policy=default).get_content())
    assert (
        "placed/email.md line 3: fails with ZeroDivisionError" in told,
        "2 messages of placed are held" in told,
    ) == (
        True,
        True,
    ), told


def test_the_team_hears_of_a_version_once(house: House) -> None:
    postbox = Postbox()
    assert [tell(house, postbox), tell(house, postbox, later=timedelta(days=9)), len(postbox.mails)] == [2, 0, 1]


def test_what_no_server_took_is_told_again(house: House) -> None:
    assert [tell(house, Postbox(open=False)), tell(house, Postbox())] == [2, 2]


def test_who_publishes_a_mended_text_hears_how_many_messages_it_released(house: House) -> None:
    assert put_out(house, PLACED, email("Mended.")).released == 2


def test_what_was_released_is_rendered_afresh_and_sent(shop: Shop, house: House) -> None:
    put_out(house, PLACED, email("Mended."))
    shop.deliver()
    assert (states(shop), sum("Mended." in mail for mail in shop.sent())) == (["accepted"] * 3, 2)


def test_what_was_shipped_meanwhile_is_not_sent_although_it_is_released(shop: Shop, house: House) -> None:
    gone = {"status": "shipped", "shipped_at": "2026-06-01T12:00:00Z"}
    shop.take_in("backorders", [order("ann", **NEW) | gone, order("ben", **NEW), order("gerd", **NEW, locale="de")])
    put_out(house, PLACED, email("Mended."))
    shop.deliver()
    assert states(shop) == ["accepted", "accepted", "withdrawn"]

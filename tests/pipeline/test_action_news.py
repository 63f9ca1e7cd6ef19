"""The team hears at once, and once, of what customers want done."""

import asyncio
from datetime import datetime
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.action_news import tell_actions
from notifier.pipeline.actions import do
from notifier.pipeline.alarms import tell_deadlines
from notifier.pipeline.answers import Asked, answer
from notifier.terms.law import Said
from tests.kept_shops import AsLeft
from tests.pipeline.test_delay_law import LAW, at, late, told
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through imports and plans."""


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann"), order("bob")])
    for name in ("ann", "bob"):
        with shop.house() as house:
            answer(house, Said.CANCEL, Asked(f"O-{name}", "", "Kim"), NOON)
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann and Bob have cancelled; no law on delays is set."""
    return as_left(shop_made)


def lawful_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, LAW)
    shop.take_in("backorders", [late()], at("2026-05-10"))
    told(shop, "2026-05-10")
    with shop.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), at("2026-05-12"))
    return shop


@pytest.fixture
def lawful(as_left: AsLeft) -> Shop:
    """Ann has cancelled under the American rule."""
    return as_left(lawful_made)


def tell(shop: Shop, postbox: Postbox, now: datetime = NOON) -> None:
    with shop.house() as house:
        asyncio.run(tell_actions(house, team(postbox), now))


def words(postbox: Postbox) -> str:
    return str(message_from_string(postbox.mails[-1], policy=default).get_content())


def test_all_that_is_new_is_one_email(shop: Shop) -> None:
    postbox = Postbox()
    tell(shop, postbox)
    assert (len(postbox.mails), "order O-ann" in words(postbox), "order O-bob" in words(postbox)) == (1, True, True)


def test_each_is_told_once(shop: Shop) -> None:
    postbox = Postbox()
    tell(shop, postbox)
    tell(shop, postbox)
    assert len(postbox.mails) == 1


def test_nothing_of_the_customer_but_the_shops_own_id_is_told(shop: Shop) -> None:
    postbox = Postbox()
    tell(shop, postbox)
    assert ("customer ann" in words(postbox), "@" in words(postbox), "Ann" in words(postbox)) == (True, False, False)


def test_goods_that_left_despite_a_request_are_an_alarm(shop: Shop) -> None:
    postbox = Postbox()
    tell(shop, postbox)
    shop.take_in("backorders", [order("ann", status="shipped")], NOON)
    shop.plan(NOON)
    tell(shop, postbox)
    assert ("order O-ann" in words(postbox), "see to the return" in words(postbox)) == (True, True)


def test_what_the_law_alarms_about_is_not_told_twice(lawful: Shop) -> None:
    lawful.take_in("backorders", [late(status="shipped", shipped_at="2026-05-13T10:00:00Z")], at("2026-05-14"))
    lawful.plan(at("2026-05-14"))
    postbox = Postbox()
    tell(lawful, postbox, at("2026-05-14"))
    assert postbox.mails == []


def test_a_cancellation_told_as_an_action_is_no_alarm_beside_it(lawful: Shop) -> None:
    postbox = Postbox()
    tell(lawful, postbox, at("2026-05-12"))
    lawful.plan(at("2026-05-12"))
    with lawful.house() as house:
        asyncio.run(tell_deadlines(house, team(postbox), at("2026-05-12")))
    assert len(postbox.mails) == 1


def keep(shop: Shop) -> None:
    with shop.house() as house:
        answer(house, Said.KEEP, Asked("O-ann", "", "Kim"), NOON)


def test_the_team_hears_once_that_the_customer_keeps_what_it_was_told_to_stop(shop: Shop) -> None:
    postbox = Postbox()
    tell(shop, postbox)
    keep(shop)
    tell(shop, postbox)
    tell(shop, postbox)
    found = words(postbox)
    assert (len(postbox.mails), "the customer keeps it" in found, "O-ann" in found) == (2, True, True)


def test_what_was_taken_back_before_the_team_heard_of_it_is_not_told(shop: Shop) -> None:
    postbox = Postbox()
    keep(shop)
    tell(shop, postbox)
    assert (len(postbox.mails), "O-ann" in words(postbox)) == (1, False)


def test_what_is_said_to_be_done_after_it_was_taken_back_is_an_alarm(shop: Shop) -> None:
    postbox = Postbox()
    tell(shop, postbox)
    keep(shop)
    tell(shop, postbox)
    with shop.house() as house, pytest.raises(UsageError):
        do(house, [1], "Kim", NOON)
    tell(shop, postbox)
    assert (len(postbox.mails), "Undo it in the shop's system" in " ".join(words(postbox).split())) == (3, True)

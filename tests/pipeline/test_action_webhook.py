"""The shop's own system hears of actions by its webhook: signed, at least once, and may close them in its answer."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.action_post import PostAccess, post
from notifier.errors import Permanent, Transient
from notifier.pipeline.action_news import tell_actions
from notifier.pipeline.action_webhook import PostReport, post_actions
from notifier.pipeline.answers import Asked, answer
from notifier.store.tables import Action
from notifier.terms.law import Said
from tests.kept_shops import AsLeft
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, open_shop, order
from tests.standins.shop_system import ShopSystem, shop_system

pytestmark = pytest.mark.slow
"""Each speaks to a server of its own."""

SECRET = b"0123456789abcdef"
HOUR = timedelta(hours=1)


@pytest.fixture
def system() -> Iterator[ShopSystem]:
    with shop_system() as found:
        yield found


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", customer_id="ann@shop.example.com")])
    say(shop, Said.CANCEL)
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann has cancelled."""
    return as_left(shop_made)


def say(shop: Shop, said: Said, now: datetime = NOON) -> None:
    with shop.house() as house:
        answer(house, said, Asked("O-ann", "", "Kim"), now)


def look(shop: Shop, url: str, now: datetime = NOON, postbox: Postbox | None = None) -> PostReport:
    with shop.house() as house:
        return asyncio.run(post_actions(house, PostAccess(url, SECRET), team(postbox or Postbox()), now))


def states(shop: Shop) -> list[tuple[str, str, str]]:
    return [(row.kind, row.state, row.closed_by) for row in shop.rows(Action)]


def test_an_action_is_posted_as_json(shop: Shop, system: ShopSystem) -> None:
    look(shop, system.url)
    told = json.loads(system.got[0][1])
    assert (told["kind"], told["order"], told["sku"], told["customer"]) == (
        "cancel",
        "O-ann",
        "LAMP",
        "ann@shop.example.com",
    )


def test_what_is_posted_is_signed_with_its_time(shop: Shop, system: ShopSystem) -> None:
    look(shop, system.url)
    headers, body = system.got[0]
    at, _, signed = headers["X-Notifier-Signature"].removeprefix("t=").partition(",v1=")
    right = hmac.new(SECRET, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert (at, signed) == (str(int(NOON.timestamp())), right)


def test_what_was_taken_is_posted_once(shop: Shop, system: ShopSystem) -> None:
    look(shop, system.url)
    look(shop, system.url, NOON + HOUR)
    assert len(system.got) == 1


def test_what_was_not_taken_is_posted_again_under_the_same_id(shop: Shop, system: ShopSystem) -> None:
    system.code = 500
    look(shop, system.url)
    look(shop, system.url, NOON + HOUR)
    assert [headers["X-Notifier-Id"] for headers, _ in system.got] == ["action-1-requested"] * 2


def test_what_was_not_taken_waits_before_it_is_posted_again(shop: Shop, system: ShopSystem) -> None:
    system.code = 500
    look(shop, system.url)
    look(shop, system.url, NOON + timedelta(seconds=20))
    assert len(system.got) == 1


def test_the_team_hears_of_a_webhook_that_takes_nothing(shop: Shop, system: ShopSystem) -> None:
    system.code, postbox = 500, Postbox()
    for hours in range(4):
        look(shop, system.url, NOON + hours * HOUR, postbox)
    assert len(postbox.mails) == 1


def test_the_shop_may_close_an_action_in_its_answer(shop: Shop, system: ShopSystem) -> None:
    system.answer = b'{"state": "done"}'
    look(shop, system.url)
    assert states(shop) == [("cancel", "done", "webhook"), ("refund", "requested", "")]


def test_the_shop_may_refuse_an_action_in_its_answer(shop: Shop, system: ShopSystem) -> None:
    system.answer = b'{"state": "refused", "reason": "packed"}'
    look(shop, system.url)
    assert [(row.state, row.closed_as) for row in shop.rows(Action)] == [("refused", "packed")]


@pytest.mark.parametrize("answer", [b"[1]", b"done", b'{"state": "maybe"}', b"\xff" * 9, b"[" * 60_000])
def test_any_other_answer_only_says_that_it_was_taken(shop: Shop, system: ShopSystem, answer: bytes) -> None:
    system.answer = answer
    assert (look(shop, system.url).posted, states(shop)) == (1, [("cancel", "requested", "")])


def test_a_cancellation_taken_back_is_posted_where_it_was_posted_before(shop: Shop, system: ShopSystem) -> None:
    look(shop, system.url)
    say(shop, Said.KEEP, NOON + HOUR)
    look(shop, system.url, NOON + 2 * HOUR)
    assert [json.loads(body)["state"] for _, body in system.got] == ["requested", "withdrawn"]


def test_a_cancellation_taken_back_before_it_was_posted_is_never_posted(shop: Shop, system: ShopSystem) -> None:
    say(shop, Said.KEEP, NOON + HOUR)
    look(shop, system.url, NOON + 2 * HOUR)
    assert system.got == []


def test_a_cancellation_taken_back_after_a_crash_is_posted_too(shop: Shop, system: ShopSystem) -> None:
    def dies(host: str, port: int) -> list[str]:
        raise LookupError

    access = PostAccess("https://shop.example/", SECRET, resolver=dies)
    with shop.house() as house, pytest.raises(LookupError):
        asyncio.run(post_actions(house, access, team(Postbox()), NOON))
    say(shop, Said.KEEP, NOON + HOUR)
    look(shop, system.url, NOON + 2 * HOUR)
    assert [json.loads(body)["state"] for _, body in system.got] == ["withdrawn"]


def test_what_the_shop_calls_done_after_it_was_taken_back_is_an_alarm(shop: Shop, system: ShopSystem) -> None:
    look(shop, system.url)
    say(shop, Said.KEEP, NOON + HOUR)
    system.answer = b'{"state": "done"}'
    look(shop, system.url, NOON + 2 * HOUR)
    postbox = Postbox()
    with shop.house() as house:
        asyncio.run(tell_actions(house, team(postbox), NOON + 2 * HOUR))
    assert ["Subject: Stopped although the customer keeps it" in one for one in postbox.mails] == [True]


def test_a_redirect_is_not_followed(system: ShopSystem) -> None:
    system.code = 302
    with pytest.raises(Permanent, match="redirect"):
        asyncio.run(post(PostAccess(system.url, SECRET), "1", b"{}", NOON))


@pytest.mark.parametrize("inside", ["10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1", "127.0.0.1"])
def test_a_name_that_points_inside_is_refused_before_any_connection(inside: str) -> None:
    access = PostAccess("https://shop.example/", SECRET, resolver=lambda host, port: [inside])
    with pytest.raises(Permanent, match="private network"):
        asyncio.run(post(access, "1", b"{}", NOON))


def test_one_try_takes_no_longer_than_its_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        access = PostAccess(f"http://127.0.0.1:{silent.getsockname()[1]}/", SECRET, seconds=0.2)
        with pytest.raises(Transient, match="has not answered"):
            asyncio.run(post(access, "1", b"{}", NOON))

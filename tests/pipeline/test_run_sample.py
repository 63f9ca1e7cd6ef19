"""A stopped run is judged by what it would send: a few messages of each kind as they will be read."""

import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from notifier.errors import UsageError
from notifier.pipeline.run_sample import OF_EACH, RunShown, look
from notifier.pipeline.slip_letters import read
from notifier.pipeline.withheld import Saying
from notifier.render.links import NOBODYS
from notifier.store.tables import Message, PlanRun, Withheld
from tests.pipeline.test_brake import FIVE, LIMIT, placed, stop, word
from tests.pipeline.test_brake_at_night import EAST, EVENING
from tests.shop import NOON, Shop, open_shop, order, rendering

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, LIMIT)


def shown(shop: Shop, now: datetime = NOON) -> RunShown:
    """The one run."""
    with shop.house() as house:
        return look(house, shop.rows(PlanRun)[0].id or 0, now)


def test_a_few_messages_of_each_kind_are_shown_as_they_will_be_read(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    letters = read(shown(shop).letters, rendering().render)
    assert (len(letters), {one.purpose for one in letters}) == (OF_EACH, {"delay"})
    assert all("Reading lamp" in one.text and not one.fault for one in letters)


def test_a_sample_holds_no_key_of_a_customer(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, LIMIT + '[web]\npublic_url = "https://oak.example"\n')
    stop(shop, *map(order, ("ann", "bob", "cat")))
    letters = read(shown(shop).letters, rendering().render)
    links = [link for one in letters for link in re.findall(r"https://oak.example/[mtu]/[^\s\"<]+", one.text)]
    assert links and {link.rpartition("/")[2] for link in links} == {NOBODYS}


def test_to_look_stores_nothing(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    before = shop.rows(PlanRun)
    shown(shop)
    assert (shop.rows(Message), shop.rows(PlanRun)) == ([], before)


def test_no_address_is_shown_beside_a_message(shop: Shop) -> None:
    stop(shop, *[order(name, customer_id=f"{name}@shop.example.com") for name in ("ann", "bob", "cat")])
    assert [one.customer for one in shown(shop).letters] == ["a***@shop.example.com", "b***@shop.example.com"]


def test_news_and_what_the_law_requires_are_both_shown(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")), *map(placed, ("dan", "eve", "fay")))
    assert sorted({one.purpose for one in shown(shop).letters}) == ["delay", "placed"]


def test_at_night_it_is_said_how_many_of_the_sample_wait_and_why(shop: Shop) -> None:
    stop(shop, *[placed(name) | EAST for name in ("ann", "bob", "cat")])
    found = shown(shop, now=EVENING + timedelta(hours=4))
    assert (found.letters, dict(found.waits)) == ([], {"quiet_hours": 3})


def test_a_run_that_waits_may_be_approved_or_rejected(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    assert shown(shop).words == (Saying.APPROVE, Saying.REQUIRED_ONLY, Saying.REJECT)


def test_after_a_word_there_is_nothing_to_say_but_the_rest(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    word(shop, shop.rows(PlanRun)[0].id, Saying.REQUIRED_ONLY)
    assert (shown(shop).words, shown(shop).letters) == ((Saying.APPROVE, Saying.REJECT), [])


def test_what_a_rejected_run_holds_back_is_shown_as_it_will_be_read(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")), *map(placed, ("dan", "eve", "fay")))
    word(shop, shop.rows(PlanRun)[0].id, Saying.REJECT)
    found = shown(shop, NOON + 2 * FIVE)
    letters = read(found.letters, rendering().render)
    assert [one.purpose for one in letters] == ["delay"] * OF_EACH + ["placed"] * OF_EACH
    assert all("Reading lamp" in one.text for one in letters)


def test_the_rest_that_waits_is_shown_as_it_will_be_read(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")), *map(placed, ("dan", "eve", "fay")))
    word(shop, shop.rows(PlanRun)[0].id, Saying.REQUIRED_ONLY)
    assert {one.purpose for one in shown(shop, NOON + 2 * FIVE).letters} == {"placed"}


def test_to_look_at_what_is_held_back_lets_nothing_go(shop: Shop) -> None:
    stop(shop, *map(order, ("ann", "bob", "cat")))
    word(shop, shop.rows(PlanRun)[0].id, Saying.REJECT)
    before = shop.rows(Withheld)
    shown(shop)
    assert (shop.rows(Message), shop.rows(Withheld)) == ([], before)


def test_to_look_at_what_is_held_back_waits_for_nobody_who_changes_customers(
    tmp_path: Path, postgresql_url: str
) -> None:
    shop = open_shop(tmp_path, postgresql_url, LIMIT)
    stop(shop, *map(order, ("ann", "bob", "cat")))
    word(shop, shop.rows(PlanRun)[0].id, Saying.REJECT)
    with ThreadPoolExecutor(1) as thread, shop.house() as house, house.store.engine.begin() as plan:
        plan.execute(text("SELECT id FROM customer FOR NO KEY UPDATE"))
        looking = thread.submit(shown, shop)
        done, _ = wait([looking], timeout=60)
    assert done == {looking}


def test_a_run_that_is_not_there_is_told(shop: Shop) -> None:
    with shop.house() as house, pytest.raises(UsageError, match="no run 9"):
        look(house, 9, NOON)

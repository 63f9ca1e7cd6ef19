"""Two schedulers and two deliverers at once, each with its own connection: nobody gets anything twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier import outbox
from notifier.pipeline.house import House
from notifier.pipeline.plan import plan
from notifier.store.decisions import bring_forward, due_at
from notifier.store.tables import Attempt, Message
from notifier.terms.words import Channel
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

CUSTOMERS = 60


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, "[delivery]\nrender_workers = 1\nclaim_size = 7\n")
    shop.take_in("backorders", [order(f"c{number:03}") for number in range(CUSTOMERS)])
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def at_once(count: int, work: object) -> list[object]:
    """Run `work` in `count` threads that start together."""
    gate = threading.Barrier(count)

    def start(_: int) -> object:
        gate.wait()
        return work()  # type: ignore[operator]

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def test_two_schedulers_queue_each_message_once(shop: Shop) -> None:
    at_once(2, lambda: shop.plan(NOON))
    assert len(shop.rows(Message)) == CUSTOMERS


def test_two_deliverers_send_each_message_once(shop: Shop) -> None:
    shop.plan()
    at_once(2, lambda: shop.deliver(NOON))
    addressed = [next(line for line in text.splitlines() if line.startswith("To:")) for text in shop.sent()]
    assert sorted(addressed) == sorted(set(addressed)) and len(addressed) == CUSTOMERS


def test_two_schedulers_and_two_deliverers_try_each_message_once(shop: Shop) -> None:
    def plan_and_deliver() -> None:
        shop.plan(NOON)
        shop.deliver(NOON)

    at_once(2, plan_and_deliver)
    shop.deliver(NOON)
    # Attempts and files, not contacts: a contact is unique by its message and would hide a second sending.
    tried = [row.message_id for row in shop.rows(Attempt)]
    assert (sorted(tried), len(shop.sent())) == (sorted(set(tried)), CUSTOMERS)


def test_who_is_to_be_looked_at_while_a_plan_runs_is_looked_at_by_the_next(tmp_path: Path, postgresql_url: str) -> None:
    shop = open_shop(tmp_path, postgresql_url)
    shop.take_in("backorders", [order("ann")])

    def ask(house: House) -> None:
        with house.store.write() as tx:
            bring_forward(tx, [1], NOON)

    with shop.house() as house:
        plan(house, NOON, False, lambda done, due: ask(house))
        with house.store.read() as tx:
            asked_for = due_at(tx, 1)
        shop.plan()
        with house.store.read() as tx:
            assert (asked_for, due_at(tx, 1)) == (NOON, datetime(2026, 6, 2, tzinfo=UTC))


def test_two_workers_that_put_off_the_same_domain_do_not_wait_for_each_other(
    tmp_path: Path, postgresql_url: str
) -> None:
    shop = open_shop(tmp_path, postgresql_url)
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    with shop.house() as house, house.store.write() as one, house.store.write() as other:
        (mine,) = outbox.claim(one, outbox.Lease("one", 60, house.sending.mode), Channel.EMAIL, 1, NOON)
        (theirs,) = outbox.claim(other, outbox.Lease("other", 60, house.sending.mode), Channel.EMAIL, 1, NOON)
        found = [outbox.due_to(tx, Channel.EMAIL, "shop.example.com", NOON, 9) for tx in (one, other)]
    assert (mine.id != theirs.id, found) == (True, [[], []])

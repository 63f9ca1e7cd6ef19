"""Caps hold per customer and per address, over the batches of a run and between schedulers and deliverers at once."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from notifier.pipeline import plan as planning
from notifier.pipeline.claims import claim
from notifier.store.lookup import table_of
from notifier.store.tables import Message
from notifier.terms.words import Channel
from tests.kept_shops import AsLeft
from tests.pipeline.test_many_at_once import at_once
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

COUPLES = 30
ONE_A_DAY = '[delivery]\nrender_workers = 1\nclaim_size = 7\n[[policy.caps]]\ncount = 1\nperiod = "24h"\n'
BY_TEXT = f"""
[shop]
country = "DE"
timezone = "Europe/Berlin"
[sms]
enabled = true
account_sid = "AC{"0" * 32}"
messaging_service_sid = "MG{"0" * 32}"
"""


def couples(count: int, **more: str) -> list[dict[str, str]]:
    """So many pairs of customers, each pair with one mailbox."""
    return [
        order(f"{who}{number}", email=f"pair{number}@shop.example.com", **more)
        for who in ("a", "b")
        for number in range(count)
    ]


def sent_by_address(shop: Shop) -> Counter[int]:
    return Counter(row.address_id for row in shop.rows(Message) if row.state == "accepted")


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, ONE_A_DAY)
    shop.take_in("backorders", couples(COUPLES, promised_ship_by="", ordered_at="2026-05-31T10:00:00Z"))
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def test_two_planners_and_two_deliverers_breach_no_cap(shop: Shop) -> None:
    def work() -> None:
        for minute in range(3):
            shop.plan(NOON + timedelta(minutes=minute))
            shop.deliver(NOON + timedelta(minutes=minute))

    at_once(2, work)
    shop.deliver(NOON + timedelta(minutes=5))
    found = sent_by_address(shop)
    assert (len(found), set(found.values())) == (COUPLES, {1})


def test_who_waited_for_the_other_at_the_address_is_told_the_next_day(shop: Shop) -> None:
    for day in range(2):
        shop.plan(NOON + timedelta(days=day, seconds=day))
        shop.deliver(NOON + timedelta(days=day, seconds=day))
    assert set(sent_by_address(shop).values()) == {2}


def test_a_cap_holds_over_the_batches_of_one_run(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url, f"{ONE_A_DAY}[safety]\nmax_per_run = 100000\n")
    many = planning.CUSTOMERS_A_BATCH // 2 + 100
    shop.take_in("backorders", couples(many, promised_ship_by="", ordered_at="2026-05-31T10:00:00Z"))
    assert shop.plan().as_json()["decisions"] == {"send": many, "hold": many, "skip": 0}


def test_two_customers_with_one_phone_share_a_cap_on_texts(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url, BY_TEXT + ONE_A_DAY + 'channel = "sms"\n')
    more = {"phone": "+4915112345678", "country": "DE", "timezone": "Europe/Berlin", "preferred_channel": "sms"}
    new = {"promised_ship_by": "", "ordered_at": "2026-05-31T10:00:00Z"}
    shop.take_in("backorders", [order("a", **more, **new), order("b", **more, **new)])
    shop.plan()
    assert [(row.channel, row.customer_id) for row in shop.rows(Message)] == [("sms", 1)]


def test_a_message_that_waits_longer_than_the_period_still_counts(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url, ONE_A_DAY)
    shop.take_in("backorders", couples(1, promised_ship_by="", ordered_at="2026-05-31T10:00:00Z"))
    shop.plan()
    late = NOON + timedelta(hours=25)
    shop.plan(late)
    shop.deliver(late)
    assert set(sent_by_address(shop).values()) == {1}


def test_what_is_released_counts_what_another_worker_is_about_to_send(tmp_path: Path, database_url: str) -> None:
    shop = one_held_one_queued(tmp_path, database_url)
    with shop.house() as house:
        first = claim(house, Channel.EMAIL, 500, NOON)
        change(shop, template_version="an older one")
        second = claim(house, Channel.EMAIL, 500, NOON)
    assert (len(first.ready), len(second.ready), second.withdrawn) == (1, 0, 1)


def test_of_one_released_and_one_queued_since_one_goes(tmp_path: Path, database_url: str) -> None:
    shop = one_held_one_queued(tmp_path, database_url)
    with shop.house() as house:
        change(shop, template_version="an older one")
        found = claim(house, Channel.EMAIL, 500, NOON)
    assert (len(found.ready), found.withdrawn) == (1, 1)


def one_held_one_queued(tmp_path: Path, database_url: str) -> Shop:
    """A couple at one address: the message of the first is held for its template, that of the second queued since."""
    shop = open_shop(tmp_path, database_url, ONE_A_DAY)
    one, other = couples(1, promised_ship_by="", ordered_at="2026-05-31T10:00:00Z")
    shop.take_in("backorders", [one])
    shop.plan()
    with shop.house() as house:
        change(shop, state="held", template_version=house.catalogue.source("placed", "en-US", "default").version)
    shop.take_in("backorders", [other | {"sku": "DESK"}])
    shop.plan()
    return shop


def change(shop: Shop, **values: str) -> None:
    messages = table_of(Message)
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(messages.update().where(messages.c.id == 1).values(**values))

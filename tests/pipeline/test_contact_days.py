"""Contacts by day of the shop, and what is remembered of them, on both databases."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline.contact_days import ContactDays, Span, contact_days, since_when, span_of, today_counted
from notifier.pipeline.remembered import Memory
from notifier.store.tables import Contact, Customer
from tests.queries.shop_log import add
from tests.shop import NOON, Shop, open_shop

TODAY = date(2026, 6, 1)
NEW_YORK = '[shop]\ntimezone = "America/New_York"\n'


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Shop:
    return open_shop(tmp_path, database_url, NEW_YORK)


def said(shop: Shop, at: datetime, direction: str = "out", purpose: str = "delay", channel: str = "email") -> None:
    with shop.store.write() as tx:
        who = shop.rows(Customer)
        customer = who[0].id if who else add(tx, Customer, brand="default", key="ann")
        more = {"brand": "default", "customer_id": customer, "actor": "bot"}
        add(tx, Contact, at=at, direction=direction, purpose=purpose, channel=channel, **more)


def counted(shop: Shop, memory: Memory, now: datetime = NOON, days: int = 3) -> ContactDays:
    with shop.house() as house:
        return contact_days(house, memory, Span(TODAY - timedelta(days=days - 1), TODAY), now)


def test_contacts_are_counted_by_day_purpose_and_channel(shop: Shop) -> None:
    for days, purpose, channel in (
        (0, "delay", "email"),
        (0, "delay", "email"),
        (1, "ready", "sms"),
        (9, "ready", "sms"),
    ):
        said(shop, NOON - timedelta(days=days), "out", purpose, channel)
    found = counted(shop, Memory())
    assert found.series() == [("delay", "email", [0, 0, 2]), ("ready", "sms", [0, 1, 0])]


def test_a_day_is_the_shops_own(shop: Shop) -> None:
    said(shop, datetime.fromisoformat("2026-06-01T03:59:00+00:00"))
    said(shop, datetime.fromisoformat("2026-06-01T04:00:00+00:00"))
    assert counted(shop, Memory()).series() == [("delay", "email", [0, 1, 1])]


def test_what_customers_said_is_counted_apart(shop: Shop) -> None:
    said(shop, NOON, "in", "", "call")
    found = counted(shop, Memory())
    assert (found.series(), found.heard()) == ([], [0, 0, 1])


def test_today_is_counted_again_after_a_minute_and_no_sooner(shop: Shop) -> None:
    memory = Memory()
    said(shop, NOON)
    with shop.house() as house:
        first = today_counted(house, memory, NOON)
        said(shop, NOON)
        soon = today_counted(house, memory, NOON + timedelta(seconds=59))
        later = today_counted(house, memory, NOON + timedelta(seconds=60))
    assert [[one.count for one in kept.value] for kept in (first, soon, later)] == [[1], [1], [2]]
    assert (soon.at, later.at) == (NOON, NOON + timedelta(seconds=60))


def test_a_day_of_last_week_is_counted_again_within_the_hour_and_an_older_one_the_next_day(shop: Shop) -> None:
    memory, hour, day = Memory(), NOON + timedelta(hours=1), NOON + timedelta(days=1)
    counted(shop, memory, days=20)
    said(shop, NOON - timedelta(days=2))
    said(shop, NOON - timedelta(days=15))
    totals = [sum(sum(one[2]) for one in counted(shop, memory, now, 20).series()) for now in (NOON, hour, day)]
    assert totals == [0, 1, 2]


def test_a_span_is_the_last_thirty_days_unless_others_are_asked_for(shop: Shop) -> None:
    with shop.house() as house:
        usual, asked = span_of(house, "", "", NOON), span_of(house, "2026-01-01", "2026-01-31", NOON)
    assert (usual, len(usual.days)) == (Span(date(2026, 5, 3), TODAY), 30)
    assert asked == Span(date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-06-02", "2026-06-01"),
        ("2020-01-01", "2026-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
        ("yesterday", ""),
        ("", "0000"),
    ],
)
def test_a_span_that_is_none_is_refused_with_the_remedy(shop: Shop, first: str, last: str) -> None:
    with shop.house() as house, pytest.raises(UsageError):
        span_of(house, first, last, NOON)


def test_the_first_contact_says_where_a_plot_can_begin(shop: Shop) -> None:
    with shop.house() as house:
        assert since_when(house) is None
        said(shop, NOON - timedelta(days=40))
        assert since_when(house) == date(2026, 4, 22)


def test_memory_forgets_the_oldest_beyond_its_size() -> None:
    memory = Memory(most=2)
    for key in "abc":
        memory.get(key, lambda: 1, NOON, timedelta(minutes=1))
    assert [memory.peek(key) is None for key in "abc"] == [True, False, False]

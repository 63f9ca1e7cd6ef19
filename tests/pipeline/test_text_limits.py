"""Daily limits of texts: exactly so many go, by whatever workers; the rest goes another day, emails go as ever."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from notifier.outbox import forget_days, give_back_texts
from notifier.pipeline.claims import claim
from notifier.pipeline.deliver import DeliverReport
from notifier.pipeline.delivery_news import tell_delivery
from notifier.pipeline.ledger import OutboxLedger
from notifier.render_pool import Rendered
from notifier.store.engine import Store
from notifier.store.lookup import table_of
from notifier.store.tables import Message, TextDay
from notifier.terms.delivery import SendResult, TextLimits, range_of
from notifier.terms.words import Channel, Outcome
from tests.pipeline.test_many_at_once import at_once
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, open_shop, order

SETTINGS = f"""
[shop]
country = "DE"
timezone = "Europe/Berlin"
[delivery]
render_workers = 1
claim_size = 5
[sms]
enabled = true
account_sid = "AC{"0" * 32}"
messaging_service_sid = "MG{"0" * 32}"
allowed_countries = ["DE", "AT"]
daily_limit = 10
"""
NEXT_DAY = datetime(2026, 6, 2, 0, 0, tzinfo=UTC)


def texted(name: str, phone: str, country: str = "DE") -> dict[str, str]:
    more = {"preferred_channel": "sms", "promised_ship_by": "", "ordered_at": "2026-05-31T10:00:00Z", "email": ""}
    return order(name, phone=phone, country=country, timezone="Europe/Berlin", **more)


def shop_with(folder: Path, url: str, german: int, austrian: int = 0, limits: str = "", by_range: int = 10) -> Shop:
    """A shop whose customers are due a text each, and one of them an email."""
    shop = open_shop(folder, url, f"{SETTINGS}daily_limit_by_range = {by_range}\n{limits}")
    rows = [texted(f"d{number}", f"+49151123456{number:02}") for number in range(german)]
    rows += [texted(f"a{number}", f"+43664123456{number}", "AT") for number in range(austrian)]
    shop.take_in("backorders", [*rows, order("mail", promised_ship_by="", ordered_at="2026-05-31T10:00:00Z")])
    return shop


def used(shop: Shop) -> dict[str, int]:
    """Texts counted, in all and by region; ranges of numbers apart."""
    return {row.region: row.used for row in shop.rows(TextDay) if not row.region.startswith("+")}


def states(shop: Shop) -> Counter[tuple[str, str, str]]:
    return Counter((row.channel, row.state, row.reason) for row in shop.rows(Message))


@pytest.mark.slow
def test_two_deliverers_at_once_send_exactly_the_limit(tmp_path: Path, database_url: str) -> None:
    shop = shop_with(tmp_path, database_url, 25)
    shop.plan()
    at_once(2, lambda: shop.deliver(NOON))
    assert states(shop) == {
        ("sms", "accepted", ""): 10,
        ("sms", "queued", "daily_limit"): 15,
        ("email", "accepted", ""): 1,
    }
    assert used(shop) == {"all": 10, "DE": 10}


@pytest.mark.slow
def test_what_was_over_the_limit_goes_the_next_day_up_to_its_limit(tmp_path: Path, database_url: str) -> None:
    shop = shop_with(tmp_path, database_url, 15)
    shop.plan()
    first = shop.deliver()
    assert (first.accepted, first.over_limit, first.withdrawn, first.claimed) == (11, 5, 0, 11)
    waiting = [row.not_before for row in shop.rows(Message) if row.state == "queued"]
    assert waiting == [NEXT_DAY] * 5
    assert shop.deliver(NOON + timedelta(hours=2)).claimed == 0
    assert shop.deliver(NOON + timedelta(days=1)).accepted == 5
    assert {row.day: row.used for row in shop.rows(TextDay) if row.region == "all"} == {
        date(2026, 6, 1): 10,
        date(2026, 6, 2): 5,
    }


@pytest.mark.slow
def test_a_country_has_a_limit_of_its_own(tmp_path: Path, sqlite_url: str) -> None:
    shop = shop_with(tmp_path, sqlite_url, 3, 5, "daily_limit_by_country = { AT = 2 }\n")
    shop.plan()
    assert shop.deliver().over_limit == 3
    assert used(shop) == {"all": 5, "AT": 2, "DE": 3}


def test_abroad_a_hundred_texts_go_and_at_home_as_many_as_in_all() -> None:
    limits = TextLimits(in_all=1000, home="US", by_region={"CA": 500, "MX": 0})
    assert [limits.of(region) for region in ("US", "CA", "MX", "GB")] == [1000, 500, 0, 100]


@pytest.mark.slow
@pytest.mark.parametrize(("outcome", "left"), [(Outcome.DEFERRED, 1), (Outcome.REFUSED, 1), (Outcome.UNKNOWN, 2)])
def test_a_text_that_certainly_did_not_go_is_given_back_to_its_day_once(
    tmp_path: Path, sqlite_url: str, outcome: Outcome, left: int
) -> None:
    shop = shop_with(tmp_path, sqlite_url, 2)
    shop.plan()
    with shop.house() as house:
        ledger = OutboxLedger(house, lambda: NOON, lambda: 0)
        ready = claim(house, Channel.SMS, 2, NOON).ready
        going = ledger.hand_off([ledger.take(one, Rendered("", b"x", "", "", "v1")) for one in ready])
        said = dict(zip(going, (outcome, Outcome.ACCEPTED), strict=True))
        results = [SendResult(one.message_id, one.attempt_id, what, "unreachable", "") for one, what in said.items()]
        ledger.settle(results)
        with house.store.write() as tx:
            give_back_texts(tx, results)
    assert used(shop) == {"all": left, "DE": left}


def told_of_limit(shop: Shop, postbox: Postbox, now: datetime) -> list[str]:
    with shop.house() as house:
        asyncio.run(tell_delivery(house, team(postbox), DeliverReport(over_limit=7), now))
    return postbox.mails


def test_the_team_hears_of_a_days_limit_once_and_of_the_next_days_again(tmp_path: Path, sqlite_url: str) -> None:
    shop, postbox = open_shop(tmp_path, sqlite_url, SETTINGS), Postbox()
    assert "7 texts are over the day's limit" in told_of_limit(shop, postbox, NOON)[0]
    assert len(told_of_limit(shop, postbox, NOON + timedelta(hours=1))) == 1
    assert len(told_of_limit(shop, postbox, NEXT_DAY)) == 2


@pytest.mark.slow
def test_a_burst_to_one_range_of_numbers_stops(tmp_path: Path, database_url: str) -> None:
    shop = shop_with(tmp_path, database_url, 9, 2, by_range=4)
    shop.plan()
    shop.deliver(NOON)
    found = states(shop)
    assert (found["sms", "accepted", ""], found["sms", "queued", "daily_limit"]) == (6, 5)


def test_a_range_is_all_numbers_that_differ_in_their_last_three_digits() -> None:
    assert (range_of("+4915112345678"), range_of("")) == ("+4915112345xxx", "")


def test_counts_of_days_long_over_are_dropped(store: Store) -> None:
    days = [date(2026, 5, 1), date(2026, 5, 30)]
    with store.write() as tx:
        tx.connection.execute(insert(table_of(TextDay)), [{"day": day, "region": "all", "used": 3} for day in days])
        forget_days(tx, NOON)
        left = list(tx.connection.execute(select(table_of(TextDay).c.day)).scalars())
    assert left == days[1:]


def test_a_range_has_a_tenth_of_all_texts_where_nothing_else_is_said() -> None:
    spot = "+4915112345xxx"
    assert [TextLimits(in_all).of(spot) for in_all in (1000, 5)] == [100, 1]
    assert TextLimits(1000, in_range=7).of(spot) == 7

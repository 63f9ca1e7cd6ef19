"""A replay of what happened is what happened; another policy says who gains and loses; nothing knows the future."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from notifier.errors import UsageError
from notifier.pipeline.receive import receive
from notifier.pipeline.simulate import Comparison, Question, Rival, simulate
from notifier.pipeline.simulate.comparison import GAINED, LOST, MOVED
from notifier.pipeline.simulate.page import page
from notifier.policy.figures import Cap
from notifier.render_pool import Rendered, RenderJob
from notifier.store.tables import Customer, OrderLine
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.reply import Intent
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 7)
DAY = timedelta(days=1)


class TwoSegments:
    """Renders every text as one of two segments."""

    def render(self, jobs: Sequence[RenderJob]) -> list[Rendered]:
        return [Rendered("", b"", "", "", "", segments=2) for _ in jobs]

    def close(self) -> None:
        pass


def young(name: str, day: int, **more: object) -> dict[str, object]:
    """A backorder placed in June, with all of June to come."""
    return order(name, ordered_at=f"2026-06-0{day}T10:00:00Z", promised_ship_by="2026-07-20", **more)


def lived_through(folder: Path, url: str, toml: str = "") -> Shop:
    """A week: orders come, dates slip, goods leave, somebody cancels; planned and delivered at noon of each day."""
    shop = open_shop(folder, url, toml)
    news: dict[int, list[tuple[str, list[dict[str, object]]]]] = {
        0: [("backorders", [order("ann"), order("bob", promised_ship_by="2026-06-20"), young("cat", 1)])],
        1: [("supply", [{"po_id": "P1", "sku": "LAMP", "quantity": 50, "promised_on": "2026-06-29"}])],
        2: [("backorders", [young("dan", 3, sku="VASE"), young("cat", 3, order_id="O-cat-2", sku="VASE")])],
        3: [("supply", [{"po_id": "P1", "sku": "LAMP", "quantity": 50, "promised_on": "2026-07-28"}])],
        4: [
            ("suppressions", [{"address": "dan@shop.example.com", "channel": "email", "reason": "bounced"}]),
            ("backorders", [order("ann", status="shipped", shipped_at="2026-06-05T09:00:00Z")]),
        ],
        5: [("supply", [{"po_id": "P2", "sku": "VASE", "quantity": 9, "promised_on": "2026-08-20"}])],
    }
    for number in range(7):
        now = NOON + number * DAY
        for kind, rows in news.get(number, ()):
            shop.take_in(kind, rows, now - timedelta(hours=2))
        if number == CANCELLED_ON:
            cancels(shop, "cat", now - timedelta(hours=1))
        shop.plan(now)
        shop.deliver(now)
    return shop


CANCELLED_ON = 3
"""Before the new date that would be told."""


def cancels(shop: Shop, name: str, now: datetime) -> None:
    """She cancels all she has by a call; the shop has not stopped it yet."""
    who = next(row.id for row in shop.rows(Customer) if row.key == name)
    lines = tuple(row.id for row in shop.rows(OrderLine) if row.customer_id == who)
    choice = Choice(Intent.CANCEL_ORDER, lines)
    with shop.house() as house:
        receive(house, Incoming(Road.OPERATOR, "call-1", now, customer_id=who, choice=choice, actor="Lee"), now)


@pytest.fixture(params=["none-sqlite", "us_435-postgresql"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """The week, with and without a law on delays, on either database: to live through it takes seconds."""
    law, _, engine = request.param.partition("-")
    as_left: AsLeft = request.getfixturevalue(f"as_left_{engine}")
    return as_left(lived_through, f'[delay_rule]\njurisdiction = "{law}"\n')


def against_what_was_sent(shop: Shop, first: date = FIRST, last: date = LAST) -> Comparison:
    with shop.house() as house:
        return simulate(house, Question(first, last, Decimal(0)), lambda done, days: None)


def against_a_cap(shop: Shop, cap: Cap, last: date = LAST) -> Comparison:
    with shop.house() as house:
        policy = replace(house.judging.policy, caps=(cap,))
        other = replace(house, judging=replace(house.judging, policy=policy))
        question = Question(FIRST, last, Decimal(0), Rival(other, "tight", Decimal(0)))
        return simulate(house, question, lambda done, days: None)


def digest(shop: Shop) -> dict[str, str]:
    """A hash of every table."""
    found = {}
    with shop.house() as house, house.store.read() as tx:
        for table in SQLModel.metadata.sorted_tables:
            rows = tx.connection.execute(select(table).order_by(*table.primary_key)).all()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def test_a_replay_of_what_happened_is_what_happened(shop: Shop) -> None:
    found = against_what_was_sent(shop)
    assert (found.sides[1].messages(), found.differences) == (
        found.sides[0].messages(),
        {LOST: [], GAINED: [], MOVED: []},
    )


def test_the_replayed_week_is_not_empty(shop: Shop) -> None:
    found = against_what_was_sent(shop).as_json()
    assert (
        found["after"]["by_purpose"].keys() == found["before"]["by_purpose"].keys() >= {"delay", "placed", "eta_change"}
    )


def test_a_replay_that_begins_within_the_history_is_what_happened_too(shop: Shop) -> None:
    found = against_what_was_sent(shop, first=date(2026, 6, 4))
    assert (found.sides[0].messages().total() > 0, found.differences) == (True, {LOST: [], GAINED: [], MOVED: []})


def test_nothing_is_written_to_the_shops_database(shop: Shop) -> None:
    before = digest(shop)
    against_a_cap(shop, Cap(1, timedelta(days=7)))
    assert digest(shop) == before


def test_a_tighter_cap_loses_messages_and_says_whose(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [young("cat", 1)], NOON)
    shop.take_in("backorders", [young("cat", 3, order_id="O-cat-2", sku="VASE")], NOON + 2 * DAY)
    found = against_a_cap(shop, Cap(1, timedelta(days=30)))
    assert [(one.customer, one.order, one.purpose) for one in found.differences[LOST]] == [("cat", "O-cat-2", "placed")]


def test_customers_whom_a_cap_holds_are_counted_by_day(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [young("cat", 1)], NOON)
    shop.take_in("backorders", [young("cat", 3, order_id="O-cat-2", sku="VASE")], NOON + 2 * DAY)
    found = against_a_cap(shop, Cap(1, timedelta(days=30))).as_json()["after"]
    assert (found["capped_customers"], next(iter(found["capped_by_day"]))) == (1, "2026-06-03")


def test_what_became_known_later_changes_no_earlier_day(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("bob", promised_ship_by="2026-06-20")], NOON)
    shop.take_in("supply", [{"po_id": "P1", "sku": "LAMP", "quantity": 5, "promised_on": "2026-06-10"}], NOON)
    before = against_what_was_sent(shop, last=date(2026, 6, 3)).sides[1].messages()
    later = NOON + 4 * DAY
    shop.take_in("supply", [{"po_id": "P1", "sku": "LAMP", "quantity": 5, "promised_on": "2026-07-28"}], later)
    shop.take_in("backorders", [order("bob", status="cancelled", cancelled_at="2026-06-01T12:00:00Z")], later)
    shop.take_in("backorders", [order("eve", sku="VASE")], later)
    assert against_what_was_sent(shop, last=date(2026, 6, 3)).sides[1].messages() == before


def test_a_purchase_order_first_seen_later_is_not_known_before(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("bob", promised_ship_by="2026-06-20")], NOON)
    late = {"po_id": "P1", "sku": "LAMP", "quantity": 5, "promised_on": "2026-07-28", "ordered_on": "2026-05-01"}
    shop.take_in("supply", [late], NOON + 3 * DAY)
    days = {day for day, _, _ in against_what_was_sent(shop).sides[1].messages()}
    assert days == {date(2026, 6, 4)}


def test_days_on_which_nothing_ran_are_stepped_by_the_hour(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url)
    shop.take_in("backorders", [order("ann")], datetime.fromisoformat("2026-06-02T09:20:00Z"))
    told = against_what_was_sent(shop).sides[1].told
    assert [one.at.isoformat() for one in told] == ["2026-06-02T10:00:00+00:00"]


def test_the_progress_counts_the_days_of_every_side(tmp_path: Path, sqlite_url: str) -> None:
    shop, seen = open_shop(tmp_path, sqlite_url), list[tuple[int, int]]()
    with shop.house() as house:
        rival = Rival(house, "same", Decimal(0))
        simulate(house, Question(FIRST, LAST, Decimal(0), rival), lambda *at: seen.append(at))
    assert (seen[0], seen[-1], len(seen)) == ((1, 14), (14, 14), 14)


def test_text_segments_are_measured_and_priced(tmp_path: Path, sqlite_url: str) -> None:
    toml = f'[sms]\nenabled = true\naccount_sid = "AC{"0" * 32}"\nmessaging_service_sid = "MG{"0" * 32}"\n'
    shop = open_shop(tmp_path, sqlite_url, toml)
    shop.take_in("backorders", [young("tom", 1, email="", phone="+12125550199")], NOON)
    shop.take_in("backorders", [young("ted", 1, email="", phone="+14152007986")], NOON)
    with shop.house() as house:
        question = Question(FIRST, LAST, Decimal("0.0079"))
        found = simulate(house, question, lambda done, days: None, TwoSegments).as_json()["after"]
    assert (found["text_segments"], found["text_cost"]) == (2, "0.0158")


def test_two_years_are_the_most(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    with pytest.raises(UsageError, match="at most 731"):
        against_what_was_sent(shop, first=date(2020, 1, 1))


def test_the_page_runs_no_script_and_escapes_what_the_shop_says(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    shop.take_in("backorders", [order("bob", order_id="<script>1")])
    text = page(against_what_was_sent(shop))
    assert ("<svg" in text, "&lt;script&gt;1" in text, "<script" in text) == (True, True, False)

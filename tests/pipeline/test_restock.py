"""Who waits is told first come, first served, and never more of them than there are free units."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.pipeline.pauses import pause
from notifier.pipeline.receive import receive
from notifier.pipeline.signup import put_on_list
from notifier.store.tables import Consent, WaitlistEntry
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.pause import Pause
from notifier.terms.reply import Intent
from notifier.terms.signup import ByOperator, SignUp
from tests.kept_shops import AsLeft
from tests.shop import Shop, order
from tests.waiting import (
    ANN,
    BEA,
    CAT,
    DAY,
    HOUR,
    START,
    agrees,
    looked,
    messages,
    open_lamp_shop,
    put_stock,
    states,
    waiting,
    wants,
)

pytestmark = pytest.mark.slow

THEN = START + DAY
"""When there is stock again: the request of the day before counts against no cap of a day."""


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_lamp_shop(folder, url)
    waiting(shop, ANN, BEA, CAT)
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann, Bea and Cat wait for the lamp, in this order."""
    return as_left(shop_made)


def test_nobody_is_told_while_there_is_no_stock(shop: Shop) -> None:
    assert (looked(shop, THEN).alerted, states(shop)) == (0, ["waiting"] * 3)


def test_as_many_are_told_as_there_are_units_and_the_first_first(shop: Shop) -> None:
    put_stock(shop, 2, THEN)
    looked(shop, THEN)
    assert states(shop) == ["alerted", "alerted", "waiting"]


def test_the_alert_names_the_product_and_leads_to_it(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    shop.deliver(THEN)
    assert "Subject: Back in stock: Reading lamp" in shop.sent()[-1]
    assert "https://shop.example/lamp" in shop.sent()[-1]


def test_the_alert_has_a_way_out_in_one_click(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    shop.deliver(THEN)
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in shop.sent()[-1]


def test_open_orders_are_served_first(shop: Shop) -> None:
    shop.take_in("backorders", [order("dan", quantity=2)])
    put_stock(shop, 3, THEN)
    looked(shop, THEN)
    assert states(shop) == ["alerted", "waiting", "waiting"]


def test_an_order_that_stock_covers_in_part_keeps_all_of_it(shop: Shop) -> None:
    shop.take_in("backorders", [order("dan", quantity=5)])
    put_stock(shop, 3, THEN)
    assert looked(shop, THEN).alerted == 0


def test_a_unit_is_held_back_for_a_day_for_who_was_told_of_it(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    shop.deliver(THEN)
    looked(shop, THEN + 23 * HOUR)
    assert states(shop) == ["alerted", "waiting", "waiting"]


def test_the_next_one_is_told_when_the_unit_is_still_there_after_that(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    shop.deliver(THEN)
    looked(shop, THEN + DAY)
    assert states(shop) == ["ended", "alerted", "waiting"]


def test_an_alert_is_withdrawn_where_the_stock_has_gone_before_its_hand_off(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    put_stock(shop, 0, THEN + HOUR)
    shop.deliver(THEN + HOUR)
    assert messages(shop, "restock_alert") == [("withdrawn", "no_longer_in_stock")]


def test_who_was_not_told_after_all_keeps_the_old_place(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    put_stock(shop, 0, THEN + HOUR)
    shop.deliver(THEN + HOUR)
    put_stock(shop, 1, THEN + 2 * HOUR)
    looked(shop, THEN + 2 * HOUR)
    assert states(shop) == ["alerted", "waiting", "waiting"]


def test_of_less_stock_at_the_hand_off_the_first_are_told(shop: Shop) -> None:
    put_stock(shop, 3, THEN)
    looked(shop, THEN)
    put_stock(shop, 1, THEN + HOUR)
    shop.deliver(THEN + HOUR)
    assert states(shop) == ["alerted", "waiting", "waiting"]


def test_an_order_that_came_in_between_takes_the_unit(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    shop.take_in("backorders", [order("dan")], THEN + HOUR)
    shop.deliver(THEN + HOUR)
    assert messages(shop, "restock_alert") == [("withdrawn", "no_longer_in_stock")]


def test_a_product_whose_stock_nobody_counts_alerts_nobody(shop: Shop) -> None:
    put_stock(shop, "", THEN)
    assert looked(shop, THEN).alerted == 0


def test_a_virtual_product_alerts_nobody(shop: Shop) -> None:
    put_stock(shop, 5, THEN, kind="virtual")
    assert looked(shop, THEN).alerted == 0


def test_an_opt_out_ends_the_place_and_the_next_one_is_told(shop: Shop) -> None:
    opts_out(shop, START + 2 * HOUR)
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    rows = [(row.state, row.reason) for row in shop.rows(WaitlistEntry)]
    assert rows == [("ended", "opted_out"), ("alerted", ""), ("waiting", "")]


def test_an_opt_out_before_the_hand_off_withdraws_the_alert(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    opts_out(shop, THEN + HOUR)
    shop.deliver(THEN + HOUR)
    assert messages(shop, "restock_alert") == [("withdrawn", "opted_out")]


def test_at_night_nobody_is_told_and_nobody_loses_the_place(shop: Shop) -> None:
    night = THEN.replace(hour=7)
    put_stock(shop, 1, night)
    looked(shop, night)
    assert shop.rows(WaitlistEntry)[0].reason == "quiet_hours"
    assert states(shop) == ["waiting"] * 3


def test_on_a_public_holiday_nobody_is_told(tmp_path: Path, database_url: str) -> None:
    shop = open_lamp_shop(tmp_path, database_url)
    shop.take_in("customers", [{"customer_id": "ann", "email": ANN, "country": "US"}])
    day = datetime.fromisoformat("2026-07-03T17:00:00+00:00")
    waiting(shop, ANN, now=day - 2 * DAY)
    put_stock(shop, 1, day)
    looked(shop, day)
    assert [(row.state, row.reason) for row in shop.rows(WaitlistEntry)] == [("waiting", "holiday")]


def test_a_cap_that_is_full_for_long_lets_the_next_one_go_first(tmp_path: Path, database_url: str) -> None:
    caps = '[[policy.caps]]\ncount = 1\nperiod = "30d"\nchannel = "email"\n'
    shop = open_lamp_shop(tmp_path, database_url, caps)
    wants(shop, ANN)
    shop.deliver(START)
    agrees(shop, 1, START)
    waiting(shop, BEA, now=START + timedelta(minutes=5))
    shop.deliver(START + timedelta(minutes=5))
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    assert [(row.state, row.reason) for row in shop.rows(WaitlistEntry)] == [("waiting", "cap"), ("alerted", "")]


def test_paused_alerts_wait(shop: Shop) -> None:
    with shop.house() as house:
        pause(house, Pause("restock_alert"), "Lee", "a wrong count", THEN)
    put_stock(shop, 1, THEN)
    assert (looked(shop, THEN).alerted, states(shop)) == (0, ["waiting"] * 3)


def test_what_is_never_confirmed_ends_after_seven_days(tmp_path: Path, database_url: str) -> None:
    shop = open_lamp_shop(tmp_path, database_url)
    wants(shop, ANN)
    looked(shop, START + 7 * DAY)
    assert [(row.state, row.reason) for row in shop.rows(WaitlistEntry)] == [("ended", "not_confirmed")]


def test_who_is_not_confirmed_is_not_told(tmp_path: Path, database_url: str) -> None:
    shop = open_lamp_shop(tmp_path, database_url)
    wants(shop, ANN)
    put_stock(shop, 9, THEN)
    assert looked(shop, THEN).alerted == 0


def test_who_was_told_may_sign_up_once_more(shop: Shop) -> None:
    put_stock(shop, 1, THEN)
    looked(shop, THEN)
    shop.deliver(THEN)
    wants(shop, ANN, THEN + 2 * DAY)
    assert states(shop)[-1] == "pending"


def test_two_looks_at_once_tell_nobody_twice(shop: Shop) -> None:
    put_stock(shop, 3, THEN)
    looked(shop, THEN)
    looked(shop, THEN)
    assert len(messages(shop, "restock_alert")) == 3


def test_an_operator_with_wording_and_evidence_puts_somebody_on_the_list(shop: Shop) -> None:
    said = ByOperator("Lee", "You may write to me about lamps.", "call 4711")
    entry = by_operator(shop, "dan@shop.example.com", said)
    word = shop.rows(Consent)[-1]
    assert (entry, word.source, word.wording, word.evidence) == (
        "waiting",
        "operator Lee",
        "You may write to me about lamps.",
        "call 4711",
    )


def test_an_operator_without_evidence_has_the_customer_asked(shop: Shop) -> None:
    assert by_operator(shop, "dan@shop.example.com", ByOperator("Lee")) == "pending"


def test_in_germany_the_customer_confirms_whatever_an_operator_says(tmp_path: Path, database_url: str) -> None:
    shop = open_lamp_shop(tmp_path, database_url, country="DE")
    assert by_operator(shop, "dan@shop.example.com", ByOperator("Lee", "Ja.", "call 4711")) == "pending"


def opts_out(shop: Shop, now: datetime) -> None:
    """The first customer unsubscribes."""
    with shop.house() as house:
        choice = Choice(Intent.OPT_OUT)
        receive(house, Incoming(Road.PAGE, f"out{now}", now, customer_id=1, choice=choice), now)


def by_operator(shop: Shop, email: str, said: ByOperator, now: datetime = START) -> str:
    with shop.house() as house:
        return put_on_list(house, SignUp("default", "LAMP", "en", said.wording, email=email), said, now).state


STEP = st.one_of(
    st.tuples(st.just("stock"), st.integers(0, 4)),
    st.tuples(st.just("stock"), st.integers(1, 3)),
    st.tuples(st.just("signs_up"), st.integers(0, 7)),
    st.tuples(st.just("look"), st.just(0)),
    st.tuples(st.just("look"), st.just(0)),
    st.tuples(st.just("deliver"), st.just(0)),
    st.tuples(st.just("days"), st.integers(0, 2)),
)


@settings(max_examples=15)
@given(steps=st.lists(STEP, min_size=6, max_size=14))
def test_never_more_alerts_are_out_than_there_are_units_and_the_order_of_signing_up_holds(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("restock")
    (folder / "notifier.db").write_bytes(sqlite_template.read_bytes())
    shop = open_lamp_shop(folder, f"sqlite:///{folder / 'notifier.db'}", "[policy]\ncaps = []\n")
    now, stock, agreed = START, 0, ByOperator("Lee", "Yes.", "call 4711")
    for number in range(4):
        now += timedelta(minutes=1)
        by_operator(shop, f"first{number}@shop.example.com", agreed, now)
    for what, number in steps:
        now += timedelta(minutes=1)
        before = states(shop)
        if what == "stock":
            stock = number
            put_stock(shop, stock, now)
        elif what == "signs_up":
            by_operator(shop, f"p{number}@shop.example.com", agreed, now)
        elif what == "deliver":
            shop.deliver(now)
        elif what == "days":
            now += number * DAY
        else:
            looked(shop, now)
            assert new_alerts(before, states(shop)) <= max(stock - out(shop, before), 0)
            assert in_order(shop, before)


def new_alerts(before: list[str], after: list[str]) -> int:
    return sum(new == "alerted" != old for old, new in zip(before, after, strict=True))


def out(shop: Shop, before: list[str]) -> int:
    """Alerts that were out before and still are."""
    return sum(old == new == "alerted" for old, new in zip(before, states(shop), strict=True))


def in_order(shop: Shop, before: list[str]) -> bool:
    """Nobody who was told just now stands behind somebody who still waits."""
    rows = sorted(zip(before, shop.rows(WaitlistEntry), strict=True), key=lambda one: (one[1].asked_at, one[1].id))
    told = [row.state == "alerted" for was, row in rows if was == "waiting" and row.state in ("alerted", "waiting")]
    return told == sorted(told, reverse=True)

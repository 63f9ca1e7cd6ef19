"""An operator's word about one customer, from the command to the next plan."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from notifier.errors import UsageError
from notifier.pipeline import holds
from notifier.pipeline.explain import explain_customer
from notifier.pipeline.holds import HoldAnswer, Said
from notifier.pipeline.people import Asked
from notifier.store.tables import Contact, Customer, Hold, Message
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

WAITING = {"promised_ship_by": "2026-09-30", "eta_from": "2026-06-20", "eta_to": "2026-06-20", "status": "open"} | {
    "ordered_at": "2026-05-31T10:00:00Z"
}
LATER = NOON + timedelta(days=11)
ANN = Asked("ann")
LEE = Said("Lee")


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", **WAITING)])
    shop.plan()
    shop.deliver()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann was told of her backorder; eleven days later a progress message is due."""
    return as_left(shop_made)


def call(shop: Shop, asked: Asked = ANN, now: datetime = LATER, *, complaint: bool = False) -> HoldAnswer:
    with shop.house() as house:
        return holds.call(house, asked, Said("Lee", "wants her lamp"), now, complaint=complaint)


def release(shop: Shop, now: datetime = LATER) -> HoldAnswer:
    with shop.house() as house:
        return holds.release(house, ANN, LEE, now)


def test_without_a_word_the_progress_message_goes(shop: Shop) -> None:
    assert shop.plan(LATER).as_json()["by_purpose"] == {"progress": {"send": 1, "hold": 0, "skip": 0}}


def test_a_call_stops_progress(shop: Shop) -> None:
    call(shop)
    assert shop.plan(LATER).as_json()["by_reason"] == {"customer_hold": 1}


def test_a_call_withdraws_what_is_queued_already(shop: Shop) -> None:
    shop.plan(LATER)
    call(shop)
    shop.deliver(LATER)
    assert [(row.purpose, row.state, row.reason) for row in shop.rows(Message)][1:] == [
        ("progress", "withdrawn", "customer_hold")
    ]


def test_a_call_stops_progress_for_two_weeks_only(shop: Shop) -> None:
    answer = call(shop, now=LATER - timedelta(days=14))
    assert answer.until == LATER
    assert shop.plan(LATER).as_json()["by_purpose"]["progress"]["send"] == 1


def test_a_complaint_stops_progress_until_it_is_released(shop: Shop) -> None:
    assert call(shop, complaint=True).until is None
    assert shop.plan(LATER).as_json()["by_reason"] == {"customer_hold": 1}
    assert release(shop).lifted == 1
    assert shop.plan(LATER).as_json()["by_reason"] == {"due": 1}


def test_a_hold_lasts_through_its_last_day_in_the_shops_zone(shop: Shop) -> None:
    with shop.house() as house:
        answer = holds.hold(house, ANN, Said("Lee", "asked"), LATER, date(2026, 6, 14))
    assert answer.until == datetime.fromisoformat("2026-06-15T00:00:00+00:00")


def test_a_hold_that_is_over_already_is_refused(shop: Shop) -> None:
    with shop.house() as house, pytest.raises(UsageError, match="is over"):
        holds.hold(house, ANN, LEE, LATER, date(2026, 6, 11))


def test_of_two_holds_the_longer_one_counts(shop: Shop) -> None:
    call(shop, complaint=True)
    call(shop)
    shop.plan(LATER)
    with shop.house() as house:
        told = explain_customer(house.store, "ann", house.judging.policy.timezone)[0].as_text()
    assert "customer hold (held back after a complaint, since 12 June 2026, until somebody lifts it)" in told


def test_a_call_is_a_contact_that_no_cap_counts(shop: Shop) -> None:
    for _ in range(5):
        call(shop)
    release(shop)
    assert shop.plan(LATER).as_json()["by_reason"] == {"due": 1}
    assert [(row.direction, row.channel, row.actor) for row in shop.rows(Contact)][1] == ("in", "call", "Lee")


def test_a_call_about_an_order_is_one_of_its_customer(shop: Shop) -> None:
    assert call(shop, Asked(order="O-ann")).customer == "ann"


def test_explain_tells_of_the_call_and_not_what_was_said(shop: Shop) -> None:
    call(shop, complaint=True)
    with shop.house() as house:
        told = explain_customer(house.store, "ann", house.judging.policy.timezone)[0].as_text()
    assert "the customer called and complained; Lee wrote it down." in told
    assert "lamp" not in told


def test_a_call_of_somebody_unknown_is_refused(shop: Shop) -> None:
    with pytest.raises(UsageError, match="no customer 'bob'"):
        call(shop, Asked("bob"))


def test_a_key_that_two_brands_have_needs_the_brand(shop: Shop) -> None:
    with shop.house() as house, house.store.write() as tx:
        tx.connection.execute(Customer.__table__.insert(), [{"brand": "outlet", "key": "ann"} | _BARE])  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="several brands"):
        call(shop)
    assert call(shop, Asked("ann", brand="outlet")).brand == "outlet"
    assert len(shop.rows(Hold)) == 1


_BARE = dict.fromkeys(("name", "locale", "preferred_channel", "timezone", "country", "region", "postal_code"), "") | {
    "business": False
}


def test_several_of_an_id_that_is_an_address_are_told_of_without_it(shop: Shop) -> None:
    mail = "ann@shop.example.com"
    with shop.house() as house, house.store.write() as tx:
        rows = [{"brand": brand, "key": mail} | _BARE for brand in ("outlet", "main")]
        tx.connection.execute(Customer.__table__.insert(), rows)  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match=r"a customer 'a\*\*\*@shop.example.com' in several brands"):
        call(shop, Asked(mail))


def test_nobody_says_it_without_a_name(shop: Shop) -> None:
    with shop.house() as house, pytest.raises(UsageError, match="say who says so"):
        holds.release(house, ANN, Said("  "), LATER)

"""People on the waitlist have the same rights as customers: their export, their erasure, and to be forgotten (U4)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.pipeline.erase import erase
from notifier.pipeline.people import Asked
from notifier.pipeline.person import person_document
from notifier.pipeline.retention import forget_old
from notifier.store.tables import Address, ConsentRequest, Customer, WaitlistEntry
from tests.everything import everything
from tests.kept_shops import AsLeft
from tests.shop import Shop, order
from tests.waiting import DAY, HOUR, START, agrees, looked, messages, open_lamp_shop, put_stock, states, waiting, wants

pytestmark = pytest.mark.slow

CANARY = "xqzcanary"
ANN = f"ann.{CANARY}@shop.example.com"
CLOSED = {"status": "shipped", "shipped_at": "2026-06-01T18:00:00Z"}
YEARS = timedelta(days=800)


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_lamp_shop(folder, url)
    wants(shop, ANN)
    shop.deliver(START)
    agrees(shop, 1, START + HOUR)
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    """Ann waits for the lamp, and has ordered nothing."""
    return as_left(shop_made)


def key(shop: Shop) -> str:
    return str(shop.rows(Customer)[0].key)


def erased(shop: Shop, customer: str, now: Any = START + DAY) -> None:
    with shop.house() as house:
        erase(house, Asked(customer), "Lee", now)


def test_an_erasure_leaves_nothing_of_the_person(shop: Shop) -> None:
    erased(shop, key(shop))
    assert (CANARY in everything(shop), "192.0.2.7" in everything(shop)) == (False, False)


def test_an_erasure_takes_the_place_on_the_list(shop: Shop) -> None:
    erased(shop, key(shop))
    assert (shop.rows(WaitlistEntry), shop.rows(ConsentRequest)) == ([], [])


def test_an_erasure_recalls_an_alert(shop: Shop) -> None:
    put_stock(shop, 1, START + DAY)
    looked(shop, START + DAY)
    erased(shop, key(shop))
    assert messages(shop, "restock_alert") == [("withdrawn", "erased")]


def test_an_erasure_of_a_customer_takes_what_the_same_address_signed_up_with(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", email=ANN, **CLOSED)], START + 2 * HOUR)
    erased(shop, "ann")
    assert (CANARY in everything(shop), shop.rows(WaitlistEntry)) == (False, [])


def test_who_was_erased_cannot_be_signed_up_by_anybody(shop: Shop) -> None:
    erased(shop, key(shop))
    wants(shop, ANN, START + 2 * DAY)
    assert (shop.rows(WaitlistEntry), CANARY in everything(shop)) == ([], False)


def test_the_export_has_the_sign_up_with_its_wording_and_evidence(shop: Shop) -> None:
    with shop.house() as house:
        found = json.loads("".join(person_document(house, Asked(key(shop)), START + DAY)))
    assert [(one["sku"], one["state"], one["evidence"]) for one in found["waitlist"]] == [
        ("LAMP", "waiting", "from 192.0.2.7 by Browser/1")
    ]
    assert [one["source"] for one in found["consent_requests"]] == ["sign-up form"]


def test_who_still_waits_is_not_forgotten(shop: Shop) -> None:
    with shop.house() as house:
        forget_old(house, START + YEARS)
    assert (states(shop), shop.rows(Address)[0].value) == (["waiting"], ANN)


def never_confirmed(folder: Path, url: str) -> Shop:
    """Ann signed up, was asked, and let the week go by."""
    shop = open_lamp_shop(folder, url)
    wants(shop, ANN)
    shop.deliver(START)
    looked(shop, START + 8 * DAY)
    return shop


def test_who_never_confirmed_is_forgotten(as_left: AsLeft) -> None:
    shop = as_left(never_confirmed)
    with shop.house() as house:
        forget_old(house, START + YEARS)
    assert (shop.rows(WaitlistEntry), CANARY in everything(shop)) == ([], False)


def test_a_stranger_who_never_confirmed_is_forgotten_after_a_month(as_left: AsLeft) -> None:
    shop = as_left(never_confirmed)
    with shop.house() as house:
        forget_old(house, START + 39 * DAY)
    assert CANARY not in everything(shop)


def test_who_was_told_is_remembered_after_a_month(shop: Shop) -> None:
    put_stock(shop, 1, START + DAY)
    looked(shop, START + DAY)
    shop.deliver(START + DAY)
    looked(shop, START + 3 * DAY)
    with shop.house() as house:
        forget_old(house, START + 99 * DAY)
    assert shop.rows(Address)[0].value == ANN


def test_who_was_forgotten_may_sign_up_anew(as_left: AsLeft) -> None:
    shop = as_left(never_confirmed)
    with shop.house() as house:
        forget_old(house, START + YEARS)
    wants(shop, ANN, START + YEARS + DAY)
    assert (states(shop), [row.value for row in shop.rows(Address)]) == (["pending"], [ANN])


def test_an_ended_entry_is_kept_for_as_long_as_everything_else(shop: Shop) -> None:
    put_stock(shop, 1, START + DAY)
    looked(shop, START + DAY)
    shop.deliver(START + DAY)
    looked(shop, START + 3 * DAY)
    with shop.house() as house:
        forget_old(house, START + 30 * DAY)
    assert states(shop) == ["ended"]


def test_a_sign_up_adds_no_second_customer_for_an_address_that_has_one(shop: Shop) -> None:
    waiting(shop, ANN, now=START + DAY)
    assert (len(shop.rows(Customer)), states(shop)) == (1, ["waiting"])

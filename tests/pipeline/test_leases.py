"""A worker that is alive keeps its claims; one that slept too long sends nothing (DESIGN.md, 5)."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline.claims import claim
from notifier.pipeline.deliver import DeliverReport, deliver
from notifier.pipeline.heartbeat import beating
from notifier.pipeline.ledger import OutboxLedger
from notifier.render_pool import Rendered
from notifier.store.tables import Message
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome
from tests.kept_shops import AsLeft
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, "[delivery]\nrender_workers = 1\n")
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def handed_off(shop: Shop, ticks: Sequence[float], lease: float = 45) -> Parcel:
    """A parcel as it goes to its channel; `ticks` are the machine's seconds, one for each time it is asked."""
    seconds = iter(ticks)
    with shop.house() as house:
        house = replace(house, sending=replace(house.sending, lease=replace(house.sending.lease, seconds=lease)))
        ledger = OutboxLedger(house, lambda: NOON, lambda: next(seconds))
        ready = claim(house, Channel.EMAIL, 1, NOON).ready[0]
        return ledger.hand_off([ledger.take(ready, Rendered("Late", b"x", "", "", "v1"))])[0]


def test_a_parcel_is_ours_until_its_lease_ends(shop: Shop) -> None:
    assert handed_off(shop, [100, 144]).still_ours()


def test_a_worker_frozen_for_five_minutes_does_not_send_what_it_had_in_hand(shop: Shop) -> None:
    assert not handed_off(shop, [100, 400]).still_ours()


async def test_a_living_worker_renews_its_claims_before_they_end(shop: Shop) -> None:
    with shop.house() as house:
        house = replace(house, sending=replace(house.sending, lease=replace(house.sending.lease, seconds=0.3)))
        await asyncio.to_thread(claim, house, Channel.EMAIL, 1, NOON)
        first = shop.rows(Message)[0].lease_until
        async with beating(house, time.monotonic, lambda messages, ends: None), asyncio.timeout(20):
            while shop.rows(Message)[0].lease_until < first + timedelta(seconds=0.5):
                await asyncio.sleep(0.01)


def test_what_a_worker_claims_again_after_its_own_lease_was_over_goes_once(shop: Shop) -> None:
    with shop.house() as house:
        house = replace(house, sending=replace(house.sending, lease=replace(house.sending.lease, seconds=0)))
        ledger = OutboxLedger(house, lambda: NOON, lambda: 0)
        claims = [claim(house, Channel.EMAIL, 1, NOON).ready[0] for _ in range(2)]
        parcels = [ledger.take(one, Rendered("Late", b"x", "", "", "v1")) for one in claims]
        assert [ready.message.fence for ready in claims] == [1, 2]
        assert len(ledger.hand_off(parcels)) == 1


def test_an_answer_settles_its_attempt_though_its_worker_has_claimed_the_message_again(shop: Shop) -> None:
    with shop.house() as house:
        ledger = OutboxLedger(house, lambda: NOON, lambda: 0)
        ready = claim(house, Channel.EMAIL, 1, NOON).ready[0]
        going = ledger.hand_off([ledger.take(ready, Rendered("Late", b"x", "", "", "v1"))])[0]
        assert not ledger.hand_off([ledger.take(ready, Rendered("Late", b"x", "", "", "v1"))])
        ledger.settle([SendResult(going.message_id, going.attempt_id, Outcome.ACCEPTED, "sent", "")])
    assert shop.rows(Message)[0].state == "accepted"


def test_a_claim_that_a_broken_connection_left_behind_goes_in_the_same_delivery_again(shop: Shop) -> None:
    with shop.house() as house:
        claim(house, Channel.EMAIL, 1, NOON)

        async def again() -> DeliverReport:
            wires = app.open_wires(shop.settings)
            try:
                return await deliver(house, wires, lambda: NOON, asyncio.Event(), lambda report: None)
            finally:
                await app.close_wires(wires)

        assert asyncio.run(again()).accepted == 2

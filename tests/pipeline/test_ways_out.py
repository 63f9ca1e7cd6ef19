"""What is claimed, and what stands in nobody's way: modes, domains that rest, domains with a limit."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline.deliver import DeliverReport, deliver
from notifier.pipeline.house import Rates
from notifier.store.routes import keep_routes
from notifier.store.tables import Decision, LegalStanding, Message
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.route import Route
from notifier.terms.words import Channel, Outcome
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

FOLDER = "[delivery]\nrender_workers = 1\n"
BIG, SMALL = "big.example.com", "small.example.com"


@dataclass(eq=False)
class Taker:
    """Takes everything, and keeps to whom."""

    connections: int = 4
    took: list[str] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> SendResult:
        self.took.append(parcel.recipient)
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, "sent", "")

    async def close(self) -> None:
        """It holds nothing."""


@dataclass(eq=False)
class Refuser(Taker):
    """Takes nothing, for good."""

    async def send(self, parcel: Parcel) -> SendResult:
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.REFUSED, "policy", "550 no")


def run(shop: Shop, taker: Taker, rates: Rates | None = None) -> DeliverReport:
    async def once() -> DeliverReport:
        wires = replace(app.open_wires(shop.settings), senders={Channel.EMAIL: taker})
        try:
            with shop.house() as house:
                house = replace(house, sending=replace(house.sending, rates=rates or Rates()))
                return await deliver(house, wires, lambda: NOON, asyncio.Event(), lambda report: None)
        finally:
            await app.close_wires(wires)

    return asyncio.run(once())


def crowd(shop: Shop, big: int, small: int) -> None:
    """So many customers at the big provider are due first, then some at a small one."""
    rows = [order(f"b{number}", email=f"b{number}@{BIG}") for number in range(big)]
    shop.take_in("backorders", [*rows, *(order(f"s{number}", email=f"s{number}@{SMALL}") for number in range(small))])
    shop.plan()


def test_what_was_planned_in_another_mode_stays_until_that_mode_is_back(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, FOLDER)
    crowd(shop, 0, 3)
    trial = open_shop(tmp_path, database_url, '[delivery]\nrender_workers = 1\nmode = "shadow"\n')
    assert run(trial, taker := Taker()).claimed == 0
    assert (taker.took, {row.state for row in shop.rows(Message)}) == ([], {"queued"})
    assert run(open_shop(tmp_path, database_url, FOLDER), Taker()).accepted == 3


def test_a_domain_that_rests_stands_in_nobodys_way(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, FOLDER)
    crowd(shop, 60, 3)
    with shop.house() as house, house.store.write() as tx:
        keep_routes(tx, [Route(f"email:{BIG}", failures=5, rests_until=NOON + timedelta(minutes=15), rests=1)])
    run(shop, taker := Taker())
    assert Counter(one.partition("@")[2] for one in taker.took) == {SMALL: 3}
    later = [row.not_before for row in shop.rows(Message) if row.state == "queued"]
    assert (len(later), min(later) >= NOON + timedelta(minutes=15)) == (60, True)


def test_a_domain_with_a_limit_stands_in_nobodys_way(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, FOLDER)
    crowd(shop, 60, 3)
    run(shop, taker := Taker(), Rates({f"email:{BIG}": 2.0}))
    assert Counter(one.partition("@")[2] for one in taker.took) == {SMALL: 3, BIG: 2}


def test_a_notice_that_a_server_refused_for_good_is_told_to_a_person(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, f'{FOLDER}[delay_rule]\njurisdiction = "auto"\n')
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-10", eta_to="2026-06-20")])
    shop.plan()
    assert run(shop, Refuser()).refused == 1
    shop.plan()
    assert [row.alarm for row in shop.rows(LegalStanding)] == ["no_way_to_tell"]
    assert [row.reason for row in shop.rows(Decision)][-1] == "refused_before"

"""A purpose whose messages keep being refused is paused before the rest meets the same (HOSTILE 54)."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline.deliver import DeliverReport, deliver
from notifier.pipeline.delivery_news import tell_delivery
from notifier.pipeline.pauses import in_force, resume
from notifier.store.tables import Message
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.pause import Pause
from notifier.terms.words import Channel, Outcome
from tests.kept_shops import AsLeft
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow

RULES = "[delivery]\nrender_workers = 1\nclaim_size = 5\n[safety]\nfailed_percent = 50\nfailed_of = 8\n"
FRESH = {"promised_ship_by": "", "ordered_at": "2026-05-31T10:00:00Z"}


@dataclass(eq=False)
class Refuser:
    """A server that refuses each mail for which `refuses` says so."""

    refuses: str
    connections: int = 1
    asked: list[int] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> SendResult:
        self.asked.append(parcel.message_id)
        bad = self.refuses == "all" or (self.refuses == "a third" and parcel.message_id % 3 == 0)
        outcome, code = (Outcome.REFUSED, "policy") if bad else (Outcome.ACCEPTED, "sent")
        return SendResult(parcel.message_id, parcel.attempt_id, outcome, code, "")

    async def close(self) -> None:
        """It holds nothing."""


def run(shop: Shop, server: Refuser) -> DeliverReport:
    async def once() -> DeliverReport:
        wires = replace(app.open_wires(shop.settings), senders={Channel.EMAIL: server})
        try:
            with shop.house() as house:
                return await deliver(house, wires, lambda: NOON, asyncio.Event(), lambda report: None)
        finally:
            await app.close_wires(wires)

    return asyncio.run(once())


def shop_made(folder: Path, url: str) -> Shop:
    shop = open_shop(folder, url, RULES)
    shop.take_in("backorders", [order(f"c{number}", **FRESH) for number in range(40)])
    shop.plan()
    return shop


@pytest.fixture
def shop(as_left: AsLeft) -> Shop:
    return as_left(shop_made)


def test_after_so_many_refusals_the_rest_stays_in_the_queue(shop: Shop) -> None:
    report = run(shop, server := Refuser("all"))
    assert (report.storms, len(server.asked)) == ({"placed": "8 of the last 8 were refused"}, 8)
    assert sum(row.state == "queued" for row in shop.rows(Message)) == 32


def test_a_smaller_share_pauses_nothing(shop: Shop) -> None:
    report = run(shop, Refuser("a third"))
    assert (report.storms, report.accepted + report.refused) == ({}, 40)


def test_what_the_law_requires_goes_on(tmp_path: Path, database_url: str) -> None:
    shop = open_shop(tmp_path, database_url, RULES)
    shop.take_in("backorders", [order(f"c{number}") for number in range(20)])
    shop.plan()
    report = run(shop, Refuser("all"))
    assert (list(report.storms), report.refused) == (["delay"], 20)


def test_after_a_resume_only_what_came_since_counts(shop: Shop) -> None:
    run(shop, Refuser("all"))
    with shop.house() as house:
        resume(house, Pause("placed"), "Lee", NOON)
    assert (run(shop, Refuser("")).storms, sum(row.state == "accepted" for row in shop.rows(Message))) == ({}, 32)


def test_the_team_is_told_and_the_pause_says_why(shop: Shop) -> None:
    report, postbox = run(shop, Refuser("all")), Postbox()
    with shop.house() as house:
        asyncio.run(tell_delivery(house, team(postbox), report, NOON))
        assert "8 of the last 8 were refused" in in_force(house)[0]
    assert "notifier resume --purpose placed" in postbox.mails[0].replace("=\r\n", "")

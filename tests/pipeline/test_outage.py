"""A provider that is away for six hours: few tries, a slow return, and nothing stale goes out (HOSTILE 53)."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier import app
from notifier.pipeline.deliver import deliver
from notifier.store.tables import Message
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome
from tests.shop import NOON, Shop, open_shop, order

pytestmark = pytest.mark.slow
"""It lives through a day in steps of ten seconds to five minutes."""

BACK = NOON + timedelta(hours=6)
CUSTOMERS = 80


@dataclass(eq=False)
class Provider:
    """A mail server that is away until BACK; `now` is set by the test. Keeps what it took, and when it was asked."""

    now: datetime = NOON
    asked: list[datetime] = field(default_factory=list)
    took: list[tuple[datetime, Parcel]] = field(default_factory=list)
    connections: int = 8

    async def send(self, parcel: Parcel) -> SendResult:
        self.asked.append(self.now)
        if self.now < BACK:
            return SendResult(parcel.message_id, parcel.attempt_id, Outcome.DEFERRED, "no_connection", "")
        self.took.append((self.now, parcel))
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, "sent", "")

    async def close(self) -> None:
        """It holds nothing."""


async def live_through(shop: Shop, provider: Provider) -> None:
    """Look into the outbox each five minutes, and each ten seconds once the provider is back."""
    wires = replace(app.open_wires(shop.settings), senders={Channel.EMAIL: provider})
    try:
        with shop.house() as house:
            while provider.now < BACK + timedelta(hours=1):
                now = provider.now
                await deliver(house, wires, lambda now=now: now, asyncio.Event(), lambda report: None)
                provider.now += timedelta(minutes=5) if now < BACK else timedelta(seconds=10)
    finally:
        await app.close_wires(wires)


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Shop, Provider]:
    """All are due at noon; within the outage one order ships and one gets another date, and nobody plans anew."""
    folder = tmp_path_factory.mktemp("outage")
    (folder / "notifier.db").write_bytes(sqlite_template.read_bytes())
    shop = open_shop(folder, f"sqlite:///{folder}/notifier.db", "[delivery]\nrender_workers = 1\n")
    rows = [order(f"c{number}", eta_from="2026-06-20", eta_to="2026-06-20") for number in range(CUSTOMERS)]
    shop.take_in("backorders", rows)
    shop.plan()
    later = NOON + timedelta(hours=3)
    shop.take_in("backorders", [rows[0] | {"status": "shipped", "shipped_at": later.isoformat()}], later)
    shop.take_in("backorders", [rows[1] | {"eta_from": "2026-07-20", "eta_to": "2026-07-20"}], later)
    provider = Provider()
    asyncio.run(live_through(shop, provider))
    return shop, provider


def test_while_it_is_away_it_is_asked_once_in_each_rest(outage: tuple[Shop, Provider]) -> None:
    _, provider = outage
    asked = [at for at in provider.asked if at < BACK]
    longest_rests = timedelta(hours=6) / timedelta(minutes=15)
    assert 10 < len(asked) <= 2 * provider.connections + longest_rests + 6


def test_it_is_fed_slowly_when_it_is_back(outage: tuple[Shop, Provider]) -> None:
    _, provider = outage
    back = provider.took[0][0]
    assert back - BACK <= timedelta(minutes=16)
    went = Counter((at - back) // timedelta(seconds=10) for at, _ in provider.took)
    assert went[0] <= 2
    assert went[1] <= 4
    assert went[1] < went[3]


def test_what_became_wrong_meanwhile_is_not_sent(outage: tuple[Shop, Provider]) -> None:
    shop, provider = outage
    gone = next(row for row in shop.rows(Message) if row.state == "withdrawn")
    assert (gone.id, gone.id in {parcel.message_id for _, parcel in provider.took}) == (1, False)


def test_a_date_that_moved_meanwhile_is_told_as_it_is_now(outage: tuple[Shop, Provider]) -> None:
    _, provider = outage
    body = next(parcel.body for _, parcel in provider.took if b"O-c1:" in parcel.body or b"O-c1 " in parcel.body)
    assert b"20 July 2026" in body or b"July 20, 2026" in body


def test_all_others_go_and_the_outage_costs_them_no_try(outage: tuple[Shop, Provider]) -> None:
    shop, _ = outage
    left = [row for row in shop.rows(Message) if row.state != "withdrawn"]
    assert {(row.state, row.attempts) for row in left} == {("accepted", 1)}
    assert len(left) >= CUSTOMERS - 2

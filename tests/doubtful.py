"""Messages of which nobody knows whether they went, made directly in the database, and evidence as a test wants it."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, func, select

from notifier import contact_log, notices, outbox
from notifier.errors import Transient
from notifier.pipeline.house import House
from notifier.pipeline.unknown import Evidence, SettleReport, settle_unknown
from notifier.store.bodies import Packer
from notifier.store.lookup import table_of
from notifier.store.tables import Attempt, Contact, Finding, Message
from notifier.terms.delivery import SendResult
from notifier.terms.evidence import TextAsked, TextSeen
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, NoticeKind, Outcome
from tests.live import open_live
from tests.rows import DELAY, NOW, Someone, add_customer, decision, queue
from tests.shop import Shop

MINUTE = timedelta(minutes=1)
PATIENCE = timedelta(minutes=15)
WORDS = b"Your lamp ships May 4."
LEASE = outbox.Lease("w1", 600)
BACKOFF = outbox.Backoff(first_seconds=300, most=6)


@dataclass
class Mailbox:
    """A journal that holds what the test says; `then` runs while it is asked, `fault` is raised instead."""

    there: set[str] = field(default_factory=set)
    then: Callable[[], None] = lambda: None
    fault: Exception | None = None
    asked: list[tuple[frozenset[str], date]] = field(default_factory=list)

    def holding(self, message_ids: Collection[str], since: date) -> frozenset[str]:
        self.asked.append((frozenset(message_ids), since))
        self.then()
        if self.fault:
            raise self.fault
        return frozenset(one for one in message_ids if one.partition("@")[0] in self.there)


@dataclass
class Texts:
    """A provider's list of texts: what fits, by number."""

    there: dict[str, list[TextSeen]] = field(default_factory=dict)
    then: Callable[[], None] = lambda: None
    fault: Exception | None = None
    asked: list[TextAsked] = field(default_factory=list)

    async def seen(self, asked: TextAsked) -> Sequence[TextSeen]:
        self.asked.append(asked)
        self.then()
        if self.fault:
            raise self.fault
        return self.there.get(asked.number, [])

    async def close(self) -> None:
        """Nothing to give back."""


DOWN = Transient("it is down")


def evidence(mailbox: Mailbox | None = None, texts: Texts | None = None) -> Evidence:
    return Evidence(PATIENCE, mailbox or Mailbox(), texts or Texts())


@dataclass(frozen=True, slots=True)
class Lost:
    """One message that was handed off, and its newest attempt."""

    message: int
    attempt: int
    someone: Someone


@contextmanager
def open_house(folder: Path, url: str) -> Iterator[tuple[Shop, House]]:
    """A house in mode live with nothing in it."""
    shop = open_live(folder, url)
    with shop.house() as house:
        yield shop, house


def lose(
    house: House, name: str = "ann", purpose: Purpose = DELAY, channel: Channel = Channel.EMAIL, now: datetime = NOW
) -> Lost:
    """A message to a new customer `name` that was handed off at `now`, and whose answer got lost."""
    with house.store.write() as tx:
        someone = add_customer(tx, name)
    (message,) = queue(house.store, [replace(decision(someone, purpose), channel=channel)]).values()
    return Lost(message, hand_off(house, message, Outcome.UNKNOWN, now), someone)


def with_notice(house: House, lost: Lost, kind: NoticeKind = NoticeKind.F3) -> None:
    """Let the message carry a legal notice."""
    with house.store.write() as tx:
        given = notices.Given(lost.someone.lines[0], date(2026, 5, 20), kind, date(2026, 5, 20), date(2026, 6, 24))
        notices.put(tx, {lost.message: [given]}, "live", NOW)
        tx.connection.execute(table_of(Message).update().values(notice=kind.value))


def hand_off(house: House, message: int, outcome: Outcome | None, now: datetime = NOW) -> int:
    """Claim one queued message, hand it off and settle it (None: no answer came yet); returns the attempt's id."""
    lease = replace(LEASE, mode=house.sending.mode)
    with house.store.write() as tx:
        claimed = [row for channel in Channel for row in outbox.claim(tx, lease, channel, 100, now)]
        words = Packer().packed(WORDS)
        rows = [outbox.Rendered(one.id, one.fence, "", words, "", "") for one in claimed if one.id == message]
        made = outbox.hand_off(tx, LEASE, rows, now)
        if outcome is not None:
            results = [SendResult(one, made[one], outcome, "no_answer", "") for one in made]
            contact_log.log_sent(tx, outbox.settle(tx, results, BACKOFF, now).accepted)
        others = [row.id for row in claimed if row.id != message]
        outbox.put_back(tx, LEASE.worker, others, outbox.Later(now))
    return made[message]


def answer(house: House, lost: Lost, outcome: Outcome, now: datetime) -> None:
    """The worker of the first attempt hears late what became of it."""
    with house.store.write() as tx:
        result = SendResult(lost.message, lost.attempt, outcome, "rejected", "")
        contact_log.log_sent(tx, outbox.settle(tx, [result], BACKOFF, now).accepted)


def row(house: House, message: int) -> Row[Any]:
    """The message as it stands."""
    table = table_of(Message)
    with house.store.read() as tx:
        return tx.connection.execute(select(table).where(table.c.id == message)).one()


def state(house: House, lost: Lost) -> tuple[str, str]:
    """State and reason of the message."""
    found = row(house, lost.message)
    return found.state, found.reason


def settle(house: House, by: Evidence, now: datetime = NOW + MINUTE) -> SettleReport:
    """One tick."""
    return asyncio.run(settle_unknown(house, by, now))


def attempts(house: House, message: int) -> int:
    """How often it was handed off."""
    return _count(house, table_of(Attempt), message)


def contacts(house: House, message: int) -> int:
    """How often it is in the contact log."""
    return _count(house, table_of(Contact), message)


def _count(house: House, table: Table, message: int) -> int:
    query = select(func.count()).select_from(table).where(table.c.message_id == message)
    with house.store.read() as tx:
        return int(tx.connection.execute(query).scalar_one())


def found(shop: Shop) -> list[tuple[str, str, int]]:
    """What was found out, by whom, and how often it was looked."""
    return [(one.source, one.found, one.times) for one in shop.rows(Finding)]


def number_of(_lost: Lost, name: str = "ann") -> str:
    """Where the text of customer `name` went."""
    return f"{name}@shop.example"

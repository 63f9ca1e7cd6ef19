"""A shop's log for tests: rows of the shop by plain inserts, all of the log by the product's own functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from notifier import contact_log, outbox
from notifier.store import decisions as stored
from notifier.store.bodies import Packer
from notifier.store.engine import Store, Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Address, Customer, Order, OrderLine
from notifier.terms.decision import Decision, LineOccasion, Step
from notifier.terms.delivery import SendResult
from notifier.terms.purpose import Purpose
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, DeliveryMode, MessageClass, NoticeKind, Outcome, Rung, Verdict

NOW = datetime(1998, 6, 12, 13, 0, tzinfo=UTC)
"""15:00 in Berlin."""

EMAIL = "greta@mail.example"
DELAY = Purpose("delay", MessageClass.REQUIRED, Rung.REQUIRED, "promise_broken", "A promise")
PROGRESS = Purpose("progress", MessageClass.SERVICE, Rung.PROGRESS, "waiting", "News")
TRACE = (Step("marketplace", "pass"), Step("consent", "pass", (("needed", "none"),)))
BACKOFF = outbox.Backoff(60, 5)
LEASE = outbox.Lease("worker", 60)


def add(tx: Transaction, model: type[SQLModel], **values: Any) -> int:
    """Insert one row with the defaults of its table; returns its id."""
    table = table_of(model)
    row = model(**values).model_dump(exclude={"id"})
    made: int = tx.connection.execute(insert(table).returning(table.c.id), row).scalar_one()
    return made


@dataclass
class ShopLog:
    """One customer whose orders and lines come into being when they are first named."""

    store: Store
    customer_key: str = "QUICK"
    brand: str = "main"
    channel: Channel = Channel.EMAIL
    address: str = EMAIL
    customer: int = 0
    address_id: int = 0
    orders: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.store.write() as tx:
            digest = f"{self.brand}{self.customer_key}"
            address = {"channel": self.channel.value, "hash": digest, "value": self.address}
            self.address_id = add(tx, Address, first_seen_at=NOW, **address)
            whose = {"brand": self.brand, "key": self.customer_key}
            self.customer = add(tx, Customer, email_id=self.address_id, **whose)

    def line(self, tx: Transaction, order: str, line: str) -> int:
        whose: dict[str, Any] = {"customer_id": self.customer, "ordered_at": NOW}
        if order not in self.orders:
            self.orders[order] = add(tx, Order, brand=self.brand, key=order, **whose)
        if (order, line) not in self.lines:
            sold = {"order_id": self.orders[order], "key": line, "sku": f"sku-{line}", "first_seen_at": NOW}
            self.lines[order, line] = add(tx, OrderLine, **whose, **sold)
        return self.lines[order, line]

    def decision(self, tx: Transaction, lines: Sequence[tuple[str, str]], **changes: Any) -> Decision:
        """A decision to send a delay notice about `lines`, unless `changes` say otherwise."""
        occasion = changes.pop("occasion", "promise:1998-05-20")
        given: dict[str, Any] = {
            "customer_id": self.customer,
            "brand": self.brand,
            "locale": "en",
            "channel": self.channel,
            "purpose": DELAY,
            "notice": NoticeKind.NONE,
            "address_id": self.address_id,
            "lines": tuple(LineOccasion(self.line(tx, *one), *one, occasion) for one in lines),
            "verdict": Verdict.SEND,
            "reason": "due",
            "trace": TRACE,
        }
        return Decision(**given | changes)

    def decide(self, lines: Sequence[tuple[str, str]], at: datetime = NOW, **changes: Any) -> None:
        """Store a decision that sends nothing."""
        with self.store.write() as tx:
            stored.record(tx, stored.open_run(tx, at), [self.decision(tx, lines, **changes)], {}, at)

    def queue(
        self,
        lines: Sequence[tuple[str, str]],
        etas: Mapping[tuple[str, str], tuple[date, date]] | None = None,
        at: datetime = NOW,
        mode: str = "live",
        **changes: Any,
    ) -> int:
        """Decide to send and queue the message; returns its id."""
        with self.store.write() as tx:
            decision = self.decision(tx, lines, **changes)
            ranges = {self.lines[one]: EtaRange(*told) for one, told in (etas or {}).items()}
            run = stored.open_run(tx, at)
            made = outbox.put(tx, [outbox.Draft(decision, ranges, mode)], run, at)
            stored.record(tx, run, [decision], made, at)
            return made[0]

    def claim(self, at: datetime = NOW) -> dict[int, int]:
        """Claim everything, whatever its mode; returns the fence by message id."""
        with self.store.write() as tx:
            rows = [
                row
                for mode in DeliveryMode
                for channel in Channel
                for row in outbox.claim(tx, replace(LEASE, mode=mode), channel, 1000, at)
            ]
        return {row.id: row.fence for row in rows}

    def withdraw(self, message: int, reason: str, at: datetime = NOW) -> None:
        self.claim(at)
        with self.store.write() as tx:
            outbox.withdraw(tx, {message: reason}, at)

    def hand_off(self, at: datetime = NOW, subject: str = "Your order") -> dict[int, int]:
        """Hand off everything that is queued; returns the attempt by message id."""
        fences = self.claim(at)
        body = Packer().packed(b"the body")
        group = [outbox.Rendered(one, fence, subject, body, "v1", "") for one, fence in fences.items()]
        with self.store.write() as tx:
            return outbox.hand_off(tx, LEASE, group, at)

    def deliver(
        self,
        outcome: Outcome = Outcome.ACCEPTED,
        code: str = "sent",
        at: datetime = NOW + timedelta(minutes=1),
        subject: str = "Your order",
    ) -> None:
        """Hand off everything that is queued and settle it with one answer."""
        attempts = self.hand_off(at, subject)
        results = [SendResult(one, attempt, outcome, code, "250 ok", "prov-1") for one, attempt in attempts.items()]
        with self.store.write() as tx:
            contact_log.log_sent(tx, outbox.settle(tx, results, BACKOFF, at).accepted)

"""Rows for tests of the store's colours: a customer with an address, an order and its lines, written directly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert

from notifier import outbox
from notifier.store.decisions import open_run
from notifier.store.engine import Store, Transaction
from notifier.store.lookup import table_of
from notifier.store.tables import Address, Customer, Order, OrderLine
from notifier.terms.decision import Decision, LineOccasion
from notifier.terms.purpose import Purpose
from notifier.terms.time import EPOCH, EtaRange
from notifier.terms.words import Channel, MessageClass, NoticeKind, Rung, Verdict

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
ETA = EtaRange(date(2026, 6, 20), date(2026, 6, 24))

DELAY = Purpose("delay", MessageClass.REQUIRED, Rung.REQUIRED, "promise_broken", "Late")
PROGRESS = Purpose("progress", MessageClass.SERVICE, Rung.PROGRESS, "waiting", "Still waiting")


@dataclass(frozen=True, slots=True)
class Someone:
    """Ids of one customer."""

    customer: int
    address: int
    lines: tuple[int, ...]


def add_customer(tx: Transaction, name: str, lines: int = 1) -> Someone:
    """A customer `name` of brand default with one order of so many open lines, promised for 20 May 2026."""
    address = _id(tx, Address, channel="email", hash=f"hash-{name}", value=f"{name}@shop.example", region="")
    customer = _id(tx, Customer, brand="default", key=name, name=name.title(), email_id=address, due_at=EPOCH)
    ordered = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    order = _id(tx, Order, brand="default", key=f"order-{name}", customer_id=customer, ordered_at=ordered)
    made = [
        _id(
            tx,
            OrderLine,
            order_id=order,
            customer_id=customer,
            key=str(number + 1),
            sku=f"SKU{number}",
            ordered_at=ordered,
            promised_ship_by=date(2026, 5, 20),
            first_seen_at=ordered,
        )
        for number in range(lines)
    ]
    return Someone(customer, address, tuple(made))


def _id(tx: Transaction, model: type, **values: object) -> int:
    row = (
        model(first_seen_at=NOW, **values)
        if "first_seen_at" in model.model_fields and "first_seen_at" not in values
        else model(**values)
    )  # type: ignore[attr-defined]
    given = {name: value for name, value in row.model_dump().items() if name != "id"}
    made: int = tx.connection.execute(insert(table_of(model)).returning(table_of(model).c.id), given).scalar_one()
    return made


def decision(
    someone: Someone, purpose: Purpose = DELAY, lines: Sequence[int] | None = None, occasion: str = "promise:2026-05-20"
) -> Decision:
    """A decision to send `purpose` by email about these lines (all by default)."""
    about = someone.lines if lines is None else lines
    return Decision(
        customer_id=someone.customer,
        brand="default",
        locale="en",
        channel=Channel.EMAIL,
        purpose=purpose,
        notice=NoticeKind.NONE,
        address_id=someone.address,
        lines=tuple(LineOccasion(line, "order", str(line), occasion) for line in about),
        verdict=Verdict.SEND,
        reason="due",
        trace=(),
    )


def queue(store: Store, decisions: Sequence[Decision]) -> dict[int, int]:
    """Put decisions to send into the outbox as plan does; message id by position."""
    drafts = [outbox.Draft(one, {line.line_id: ETA for line in one.lines}, "live") for one in decisions]
    with store.write() as tx:
        return outbox.put(tx, drafts, open_run(tx, NOW), NOW)

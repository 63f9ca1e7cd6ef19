"""What somebody said about a delayed order, or did about its refund. Colour: root. Called by cli.law.

An operator's word goes the same road as a customer's own reply: what counts is decided by `policy`, written by
`pipeline.effects` or `pipeline.ending` in one transaction with the contact, and the customer is judged afresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import actions, contact_log, notices
from notifier.errors import UsageError
from notifier.pipeline.customer_facts import with_every_line
from notifier.pipeline.effects import Spoken, say_of_lines
from notifier.pipeline.ending import Shop, confirm, confirms, refund, refunds
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.locks import LOCK
from notifier.policy.line_answers import counts
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.orders import Ordered, orders_named
from notifier.terms.effects import ActionKind, Effect, Kind
from notifier.terms.facts import LineFacts
from notifier.terms.law import ANSWER, Said

PHONE = "call"

EFFECTS = {Said.ACCEPT: Kind.ACCEPTED, Said.CANCEL: Kind.REQUESTED, Said.KEEP: Kind.KEPT}
"""What a customer's word does, as for a reply."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which order, which of its lines (empty: all), and who says so."""

    order: str
    line: str
    by: str
    brand: str = ""


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What became of one line: `reason` is empty where the answer counts; `state` is where the line stands now."""

    line: str
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer did to the lines of an order."""

    order: str
    said: str
    lines: tuple[LineAnswer, ...]

    @property
    def counted(self) -> bool:
        """Whether it counts for any line."""
        return any(not one.reason for one in self.lines)

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier answer --json` prints."""
        lines = [
            {"line": one.line, "counts": not one.reason, "reason": one.reason, "state": one.state} for one in self.lines
        ]
        return {"order": self.order, "said": self.said, "counts": self.counted, "lines": lines}


def answer(house: House, said: Said, asked: Asked, now: datetime) -> Answered:
    """Record what was said at the UTC instant `now` about the lines for which it still counts (F2 to F7).

    A cancellation asks the shop for it, and its confirmation closes that. Raises UsageError for an order or line that
    is not there.
    """
    with house.store.write() as tx:
        house = in_force(tx, house)
        tx.lock(LOCK)
        order, lines = lines_of(tx, house, asked, now)
        requested = actions.requested_for(tx, [line.id for line in lines])
        reasons = {line.id: _why_not(house, said, line, requested.get(line.id, set()), now) for line in lines}
        if said is Said.ACCEPT:
            reasons |= dict.fromkeys(notices.confirmed(tx, list(reasons)), "already_cancelled")
        counted = [line for line in lines if not reasons[line.id]]
        if counted:
            _record(tx, house, (said, asked, order), counted, now)
            summary = f"{said.value} for order {order.key}"
            contact_log.log_said(
                tx, contact_log.Word(order.customer_id, order.brand, asked.by, PHONE, summary, ANSWER), now
            )
            bring_forward(tx, [order.customer_id], now)
        _, after = lines_of(tx, house, asked, now)
    return answered(order.key, said.value, after, reasons)


def _why_not(house: House, said: Said, line: LineFacts, requested: set[ActionKind], now: datetime) -> str:
    if said is Said.CONFIRM:
        return confirms(house, line, requested, now)
    return counts(line, said, house.judging.policy, now)


def _record(
    tx: Transaction,
    house: House,
    heard: tuple[Said, Asked, Ordered],
    lines: Sequence[LineFacts],
    now: datetime,
) -> None:
    said, asked, order = heard
    if said is Said.CONFIRM:
        confirm(tx, house, Shop(order.customer_id, order.brand, asked.by, PHONE), lines, now)
        return
    spoken = Spoken(order.customer_id, order.brand, now, asked.by, PHONE)
    action = ActionKind.CANCEL if said is Said.CANCEL else None
    say_of_lines(tx, spoken, [Effect(EFFECTS[said], line.id, action) for line in lines], now)


def refunded(house: House, asked: Asked, now: datetime) -> Answered:
    """Record that the refund of these lines was sent at `now` (F8). Raises UsageError as `answer` does."""
    with house.store.write() as tx:
        house = in_force(tx, house)
        tx.lock(LOCK)
        order, lines = lines_of(tx, house, asked, now)
        requested = actions.requested_for(tx, [line.id for line in lines])
        reasons = {line.id: refunds(line, requested.get(line.id, set())) for line in lines}
        sent = [line.id for line in lines if not reasons[line.id]]
        refund(tx, Shop(order.customer_id, order.brand, asked.by, PHONE), sent, now)
        _, after = lines_of(tx, house, asked, now)
    return answered(order.key, "refunded", after, reasons)


def answered(order: str, said: str, after: Sequence[LineFacts], reasons: dict[int, str]) -> Answered:
    """What was `said` did to the lines, which stand as in `after`; `reasons` by line id, empty where it counts."""
    states = {line.id: line.legal.state.value if line.legal else "" for line in after}
    rows = tuple(LineAnswer(line.line, reasons[line.id], states[line.id]) for line in after if line.id in reasons)
    return Answered(order, said, rows)


def lines_of(tx: Transaction, house: House, asked: Asked, now: datetime) -> tuple[Ordered, list[LineFacts]]:
    """The order and those of its lines that are asked for, with their standing. Raises UsageError where none is."""
    found = [one for one in orders_named(tx, asked.order) if asked.brand in ("", one.brand)]
    if not found:
        raise UsageError(f"there is no order {asked.order!r}")
    if len(found) > 1:
        brands = ", ".join(one.brand for one in found)
        raise UsageError(f"order {asked.order!r} is there for several brands; add --brand with one of: {brands}")
    order = found[0]
    customers = with_every_line(tx, house, [order.customer_id], now)
    lines = [line for one in customers for line in one.lines if line.id in order.line_ids]
    wanted = [line for line in lines if asked.line in ("", line.line)]
    if not wanted:
        known = ", ".join(line.line for line in lines) or "none"
        raise UsageError(f"order {asked.order!r} has no line {asked.line!r}; it has: {known}")
    return order, wanted

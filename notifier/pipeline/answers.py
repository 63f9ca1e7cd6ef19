"""What somebody said about a delayed order, or did about its refund. Colour: root. Called by cli.law.

An operator's word goes the same road as a customer's own will: what counts is decided by `policy.delay_rule`, written
in one transaction with the contact, and the customer is judged afresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import contact_log, notices
from notifier.errors import UsageError
from notifier.pipeline.deadlines import with_every_line
from notifier.pipeline.house import House
from notifier.policy.delay_rule import DelayFigures, answer_counts
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.orders import Ordered, mark_refunded, orders_named
from notifier.terms.facts import LineFacts
from notifier.terms.law import ANSWER, LegalState, Said

REFUNDABLE = (LegalState.CANCEL_DUE, LegalState.REFUND_DUE, LegalState.CANCELLED)

PHONE = "call"


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

    Raises UsageError for an order or line that is not there, and where no law on delays is set.
    """
    figures = _figures(house)
    with house.store.write() as tx:
        tx.lock("plan")
        order, lines = lines_of(tx, house, asked, now)
        reasons = {line.id: answer_counts(line, said, figures, now) for line in lines}
        if said is Said.ACCEPT:
            reasons |= dict.fromkeys(notices.confirmed(tx, list(reasons)), "already_cancelled")
        heard = [notices.Heard(one.id, said, now, asked.by, PHONE) for one in lines if not reasons[one.id]]
        notices.keep_answers(tx, heard, now)
        if heard:
            summary = f"{said.value} for order {order.key}"
            contact_log.log_said(
                tx, contact_log.Word(order.customer_id, order.brand, asked.by, PHONE, summary, ANSWER), now
            )
            bring_forward(tx, [order.customer_id], now)
        _, after = lines_of(tx, house, asked, now)
    return answered(order.key, said.value, after, reasons)


def refunded(house: House, asked: Asked, now: datetime) -> Answered:
    """Record that the refund of these lines was sent at `now` (F8). Raises UsageError as `answer` does."""
    _figures(house)
    with house.store.write() as tx:
        tx.lock("plan")
        order, lines = lines_of(tx, house, asked, now)
        reasons = {line.id: _refund_counts(line) for line in lines}
        sent = [line.id for line in lines if not reasons[line.id]]
        if sent:
            mark_refunded(tx, order, sent, now)
            bring_forward(tx, [order.customer_id], now)
        _, after = lines_of(tx, house, asked, now)
    return answered(order.key, "refunded", after, reasons)


def answered(order: str, said: str, after: Sequence[LineFacts], reasons: dict[int, str]) -> Answered:
    """What was `said` did to the lines, which stand as in `after`; `reasons` by line id, empty where it counts."""
    states = {line.id: line.legal.state.value if line.legal else "" for line in after}
    rows = tuple(LineAnswer(line.line, reasons[line.id], states[line.id]) for line in after if line.id in reasons)
    return Answered(order, said, rows)


def _refund_counts(line: LineFacts) -> str:
    if line.law is None or line.legal is None:
        return "unknown_line"
    # The state alone does not say so: where no law sets a day for a refund, one that was sent changes none.
    if line.law.refunded_at is not None:
        return "already_refunded"
    return "" if line.legal.state in REFUNDABLE else "nothing_to_refund"


def _figures(house: House) -> DelayFigures:
    figures = house.judging.policy.delay
    if figures is None:
        raise UsageError("[delay_rule] jurisdiction is none, so there is no law to answer to. Set auto, us_435 or eu")
    return figures


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

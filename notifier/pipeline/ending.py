"""The shop's own word that a line is cancelled or refunded. Colour: root. Called by pipeline.answers and actions.

It confirms the cancellation before the law on delays, closes what was asked of the shop, and asks for the refund where
money was paid: by whatever way the word comes, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier import actions, notices
from notifier.pipeline.house import House
from notifier.policy.delay_rule import answer_counts
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.orders import mark_refunded, order_of
from notifier.terms.effects import CANCELS, ActionKind, ActionState
from notifier.terms.facts import LineFacts
from notifier.terms.law import LegalState, Said

REFUNDABLE = (LegalState.CANCEL_DUE, LegalState.REFUND_DUE, LegalState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Shop:
    """Who speaks for the shop (`by`), how (`channel`), about lines of which customer; the action keeps `note`."""

    customer_id: int
    brand: str
    by: str
    channel: str = ""
    note: str = ""


def confirms(house: House, line: LineFacts, asked: set[ActionKind], now: datetime) -> str:
    """Empty where the shop's word that `line` is cancelled counts; else why not. `asked`: what is requested for it."""
    why = _by_law(house, line, now)
    if ActionKind.WITHDRAW in asked or (ActionKind.CANCEL in asked and why != "shipped"):
        return ""
    return why


def _by_law(house: House, line: LineFacts, now: datetime) -> str:
    figures = house.judging.policy.delay
    return answer_counts(line, Said.CONFIRM, figures, now) if figures is not None else "unknown_line"


def confirm(tx: Transaction, house: House, shop: Shop, lines: Sequence[LineFacts], now: datetime) -> list[AnyRow]:
    """The shop has cancelled these lines, for which `confirms` was asked. Returns the actions that it closes."""
    ids = [line.id for line in lines]
    heard = [
        notices.Heard(line.id, Said.CONFIRM, now, shop.by, shop.channel)
        for line in lines
        if not _by_law(house, line, now)
    ]
    notices.keep_answers(tx, heard, now)
    done = actions.Closing(ActionState.DONE, shop.by, shop.note)
    closed = actions.close(tx, actions.about(ids, CANCELS), done, now)
    ask_refunds(tx, shop, {one: _reply(closed, one) for one in ids}, now)
    bring_forward(tx, [shop.customer_id] if ids else [], now)
    return closed


def _reply(closed: Sequence[AnyRow], line_id: int) -> int | None:
    return next((row.reply_id for row in closed if row.line_id == line_id), None)


def ask_refunds(tx: Transaction, shop: Shop, lines: Mapping[int, int | None], now: datetime) -> None:
    """Ask for the refund of lines that are cancelled, where money was paid: line id → the reply behind it."""
    wanted = [
        actions.Request(ActionKind.REFUND, shop.brand, shop.customer_id, one, now, shop.by, lines[one])
        for one in sorted(actions.owing(tx, list(lines)))
    ]
    actions.request(tx, wanted, now)


def refunds(line: LineFacts, asked: set[ActionKind]) -> str:
    """Empty where the shop's word that the money of `line` went back counts; else why not."""
    if ActionKind.REFUND in asked:
        return ""
    if line.law is None or line.legal is None:
        return "" if set(CANCELS) & asked else "nothing_to_refund"
    # The state alone does not say so: where no law sets a day for a refund, one that was sent changes none.
    if line.law.refunded_at is not None:
        return "already_refunded"
    return "" if line.legal.state in REFUNDABLE else "nothing_to_refund"


def refund(tx: Transaction, shop: Shop, line_ids: Sequence[int], now: datetime) -> list[AnyRow]:
    """The money of these lines was sent back at `now` (F8). Returns the actions that it closes: whoever pays back has
    cancelled, too.
    """
    for order, ids in order_of(tx, line_ids):
        mark_refunded(tx, order, ids, now)
    done = actions.Closing(ActionState.DONE, shop.by, shop.note)
    closed = actions.close(tx, actions.about(line_ids, (ActionKind.REFUND, *CANCELS)), done, now)
    bring_forward(tx, [shop.customer_id] if line_ids else [], now)
    return closed

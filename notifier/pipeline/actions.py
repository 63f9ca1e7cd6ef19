"""What the shop must do, and its word that it has, or will not. Colour: root. Called by the doors, plan and webhook.

Done, a cancellation is confirmed before the law and its refund asked for (`pipeline.ending`); refused, a person must
tell the customer. An import that shows it closes it, too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import actions, conversation
from notifier.errors import UsageError
from notifier.pipeline.customer_facts import with_every_line
from notifier.pipeline.ending import Shop, ask_refunds, confirm, refund
from notifier.pipeline.house import House
from notifier.pipeline.locks import LOCK
from notifier.queries.masks import shown
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.effects import CANCELS, ActionKind, ActionState
from notifier.terms.time import utc


@dataclass(frozen=True, slots=True)
class Wanted:
    """One action as lists, exports and the webhook tell it; `take` is the SKU of a swap, `customer` the shop's id.

    `name`, and what ends in `_id`, which is an id of our own, are for the console alone.
    """

    id: int
    kind: str
    state: str
    brand: str
    order: str
    line: str
    sku: str
    product: str
    quantity: int
    take: str
    customer: str
    requested_at: datetime
    requested_by: str
    posts: int
    name: str
    customer_id: int
    order_id: int
    reply_id: int | None

    def as_json(self) -> dict[str, Any]:
        """The object of `notifier actions --json`; the instant is ISO 8601 in UTC."""
        named = {name: getattr(self, name) for name in FIELDS}
        return named | {"customer": shown(self.customer), "requested_at": utc(self.requested_at).isoformat()}


FIELDS = (
    *("id", "kind", "state", "brand", "order", "line", "sku", "product", "quantity", "take", "customer"),
    *("requested_at", "requested_by"),
)


def wanted_of(row: AnyRow) -> Wanted:
    """A row of `actions.listed`."""
    same = ("id", "kind", "state", "brand", "order", "line", "sku", "product", "quantity")
    rest = ("customer", "requested_at", "requested_by", "posts", "name", "customer_id", "order_id", "reply_id")
    named = {name: getattr(row, name) for name in (*same, *rest)}
    return Wanted(**named, take=row.detail)


def open_actions(house: House, customer_id: int | None = None, most: int | None = None) -> list[Wanted]:
    """What is asked of the shop and not done, the oldest first; for one customer, and so many at most, if given."""
    which = None if customer_id is None else actions.asked_for(customer_id)
    with house.store.read() as tx:
        return [wanted_of(row) for row in actions.listed(tx, which, most)]


def do(house: House, ids: Sequence[int], by: str, now: datetime) -> list[Wanted]:
    """The shop has done these. Raises UsageError for one that is not open; nothing is done then.

    Of one that the customer has taken back the team hears all the same: it must not be left so.
    """
    with house.store.write() as tx:
        tx.lock(LOCK)
        rows = actions.listed(tx, actions.open_and_numbered(ids))
        gone = _not_open(ids, rows)
        actions.done_but_kept(tx, gone)
        for customer_id, theirs in _by_customer(rows if not gone else ()):
            _do(tx, house, customer_id, theirs, (by, now))
    if gone:
        raise UsageError(NOT_OPEN.format(", ".join(map(str, gone))))
    return [wanted_of(row) for row in rows]


NOT_OPEN = "{}: no such action is open; see the list of actions"


def refuse(house: House, ids: Sequence[int], by: str, reason: str, now: datetime) -> list[Wanted]:
    """The shop will not do these, for a reason; what a customer wanted ended, a person must tell them of.

    Raises UsageError for one that is not open, and without a reason.
    """
    if not reason.strip():
        raise UsageError("say why: the customer must be told")
    with house.store.write() as tx:
        tx.lock(LOCK)
        rows = _open(tx, ids)
        how = actions.Closing(ActionState.REFUSED, by, reason.strip())
        actions.close(tx, actions.numbered([row.id for row in rows]), how, now)
        for row in rows:
            _hand_over(tx, row, reason.strip(), now)
        bring_forward(tx, [row.customer_id for row in rows], now)
        return [wanted_of(row) for row in rows]


def close_shown(house: House, now: datetime) -> int:
    """Close what the shop's records show at `now` to be done, or to have come to nothing. Returns how many.

    In a transaction of its own: a brake that takes a run back leaves it.
    """
    with house.store.write() as tx:
        rows = actions.close_by_records(tx, now)
        ended = [row for row in rows if row.kind in CANCELS and row.state == ActionState.DONE]
        for customer_id, theirs in _by_customer(ended):
            shop = Shop(customer_id, theirs[0].brand, actions.BY_IMPORT)
            ask_refunds(tx, shop, {row.line_id: row.reply_id for row in theirs}, now)
        bring_forward(tx, [row.customer_id for row in rows], now)
        return len(rows)


def _open(tx: Transaction, ids: Sequence[int]) -> list[AnyRow]:
    rows = actions.listed(tx, actions.open_and_numbered(ids))
    if gone := _not_open(ids, rows):
        raise UsageError(NOT_OPEN.format(", ".join(map(str, gone))))
    return rows


def _not_open(ids: Sequence[int], rows: Sequence[AnyRow]) -> list[int]:
    return sorted(set(ids) - {row.id for row in rows})


def _by_customer(rows: Iterable[AnyRow]) -> list[tuple[int, list[AnyRow]]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)
    return sorted(found.items())


def _do(tx: Transaction, house: House, customer_id: int, rows: Sequence[AnyRow], said: tuple[str, datetime]) -> None:
    by, now = said
    shop = Shop(customer_id, rows[0].brand, by)
    ended = {row.line_id for row in rows if row.kind in CANCELS}
    people = with_every_line(tx, house, [customer_id], now) if ended else []
    lines = [line for one in people for line in one.lines if line.id in ended]
    if lines:
        confirm(tx, house, shop, lines, now)
    paid = [row.line_id for row in rows if row.kind == ActionKind.REFUND]
    if paid:
        refund(tx, shop, paid, now)
    rest = actions.numbered([row.id for row in rows])
    actions.close(tx, rest, actions.Closing(ActionState.DONE, by), now)
    bring_forward(tx, [customer_id], now)


def _hand_over(tx: Transaction, row: AnyRow, reason: str, now: datetime) -> None:
    """Let a person tell the customer: in the reply that asked for it, else in one made for it."""
    words = f"the shop does not {WORDS[ActionKind(row.kind)]} order {row.order}, line {row.line}: {reason}"
    reply_id = row.reply_id or conversation.keep_for_person(tx, row, now)
    conversation.reopen(tx, reply_id, f"{words}; tell the customer", row.line_id)


WORDS = {
    ActionKind.CANCEL: "cancel",
    ActionKind.WITHDRAW: "take the withdrawal from",
    ActionKind.SWAP: "swap the product of",
    ActionKind.REFUND: "refund",
    ActionKind.CHANGE: "change",
}
"""What is to be done, before "order"."""

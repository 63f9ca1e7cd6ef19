"""Who waits for what is out of stock, in the order of asking, and how many units are free for them. Colour: store.

Called by pipeline.signup and pipeline.restock. A unit is free that is in stock, that no open order takes, and that is
not held back for somebody who was told of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, delete, exists, func, or_, select, text, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, among, batches, insert_new, table_of
from notifier.store.openness import is_open, open_units
from notifier.store.tables import Message, OrderLine, Product, WaitlistEntry
from notifier.terms.signup import EntryState
from notifier.terms.words import Channel, MessageState, ProductKind

_entry, _message = table_of(WaitlistEntry), table_of(Message)
_line, _product = table_of(OrderLine), table_of(Product)

_LIVE = text("waitlist.state <> 'ended'")
"""As text, because SQLite takes a partial index only where no parameter is."""

BACK = (MessageState.WITHDRAWN.value,)
WENT = (MessageState.ACCEPTED.value, MessageState.UNKNOWN.value)
LOST = (MessageState.REFUSED.value, MessageState.TAKEN_OVER.value)


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to be told when `sku` is back; `state` is pending, or waiting where it is proven already."""

    brand: str
    sku: str
    customer_id: int
    address_id: int
    channel: Channel
    locale: str
    state: EntryState
    asked_at: datetime
    wording: str
    source: str
    evidence: str


def add(tx: Transaction, wish: Wish) -> int | None:
    """Put somebody on the list; None where they wait for it already: their place is the older one."""
    row = {name: getattr(wish, name) for name in wish.__slots__}
    row |= {"channel": wish.channel.value, "state": wish.state.value, "reason": "", "changed_at": wish.asked_at}
    row["confirmed_at"] = wish.asked_at if wish.state is EntryState.WAITING else None
    made = insert_new(tx, _entry, [row], returning=(_entry.c.id,))
    return made[0].id if made else None


def open_entry(tx: Transaction, brand: str, sku: str, address_id: int) -> AnyRow | None:
    """The entry of an address that is pending or waiting for a product."""
    query = select(_entry).where(_entry.c.brand == brand, _entry.c.sku == sku, _entry.c.address_id == address_id)
    return tx.connection.execute(query.where(_entry.c.state.in_((EntryState.PENDING, EntryState.WAITING)))).first()


def entry_of(tx: Transaction, entry_id: int) -> AnyRow | None:
    """One entry by its id."""
    return tx.connection.execute(select(_entry).where(_entry.c.id == entry_id)).first()


def ask_by(tx: Transaction, entry_id: int, request_id: int) -> None:
    """The answer to this request confirms the entry."""
    tx.connection.execute(update(_entry).where(_entry.c.id == entry_id).values(request_id=request_id))


def confirm(tx: Transaction, where: Mapping[str, object], at: datetime) -> int:
    """The pending entries with these columns are confirmed, and wait from now on in the order of asking."""
    these = and_(_entry.c.state == EntryState.PENDING, *(_entry.c[name] == value for name, value in where.items()))
    values = {"state": EntryState.WAITING, "confirmed_at": at, "changed_at": at}
    return tx.connection.execute(update(_entry).where(these).values(**values)).rowcount


def anybody(tx: Transaction) -> bool:
    """Whether there is an entry that is not ended: one look into an index."""
    return tx.connection.execute(select(_entry.c.id).where(_LIVE).limit(1)).first() is not None


def end(tx: Transaction, entry_ids: Sequence[int], reason: str, now: datetime) -> None:
    """These wait no longer."""
    for ids in batches(entry_ids):
        ended = update(_entry).where(among(_entry.c.id, ids), _entry.c.state != EntryState.ENDED)
        tx.connection.execute(ended.values(state=EntryState.ENDED, reason=reason, changed_at=now))


def expire(tx: Transaction, before: datetime, now: datetime) -> int:
    """End what was asked before a UTC instant and never confirmed; returns how many."""
    old = _LIVE & (_entry.c.state == EntryState.PENDING) & (_entry.c.asked_at <= before)
    ended = update(_entry).where(old).values(state=EntryState.ENDED, reason="not_confirmed", changed_at=now)
    return tx.connection.execute(ended).rowcount


def look_at_alerts(tx: Transaction, told_before: datetime, now: datetime) -> None:
    """What became of alerts: withdrawn ones wait again in their place, refused ones end, and those that went before
    `told_before` end too: the unit is held back no longer.
    """
    alert = _entry.c.message_id == _message.c.id
    became: list[tuple[ColumnElement[bool], dict[str, object]]] = [
        (_message.c.state.in_(BACK), {"state": EntryState.WAITING, "message_id": None, "reason": ""}),
        (_message.c.state.in_(LOST), {"state": EntryState.ENDED, "reason": "undeliverable"}),
        (
            _message.c.state.in_(WENT) & (_message.c.handed_off_at <= told_before),
            {"state": EntryState.ENDED, "reason": "alerted"},
        ),
    ]
    for condition, values in became:
        which = exists(select(_message.c.id).where(alert, condition))
        changed = update(_entry).where(_LIVE, _entry.c.state == EntryState.ALERTED, which)
        tx.connection.execute(changed.values(values | {"changed_at": now}))


def free_units(tx: Transaction, now: datetime) -> dict[str, int]:
    """Units free for those who wait, by SKU, where there are any. A stock that nobody counts is none."""
    waited = select(_entry.c.sku).where(_LIVE, _entry.c.state == EntryState.WAITING).distinct()
    out = select(_entry.c.sku, func.count().label("units")).where(_LIVE, _entry.c.state == EntryState.ALERTED)
    alerts = out.group_by(_entry.c.sku).subquery()
    taken = _taken(now, _line.c.sku.in_(waited))
    free = _product.c.stock - func.coalesce(taken.c.units, 0) - func.coalesce(alerts.c.units, 0)
    query = (
        select(_product.c.sku, free.label("free"))
        .outerjoin(taken, taken.c.sku == _product.c.sku)
        .outerjoin(alerts, alerts.c.sku == _product.c.sku)
        .where(_product.c.sku.in_(waited), _counted(), free > 0)
    )
    return {row.sku: int(row.free) for row in tx.connection.execute(query)}


def free_for(tx: Transaction, entry: AnyRow, now: datetime) -> int:
    """Units free for one alert that has not gone yet: what is held back for those told, and those before it, is not."""
    taken = _taken(now, _line.c.sku == entry.sku)
    query = select(_product.c.stock - func.coalesce(taken.c.units, 0))
    query = query.outerjoin(taken, taken.c.sku == _product.c.sku).where(_product.c.sku == entry.sku, _counted())
    there = tx.connection.execute(query).scalar()
    before = or_(_entry.c.asked_at < entry.asked_at, and_(_entry.c.asked_at == entry.asked_at, _entry.c.id < entry.id))
    went = exists(
        select(_message.c.id).where(_message.c.id == _entry.c.message_id, _message.c.handed_off_at.is_not(None))
    )
    others = select(func.count()).where(
        _LIVE,
        _entry.c.sku == entry.sku,
        _entry.c.state == EntryState.ALERTED,
        _entry.c.id != entry.id,
        or_(before, went),
    )
    return int(there or 0) - int(tx.connection.execute(others).scalar_one())


def _counted() -> ColumnElement[bool]:
    """A product that can be out of stock, with a stock that somebody counts."""
    return (_product.c.kind == ProductKind.STOCKED) & _product.c.stock.is_not(None)


def _taken(now: datetime, which: ColumnElement[bool]) -> Subquery:
    """Units that open orders take, by SKU: they come first, also the lines that stock covers in part only."""
    units = func.sum(open_units(now)).label("units")
    return select(_line.c.sku, units).where(is_open(now), which).group_by(_line.c.sku).subquery()


def queue(tx: Transaction, sku: str, most: int, after: AnyRow | None = None) -> list[AnyRow]:
    """The first of those who wait for a product, behind the entry `after`."""
    query = select(_entry).where(_LIVE, _entry.c.sku == sku, _entry.c.state == EntryState.WAITING)
    if after is not None:
        behind = and_(_entry.c.asked_at == after.asked_at, _entry.c.id > after.id)
        query = query.where(or_(_entry.c.asked_at > after.asked_at, behind))
    return list(tx.connection.execute(query.order_by(_entry.c.asked_at, _entry.c.id).limit(most)))


def alerted(tx: Transaction, entry_id: int, message_id: int, now: datetime) -> None:
    """The entry is told by this message; a unit is held back for it."""
    told = {"state": EntryState.ALERTED, "message_id": message_id, "reason": "", "changed_at": now}
    tx.connection.execute(update(_entry).where(_entry.c.id == entry_id).values(**told))


def back(tx: Transaction, entry_id: int, reason: str, now: datetime) -> None:
    """The alert does not go: the entry waits again, in its old place."""
    this = (_entry.c.id == entry_id) & (_entry.c.state == EntryState.ALERTED)
    waits = {"state": EntryState.WAITING, "message_id": None, "reason": reason, "changed_at": now}
    tx.connection.execute(update(_entry).where(this).values(**waits))


def passed_over(tx: Transaction, reasons: Mapping[int, str], now: datetime) -> None:
    """Write down why these wait although there are units."""
    for entry_id, reason in reasons.items():
        this = (_entry.c.id == entry_id) & (_entry.c.reason != reason)
        tx.connection.execute(update(_entry).where(this).values(reason=reason, changed_at=now))


def forget_ended(tx: Transaction, before: datetime) -> int:
    """Delete what ended before a UTC instant; returns how many."""
    old = (_entry.c.state == EntryState.ENDED) & (_entry.c.changed_at < before)
    return tx.connection.execute(delete(_entry).where(old)).rowcount


def product_there(tx: Transaction, sku: str) -> AnyRow | None:
    """A product by its SKU."""
    return tx.connection.execute(select(_product).where(_product.c.sku == sku)).first()

"""What came in: whose it is, what it answers, kept with what was made of it. Colour: store.

Called by pipeline.receive, pipeline.inbox and pipeline.page. A reply is one row, unique by road and key; its words are
personal.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, union, update

from notifier.store.asked import waits_for_person
from notifier.store.engine import Transaction
from notifier.store.hashing import address_hash
from notifier.store.lookup import AnyRow, batches, insert_new, table_of
from notifier.store.newcomers import NEWCOMER
from notifier.store.tables import Address as AddressRow
from notifier.store.tables import Customer, Message, MessageLine, Order, OrderLine, Product, Reply, ReplyLine
from notifier.terms.effects import ActionKind, Effect
from notifier.terms.facts import Address
from notifier.terms.incoming import Road
from notifier.terms.occasion import REPLY, row_named
from notifier.terms.reply import Confidence, Intent
from notifier.terms.words import SENT_STATES, Channel, MessageState

_reply, _line = table_of(Reply), table_of(ReplyLine)
_address, _customer, _order = table_of(AddressRow), table_of(Customer), table_of(Order)
_message, _told, _product = table_of(Message), table_of(MessageLine), table_of(Product)
_order_line = table_of(OrderLine)


def known(tx: Transaction, road: str, key: str) -> AnyRow | None:
    """The reply that came in before under this key."""
    return tx.connection.execute(select(_reply).where(_reply.c.road == road, _reply.c.key == key)).first()


def known_keys(tx: Transaction, road: str, keys: Sequence[str]) -> set[str]:
    """Those of the keys under which something came in before."""
    found: set[str] = set()
    for some in batches(keys):
        query = select(_reply.c.key).where(_reply.c.road == road, _reply.c.key.in_(some))
        found.update(tx.connection.execute(query).scalars())
    return found


def reply_of(tx: Transaction, reply_id: int) -> AnyRow | None:
    """One reply by its id."""
    return tx.connection.execute(select(_reply).where(_reply.c.id == reply_id)).first()


@dataclass(frozen=True, slots=True)
class Sender:
    """An address as it came in: channel, normalised value, and the key of the hashes."""

    channel: Channel
    value: str
    hash_key: bytes

    @property
    def digest(self) -> str:
        """The keyed hash by which it is known."""
        return address_hash(self.hash_key, self.channel.value, self.value)


def address_id_of(tx: Transaction, sender: Sender) -> int | None:
    """The id of a known address; an erased one is known by its hash."""
    query = select(_address.c.id).where(_address.c.channel == sender.channel, _address.c.hash == sender.digest)
    found: int | None = tx.connection.execute(query).scalar()
    return found


def channel_of(tx: Transaction, address_id: int) -> str | None:
    """The channel of a known address."""
    found: str | None = tx.connection.execute(select(_address.c.channel).where(_address.c.id == address_id)).scalar()
    return found


def keep_address(tx: Transaction, sender: Sender, now: datetime) -> int:
    """The id of the address, which is kept by its hash alone where nobody knew it: enough for an objection to hold."""
    found = address_id_of(tx, sender)
    if found is None:
        row = {"channel": sender.channel.value, "hash": sender.digest, "value": None, "first_seen_at": now}
        insert_new(tx, _address, [row | {"region": "", "textable": False, "timezones": ""}])
        found = address_id_of(tx, sender)
    if found is None:
        raise LookupError("an address that was just kept is not there")
    return found


def address_at(tx: Transaction, customer_id: int, channel: Channel) -> Address | None:
    """The customer's own address on `channel`, where none of their orders names one."""
    link = _customer.c.email_id if channel is Channel.EMAIL else _customer.c.phone_id
    query = select(_address).join(_customer, link == _address.c.id)
    row = tx.connection.execute(query.where(_customer.c.id == customer_id, _address.c.value.is_not(None))).first()
    if row is None:
        return None
    zones = tuple(zone for zone in row.timezones.split(",") if zone)
    return Address(row.id, channel, row.value, row.region, row.textable, zones)


def customers_at(tx: Transaction, address_id: int, brand: str) -> list[int]:
    """The customers of `brand` who have, or ordered with, this address; who only signed up, where there is no other."""
    own = or_(_customer.c.email_id == address_id, _customer.c.phone_id == address_id)
    ordered = or_(_order.c.email_id == address_id, _order.c.phone_id == address_id)
    query = union(
        select(_customer.c.id, _customer.c.key).where(own, _customer.c.brand == brand, _customer.c.key != ""),
        select(_customer.c.id, _customer.c.key)
        .join(_order, _order.c.customer_id == _customer.c.id)
        .where(ordered, _order.c.brand == brand),
    )
    found = tx.connection.execute(query).all()
    known = [row for row in found if not row.key.startswith(NEWCOMER)]
    return sorted(row.id for row in known or found)


def newest_to(
    tx: Transaction, address_id: int, brands: Collection[str], since: datetime, until: datetime
) -> AnyRow | None:
    """The last message of one of `brands` that went to this address between two UTC instants and may have arrived."""
    query = select(_message).where(
        _message.c.address_id == address_id,
        _message.c.brand.in_(brands),
        _message.c.handed_off_at >= since,
        _message.c.handed_off_at <= until,
        _message.c.state.in_(SENT_STATES),
    )
    return tx.connection.execute(query.order_by(_message.c.handed_off_at.desc(), _message.c.id.desc())).first()


def brands_to(tx: Transaction, address_id: int) -> list[str]:
    """The brands that wrote to this address, the one that did last first."""
    last = func.max(_message.c.handed_off_at)
    query = select(_message.c.brand).where(_message.c.address_id == address_id, _message.c.state.in_(SENT_STATES))
    return list(tx.connection.execute(query.group_by(_message.c.brand).order_by(last.desc())).scalars())


def message_of(tx: Transaction, message_id: int) -> AnyRow | None:
    """One message of the outbox."""
    return tx.connection.execute(select(_message).where(_message.c.id == message_id)).first()


def message_with_uid(tx: Transaction, uid: str, address_id: int | None = None) -> AnyRow | None:
    """The newest message with this uid (to this address), one that was withdrawn and planned anew last of all."""
    query = select(_message).where(_message.c.uid == uid)
    if address_id is not None:
        query = query.where(_message.c.address_id == address_id)
    gone = _message.c.state == MessageState.WITHDRAWN
    return tx.connection.execute(query.order_by(gone, _message.c.id.desc())).first()


def message_with_link(tx: Transaction, token: str) -> AnyRow | None:
    """The text whose short link ends with `token`, which is kept at its hand-off."""
    query = select(_message).where(_message.c.link_token == token, _message.c.link_token != "")
    return tx.connection.execute(query.order_by(_message.c.id.desc())).first()


def message_to(tx: Transaction, uid: str, recipient: Sender) -> AnyRow | None:
    """The newest message with this uid, if it went to `recipient`."""
    query = select(_message).join(_address, _address.c.id == _message.c.address_id)
    query = query.where(_message.c.uid == uid, _address.c.channel == recipient.channel)
    query = query.where(_address.c.hash == recipient.digest)
    return tx.connection.execute(query.order_by(_message.c.id.desc()).limit(1)).first()


def lines_of_message(tx: Transaction, message: AnyRow) -> tuple[int, ...]:
    """The order lines that a message was about; of an acknowledgement, those of the reply that it answers."""
    query = select(_told.c.line_id).where(_told.c.message_id == message.id, _told.c.live.is_not(None))
    told = tuple(tx.connection.execute(query.order_by(_told.c.line_id)).scalars())
    answered = row_named(REPLY, message.occasion)
    return told or (lines_of(tx, answered) if answered else ())


def lines_of(tx: Transaction, reply_id: int) -> tuple[int, ...]:
    """The order lines that a reply is about."""
    query = select(_line.c.line_id).where(_line.c.reply_id == reply_id).order_by(_line.c.line_id)
    return tuple(tx.connection.execute(query).scalars())


def open_lines_of(tx: Transaction, customer_id: int | None) -> tuple[int, ...]:
    """The order lines of a customer that have neither shipped nor been cancelled, as the records say."""
    query = select(_order_line.c.id).where(_order_line.c.customer_id == customer_id)
    query = query.where(_order_line.c.shipped_at.is_(None), _order_line.c.cancelled_at.is_(None))
    return tuple(tx.connection.execute(query.order_by(_order_line.c.id)).scalars()) if customer_id is not None else ()


def keep(tx: Transaction, row: Mapping[str, Any], effects: Iterable[Effect]) -> int | None:
    """Keep a reply; returns its id, None where another process has kept the same one meanwhile."""
    written = json.dumps([one.as_json() for one in effects], separators=(",", ":"))
    made = insert_new(tx, _reply, [dict(row) | {"effects": written}], returning=(_reply.c.id,))
    return made[0].id if made else None


def keep_lines(tx: Transaction, reply_id: int, lines: Mapping[int, bool]) -> None:
    """The lines that a reply is about, and whether each is frozen."""
    rows = [{"reply_id": reply_id, "line_id": one, "frozen": frozen} for one, frozen in sorted(lines.items())]
    if rows:
        tx.connection.execute(insert(_line), rows)


def keep_acks(tx: Transaction, reply_id: int, acks: Sequence[Mapping[str, Any]]) -> None:
    """How the reply was acknowledged, by channel, or why not."""
    written = json.dumps(list(acks), separators=(",", ":"))
    tx.connection.execute(update(_reply).where(_reply.c.id == reply_id).values(acks=written))


def answers_lately(tx: Transaction, address_id: int, purpose: str, since: datetime) -> int:
    """How many acknowledgements went, or are on their way, to this address since a UTC instant."""
    query = select(_message.c.id).where(
        _message.c.address_id == address_id,
        _message.c.purpose == purpose,
        _message.c.queued_at > since,
        _message.c.state != "withdrawn",
    )
    return len(tx.connection.execute(query).all())


def close(tx: Transaction, reply_ids: Sequence[int], by: str, what: str, now: datetime) -> list[int]:
    """A person has seen to these replies; what they froze is free again. Returns those that were open."""
    these = update(_reply).where(_reply.c.id.in_(reply_ids), waits_for_person)
    closed = these.values(closed_at=now, closed_by=by, closed_as=what)
    return sorted(tx.connection.execute(closed.returning(_reply.c.id)).scalars())


def mark_told(tx: Transaction, reply_id: int, now: datetime) -> None:
    """The helpdesk has this reply."""
    tx.connection.execute(update(_reply).where(_reply.c.id == reply_id).values(told_at=now))


def put_off(tx: Transaction, reply_id: int, again_at: datetime, *, refused: bool) -> None:
    """The helpdesk has not got this reply: tried again at `again_at`."""
    tries = _reply.c.tell_tries + (1 if refused else 0)
    tx.connection.execute(update(_reply).where(_reply.c.id == reply_id).values(tell_at=again_at, tell_tries=tries))


def assign(tx: Transaction, reply_id: int, customer_id: int) -> None:
    """A person has found out whose reply it is; its address need not be kept beside it any more."""
    whose = update(_reply).where(_reply.c.id == reply_id)
    tx.connection.execute(whose.values(customer_id=customer_id, sender=""))


def take_up_again(tx: Transaction, reply_id: int) -> None:
    """A person has closed this reply by mistake: it waits as before, and the helpdesk hears nothing new."""
    these = (_reply.c.id == reply_id) & _reply.c.closed_at.is_not(None)
    again = {"needs_person": True, "closed_at": None, "closed_by": "", "closed_as": ""}
    tx.connection.execute(update(_reply).where(these).values(**again))


def reopen(tx: Transaction, reply_id: int, reason: str, line_id: int | None = None) -> None:
    """A person must see to this reply again, or at last, for a `reason`; the line, if any, is one that it is about."""
    again: dict[str, Any] = {"needs_person": True, "closed_at": None, "closed_by": "", "closed_as": ""}
    again |= {"told_at": None, "tell_at": None, "tell_tries": 0}
    tx.connection.execute(update(_reply).where(_reply.c.id == reply_id).values(reason=reason, **again))
    if line_id is not None:
        insert_new(tx, _line, [{"reply_id": reply_id, "line_id": line_id, "frozen": False}])


def keep_for_person(tx: Transaction, action: AnyRow, now: datetime) -> int:
    """A reply without words, for a wish that somebody took down and the shop refused. Returns its id."""
    key = f"action:{action.id}"
    row = {
        "road": Road.OPERATOR.value,
        "key": key,
        "brand": action.brand,
        "customer_id": action.customer_id,
        "received_at": action.requested_at,
        "known_at": now,
        "actor": action.requested_by,
        "intent": ASKED_BY.get(ActionKind(action.kind), Intent.UNCLEAR).value,
        "confidence": Confidence.CERTAIN.value,
    }
    blank = dict.fromkeys(("sender", "subject", "thread", "words", "matched", "bound_to", "suggestion", "reason"), "")
    keep(tx, row | blank | {"needs_person": True, "closed_by": "", "closed_as": "", "acks": "[]"}, ())
    made = known(tx, Road.OPERATOR.value, key)
    if made is None:
        raise LookupError("a reply that was kept is not there")
    found: int = made.id
    return found


ASKED_BY = {
    ActionKind.CANCEL: Intent.CANCEL_ORDER,
    ActionKind.WITHDRAW: Intent.WITHDRAW,
    ActionKind.SWAP: Intent.TAKE_ALTERNATIVE,
}
"""The wish behind an action."""


def product_names(tx: Transaction, skus: Sequence[str]) -> dict[str, str]:
    """The names of products, by SKU."""
    query = select(_product.c.sku, _product.c.name).where(_product.c.sku.in_(skus), _product.c.name != "")
    return {row.sku: row.name for row in tx.connection.execute(query)} if skus else {}

"""Takes what is personal out of every table, for some customers at once. Colour: store.

Called by pipeline's erase and retention, after the evidence is in the archive. What stays has the shop's own numbers
and keyed hashes: orders and lines, decisions, notices and told dates, by which nothing is said or promised twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, delete, null, or_, select, update

from notifier.store.engine import Transaction
from notifier.store.hashing import erased_key, is_address
from notifier.store.lookup import batches, table_of
from notifier.store.name_words import drop_words
from notifier.store.tables import (
    Action,
    Address,
    Arrival,
    Attempt,
    Consent,
    ConsentRequest,
    Contact,
    Customer,
    FactChange,
    Finding,
    Hold,
    Message,
    MessageBody,
    Order,
    Reply,
    ReplyDesk,
    TeamAnswer,
    WaitlistEntry,
)

_customer, _order, _address, _history = table_of(Customer), table_of(Order), table_of(Address), table_of(FactChange)
_message, _body, _attempt = table_of(Message), table_of(MessageBody), table_of(Attempt)
_finding, _arrival = table_of(Finding), table_of(Arrival)
_contact, _consent, _hold = table_of(Contact), table_of(Consent), table_of(Hold)
_reply, _team, _action = table_of(Reply), table_of(TeamAnswer), table_of(Action)
_request, _entry, _desk = table_of(ConsentRequest), table_of(WaitlistEntry), table_of(ReplyDesk)

PERSONAL = ("locale", "preferred_channel", "timezone", "region", "postal_code")
"""Fields of a customer, beside name and addresses, that go. The country stays: it names the law that was obeyed."""

OF_REPLY = ("words", "subject", "thread", "sender", "matched", "bound_to", "reason", "closed_as")
"""What a customer wrote, where it came from, and what people noted beside it."""

OF_ORDER = ("locale", "region", "postal_code", "timezone")
_ADDRESSES = ("email_id", "phone_id")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the customers at hand: `own` are nobody else's, `shared` have another customer too."""

    own: tuple[int, ...]
    shared: tuple[int, ...]


def addresses_of(tx: Transaction, customer_ids: Sequence[int]) -> Addresses:
    """Every address that these customers have or had, ordered with, were written to at or gave a consent for."""
    found: set[int] = set()
    links = [(_customer, name, "id") for name in _ADDRESSES]
    links += [(_order, name, "customer_id") for name in _ADDRESSES]
    links += [
        (table, "address_id", "customer_id") for table in (_message, _contact, _consent, _reply, _request, _entry)
    ]
    for table, column, owner in links:
        query = select(table.c[column]).where(table.c[owner].in_(customer_ids), table.c[column].is_not(None))
        found.update(tx.connection.execute(query.distinct()).scalars())
    found |= _former(tx, customer_ids)
    shared = _shared(tx, found, customer_ids)
    return Addresses(tuple(sorted(found - shared)), tuple(sorted(shared)))


def _former(tx: Transaction, customer_ids: Sequence[int]) -> set[int]:
    """Ids of addresses that the history of these customers and their orders names."""
    query = select(_history.c.old, _history.c.new).where(_history.c.field.in_(_ADDRESSES), _of_theirs(customer_ids))
    named = {one for row in tx.connection.execute(query) for one in row if one is not None}
    known: set[int] = set()
    for ids in batches(sorted(int(one) for one in named if one.isdigit())):
        known.update(tx.connection.execute(select(_address.c.id).where(_address.c.id.in_(ids))).scalars())
    return known


def _of_theirs(customer_ids: Sequence[int]) -> ColumnElement[bool]:
    """The history of these customers and of their orders."""
    people = select(_customer.c.brand + "/" + _customer.c.key).where(_customer.c.id.in_(customer_ids))
    orders = select(_order.c.brand + "/" + _order.c.key).where(_order.c.customer_id.in_(customer_ids))
    return or_(
        and_(_history.c.kind == "customer", _history.c.key.in_(people)),
        and_(_history.c.kind == "order", _history.c.key.in_(orders)),
    )


def alone_in(tx: Transaction, brand: str, addresses: Addresses, customer_ids: Sequence[int]) -> list[int]:
    """Those that nobody else of `brand` has: suppression holds by brand, whoever has the address elsewhere (U4)."""
    here = _customer.c.brand == brand
    theirs = {*addresses.own, *addresses.shared}
    return sorted(theirs - _shared(tx, theirs, customer_ids, here))


def _shared(
    tx: Transaction, addresses: set[int], customer_ids: Sequence[int], among_whom: ColumnElement[bool] | None = None
) -> set[int]:
    """Those that somebody else (`among_whom`; None: of any brand) has, who is neither erased nor forgotten."""
    others = _customer.c.id.not_in(customer_ids) & _customer.c.erased_at.is_(None)
    others &= _customer.c.forgotten_before.is_(None)
    if among_whom is not None:
        others &= among_whom
    found: set[int] = set()
    for ids in batches(sorted(addresses)):
        for name in _ADDRESSES:
            has = select(_customer.c[name]).where(_customer.c[name].in_(ids), others)
            found.update(tx.connection.execute(has).scalars())
            ordered = select(_order.c[name]).join(_customer, _customer.c.id == _order.c.customer_id)
            found.update(tx.connection.execute(ordered.where(_order.c[name].in_(ids), others)).scalars())
    return found


def forget(tx: Transaction, customer_ids: Sequence[int], addresses: Addresses, hash_key: bytes) -> None:
    """Blank all that is personal of these customers, and the addresses that are theirs alone.

    Consents are another matter (`drop_consents`). On SQLite the freed pages are overwritten too.
    """
    if not tx.postgresql:
        tx.connection.exec_driver_sql("PRAGMA secure_delete=ON")
    _forget_changes(tx, customer_ids)
    _forget_people(tx, customer_ids, addresses, hash_key)
    _forget_said(tx, customer_ids)
    for table in (_entry, _request):
        tx.connection.execute(delete(table).where(table.c.customer_id.in_(customer_ids)))
    for ids in batches(addresses.own):
        numbers = select(_address.c.value).where(_address.c.id.in_(ids), _address.c.value.is_not(None))
        tx.connection.execute(delete(_arrival).where(_arrival.c.sender.in_(numbers)))
        wrote = _reply.c.address_id.in_(ids)
        tx.connection.execute(update(_reply).where(wrote).values(dict.fromkeys(OF_REPLY, "")))
        tx.connection.execute(update(_address).where(_address.c.id.in_(ids)).values(value=None, timezones=""))


def _forget_changes(tx: Transaction, customer_ids: Sequence[int]) -> None:
    """The history of a person's own fields; that of lines and dates stays, and so any past day can be judged again."""
    personal = or_(_history.c.kind == "customer", _history.c.field.in_((*OF_ORDER, *_ADDRESSES)))
    tx.connection.execute(delete(_history).where(_of_theirs(customer_ids), personal))


def _forget_people(tx: Transaction, customer_ids: Sequence[int], addresses: Addresses, hash_key: bytes) -> None:
    blank: dict[str, Any] = dict.fromkeys(PERSONAL, "") | {"name": "", "business": False, "described_at": None}
    unlinked = {name: _unless_shared(_customer.c[name], addresses) for name in _ADDRESSES}
    these = _customer.c.id.in_(customer_ids)
    tx.connection.execute(update(_customer).where(these).values(**blank, **unlinked))
    drop_words(tx, customer_ids)
    for row in tx.connection.execute(select(_customer.c.id, _customer.c.brand, _customer.c.key).where(these)).all():
        if is_address(row.key):  # rare, so one statement each
            hashed = erased_key(hash_key, row.brand, row.key)
            tx.connection.execute(update(_customer).where(_customer.c.id == row.id).values(key=hashed))
    unlinked = {name: _unless_shared(_order.c[name], addresses) for name in _ADDRESSES}
    placed = update(_order).where(_order.c.customer_id.in_(customer_ids))
    tx.connection.execute(placed.values(**dict.fromkeys(OF_ORDER, ""), **unlinked))


def _unless_shared(column: Any, addresses: Addresses) -> Any:
    return case((column.in_(addresses.shared), null()), else_=column) if addresses.shared else column


def _forget_said(tx: Transaction, customer_ids: Sequence[int]) -> None:
    theirs = select(_message.c.id).where(_message.c.customer_id.in_(customer_ids))
    forget_messages(tx, theirs)
    noted: list[tuple[Table, str]] = [(_contact, "summary"), (_hold, "note"), (_team, "words"), (_action, "closed_as")]
    noted += [(_reply, name) for name in OF_REPLY]
    for table, column in noted:
        written = table.c.customer_id.in_(customer_ids) & (table.c[column] != "")
        tx.connection.execute(update(table).where(written).values({column: ""}))
    forget_notes(tx, select(_reply.c.id).where(_reply.c.customer_id.in_(customer_ids)))


def forget_notes(tx: Transaction, which: Any) -> None:
    """Take what the team noted of calls about these replies: ids, or a query that gives them."""
    noted = _desk.c.reply_id.in_(which) & (_desk.c.call_note != "")
    tx.connection.execute(update(_desk).where(noted).values(call_note=""))


def forget_messages(tx: Transaction, which: Any) -> None:
    """Take body, subject, summary, language, link and the provider's words of messages.

    `which` are their ids, or a query that gives them.
    """
    tx.connection.execute(delete(_body).where(_body.c.message_id.in_(which)))
    tx.connection.execute(update(_attempt).where(_attempt.c.message_id.in_(which)).values(raw="", provider_id=""))
    tx.connection.execute(update(_finding).where(_finding.c.message_id.in_(which)).values(provider_id=""))
    blank = {"subject": "", "locale": "", "link_token": "", "provider_id": ""}
    tx.connection.execute(update(_message).where(_message.c.id.in_(which)).values(**blank))
    tx.connection.execute(update(_contact).where(_contact.c.message_id.in_(which)).values(summary=""))


def drop_consents(tx: Transaction, customer_ids: Sequence[int], addresses: Addresses, *, refusals: bool) -> None:
    """Delete the consents of these customers, by themselves and by their own addresses.

    A no stays, without its wording, because it still binds: that to an address always, as the address's own (another
    customer may have it, HOSTILE.md 22), that of the customer unless `refusals` go too.
    """
    by_person = _consent.c.customer_id.in_(customer_ids)
    by_address = and_(_consent.c.customer_id.is_(None), _consent.c.address_id.in_(addresses.own))
    theirs: ColumnElement[bool] = or_(by_person, by_address)
    refused = theirs & _consent.c.granted.is_(False)
    tx.connection.execute(update(_consent).where(refused).values(wording="", source="", evidence=""))
    if refusals:
        to_address = refused & _consent.c.address_id.is_not(None)
        tx.connection.execute(update(_consent).where(to_address).values(customer_id=None))
    gone = theirs & _consent.c.granted.is_(True)
    tx.connection.execute(delete(_consent).where(or_(gone, by_person) if refusals else gone))

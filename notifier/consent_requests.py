"""Requests for consent to marketing: what was asked of whom, because of which act, and the answer. Colour: store.

Called by pipeline.asking and pipeline.receive. A request is one row, unique by the act that it answers (RULES.md S1).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update

from notifier.store.bodies import unpacked
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.tables import ConsentRequest, Message, MessageBody, Product, TemplateVersion, WaitlistEntry
from notifier.terms.signup import EntryState
from notifier.terms.words import Channel, MessageState

_request, _entry, _product = table_of(ConsentRequest), table_of(WaitlistEntry), table_of(Product)
_message = table_of(Message)
_body, _version = table_of(MessageBody), table_of(TemplateVersion)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to be made. `act` names the customer's own act, which came by `road` at `asked_at` (UTC).

    `wording` is what is agreed to, `source` and `evidence` where the act came from.
    """

    brand: str
    customer_id: int
    address_id: int
    channel: Channel
    road: str
    act: str
    locale: str
    wording: str
    source: str
    evidence: str
    asked_at: datetime


def keep(tx: Transaction, wanted: Wanted) -> int | None:
    """Keep a request; returns its id, None where this act has been answered already."""
    row = {name: getattr(wanted, name) for name in wanted.__slots__} | {"channel": wanted.channel.value}
    row |= {"confirmed_at": None, "message_id": None, "reason": "", "trace": "[]"}
    made = insert_new(tx, _request, [row], returning=(_request.c.id,))
    return made[0].id if made else None


def note(
    tx: Transaction, request_id: int, message_id: int | None, reason: str, trace: Sequence[Mapping[str, Any]]
) -> None:
    """Write down what was decided about a request: by which message it is asked, or why it is not."""
    values = {"message_id": message_id, "reason": reason, "trace": json.dumps(list(trace), separators=(",", ":"))}
    tx.connection.execute(update(_request).where(_request.c.id == request_id).values(**values))


def request_of(tx: Transaction, request_id: int) -> AnyRow | None:
    """One request by its id."""
    return tx.connection.execute(select(_request).where(_request.c.id == request_id)).first()


def _went() -> ColumnElement[bool]:
    """Its message went, or is on its way."""
    lost = (MessageState.WITHDRAWN.value, MessageState.REFUSED.value)
    return exists(select(_message.c.id).where(_message.c.id == _request.c.message_id, _message.c.state.not_in(lost)))


def open_requests(tx: Transaction, brand: str, address_id: int, channel: Channel, since: datetime) -> Sequence[AnyRow]:
    """The requests to this address since a UTC instant that were asked and not answered, the newest first."""
    query = select(_request).where(
        _request.c.brand == brand,
        _request.c.address_id == address_id,
        _request.c.channel == channel.value,
        _request.c.asked_at > since,
        _request.c.confirmed_at.is_(None),
        _went(),
    )
    return tx.connection.execute(query.order_by(_request.c.asked_at.desc(), _request.c.id.desc())).all()


def asked_lately(tx: Transaction, brand: str, address_id: int, since: datetime) -> int:
    """How many requests of a brand went, or are on their way, to an address since a UTC instant."""
    query = select(func.count()).where(
        _request.c.brand == brand,
        _request.c.address_id == address_id,
        _request.c.asked_at > since,
        _went(),
    )
    return int(tx.connection.execute(query).scalar_one())


def asked_in_all(tx: Transaction, channel: Channel, since: datetime) -> int:
    """How many requests by a channel there were since a UTC instant, whoever was asked."""
    query = select(func.count()).where(_request.c.asked_at > since, _request.c.channel == channel.value)
    return int(tx.connection.execute(query).scalar_one())


def confirm(tx: Transaction, request_id: int, at: datetime) -> bool:
    """Write down that the customer agreed; False where that was known."""
    this = (_request.c.id == request_id) & _request.c.confirmed_at.is_(None)
    return tx.connection.execute(update(_request).where(this).values(confirmed_at=at)).rowcount == 1


def products_of(tx: Transaction, request_id: int) -> list[AnyRow]:
    """The products, each with its `sku`, that the sign-ups behind a request wait for; the first asked for first."""
    named = func.coalesce(func.nullif(_product.c.name, ""), _entry.c.sku).label("name")
    query = (
        select(_entry.c.sku, named, _product.c.url, _product.c.image_url)
        .outerjoin(_product, _product.c.sku == _entry.c.sku)
        .where(_entry.c.request_id == request_id, _entry.c.state != EntryState.ENDED)
        .order_by(_entry.c.asked_at, _entry.c.id)
    )
    return list(tx.connection.execute(query))


def text_shown(tx: Transaction, message_id: int) -> str:
    """The words of a text as it went; empty where they are not kept."""
    query = select(_body.c.body, _version.c.sample).outerjoin(_version, _version.c.hash == _body.c.version)
    row = tx.connection.execute(query.where(_body.c.message_id == message_id)).first()
    return unpacked(row.body, row.sample or b"").decode("utf-8", "replace") if row is not None else ""

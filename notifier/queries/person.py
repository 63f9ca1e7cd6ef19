"""Everything that is held about one customer, whole and streamed, for the person's own eyes. Colour: store.

Called by pipeline.person. Unlike every other view it shows addresses and bodies: that is what the law asks for
(RULES.md U4). The restricted archive is counted, not read.
"""

# ruff: noqa: ARG001  (one shape for all sections, so that the table needs no cases)

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Row, Select, Table, or_, select

from notifier.store.engine import Transaction
from notifier.store.forget import addresses_of
from notifier.store.lookup import table_of
from notifier.store.tables import (
    Action,
    Address,
    Answer,
    Consent,
    ConsentRequest,
    Contact,
    Customer,
    Decision,
    FactChange,
    Hold,
    LegalStanding,
    Message,
    MessageBody,
    MessageLine,
    Notice,
    Order,
    OrderLine,
    PromiseTold,
    Reply,
    ReplyDesk,
    ReplyStep,
    RewardCode,
    Suppression,
    TeamAnswer,
    TemplateVersion,
    WaitlistEntry,
)

_customer, _order, _line, _address = table_of(Customer), table_of(Order), table_of(OrderLine), table_of(Address)
_version = table_of(TemplateVersion)
_message, _body, _told, _contact = table_of(Message), table_of(MessageBody), table_of(MessageLine), table_of(Contact)
_consent, _suppression, _notice = table_of(Consent), table_of(Suppression), table_of(Notice)
_promise, _decision, _reward = table_of(PromiseTold), table_of(Decision), table_of(RewardCode)
_hold, _history = table_of(Hold), table_of(FactChange)
_answer, _standing = table_of(Answer), table_of(LegalStanding)
_reply, _action, _team = table_of(Reply), table_of(Action), table_of(TeamAnswer)
_desk, _step = table_of(ReplyDesk), table_of(ReplyStep)
_request, _entry = table_of(ConsentRequest), table_of(WaitlistEntry)

ROWS_A_BATCH = 500

Piece = dict[str, Any]
"""One row as JSON takes it, instants in ISO 8601; a message's `body` is still as it is stored."""

_INTERNAL = frozenset(
    "id customer_id order_id line_id run_id last_run import_id seen_import row_hash fingerprint key lease_until fence"
    " claimed_by uid link_token due_at reward_id address_id email_id phone_id".split()
)
"""Our own bookkeeping: numbers that say nothing of the person."""


def profile(tx: Transaction, customer_id: int) -> Piece:
    """The customer's own row, with the shop's id as `customer`."""
    row = tx.connection.execute(select(_customer).where(_customer.c.id == customer_id)).one()
    return {"customer": row.key} | _plain(row)


def _columns(table: Table, without: Sequence[str] = ()) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in _INTERNAL and column.name not in without]


_WHICH = (_order.c.key.label("order"), _line.c.key.label("line"))


def _of_lines(table: Table, customer_id: int, order_by: Any) -> Select[Any]:
    query = select(*_WHICH, *_columns(table)).join(_line, _line.c.id == table.c.line_id)
    query = query.join(_order, _order.c.id == _line.c.order_id)
    return query.where(_line.c.customer_id == customer_id).order_by(order_by, *table.primary_key)


def _own(table: Table, customer_id: int, *more: Any) -> Select[Any]:
    return select(*more, *_columns(table)).where(table.c.customer_id == customer_id).order_by(table.c.id)


def _orders(tx: Transaction, one: int) -> Select[Any]:
    return _own(_order, one, _order.c.key.label("order"))


def _lines(tx: Transaction, one: int) -> Select[Any]:
    query = select(*_WHICH, *_columns(_line)).join(_order, _order.c.id == _line.c.order_id)
    return query.where(_line.c.customer_id == one).order_by(_line.c.id)


def _addresses(tx: Transaction, one: int) -> Select[Any]:
    return select(_address).where(_address.c.id.in_(_all_addresses(tx, one))).order_by(_address.c.id)


def _all_addresses(tx: Transaction, one: int) -> Sequence[int]:
    found = addresses_of(tx, [one])
    return [*found.own, *found.shared]


def _consents(tx: Transaction, one: int) -> Select[Any]:
    alone = _consent.c.customer_id.is_(None) & _consent.c.address_id.in_(_all_addresses(tx, one))
    query = select(*_columns(_consent), _address.c.value.label("address"))
    query = query.outerjoin(_address, _address.c.id == _consent.c.address_id)
    return query.where(or_(_consent.c.customer_id == one, alone)).order_by(_consent.c.at, _consent.c.id)


def _suppressions(tx: Transaction, one: int) -> Select[Any]:
    query = select(*_columns(_suppression, ("address_hash",)), _address.c.value.label("address"))
    same = (_address.c.hash == _suppression.c.address_hash) & (_address.c.channel == _suppression.c.channel)
    query = query.join(_address, same)
    return query.where(_address.c.id.in_(_all_addresses(tx, one))).order_by(_suppression.c.at, _suppression.c.id)


def _messages(tx: Transaction, one: int) -> Select[Any]:
    query = _own(_message, one, _message.c.id.label("message"), _address.c.value.label("address"), _body.c.body)
    query = query.add_columns(_version.c.sample).join(_address, _address.c.id == _message.c.address_id)
    query = query.outerjoin(_body, _body.c.message_id == _message.c.id)
    return query.outerjoin(_version, _version.c.hash == _body.c.version)


def _told_lines(tx: Transaction, one: int) -> Select[Any]:
    return _of_lines(_told, one, _told.c.message_id)


def _contacts(tx: Transaction, one: int) -> Select[Any]:
    return _own(_contact, one, _address.c.value.label("address")).outerjoin(
        _address, _address.c.id == _contact.c.address_id
    )


def _promises(tx: Transaction, one: int) -> Select[Any]:
    return _of_lines(_promise, one, _promise.c.told_at)


def _notices(tx: Transaction, one: int) -> Select[Any]:
    return _of_lines(_notice, one, _notice.c.created_at)


def _answers(tx: Transaction, one: int) -> Select[Any]:
    return _of_lines(_answer, one, _answer.c.at)


def _standings(tx: Transaction, one: int) -> Select[Any]:
    return _of_lines(_standing, one, _standing.c.line_id)


def _decisions(tx: Transaction, one: int) -> Select[Any]:
    return _own(_decision, one)


def _replies(tx: Transaction, one: int) -> Select[Any]:
    return _own(_reply, one, _reply.c.id.label("reply"))


def _team_answers(tx: Transaction, one: int) -> Select[Any]:
    return _own(_team, one, _team.c.reply_id.label("reply"))


def _desks(tx: Transaction, one: int) -> Select[Any]:
    return _of_replies(_desk, one, _desk.c.reply_id)


def _steps(tx: Transaction, one: int) -> Select[Any]:
    return _of_replies(_step, one, _step.c.id)


def _of_replies(table: Table, customer_id: int, order_by: Any) -> Select[Any]:
    query = select(table.c.reply_id.label("reply"), *_columns(table, ("reply_id",)))
    query = query.join(_reply, _reply.c.id == table.c.reply_id)
    return query.where(_reply.c.customer_id == customer_id).order_by(order_by)


def _actions(tx: Transaction, one: int) -> Select[Any]:
    return _of_lines(_action, one, _action.c.requested_at)


def _requests(tx: Transaction, one: int) -> Select[Any]:
    return _own(_request, one)


def _waits(tx: Transaction, one: int) -> Select[Any]:
    return _own(_entry, one)


def _rewards(tx: Transaction, one: int) -> Select[Any]:
    return _own(_reward, one)


def _holds(tx: Transaction, one: int) -> Select[Any]:
    return _own(_hold, one)


def _changes(tx: Transaction, one: int) -> Select[Any]:
    row = tx.connection.execute(select(_customer.c.brand, _customer.c.key).where(_customer.c.id == one)).one()
    theirs = (_history.c.kind == "customer") & (_history.c.key == f"{row.brand}/{row.key}")
    return select(*_columns(_history, ("kind",))).where(theirs).order_by(_history.c.id)


SECTIONS: Mapping[str, Callable[[Transaction, int], Select[Any]]] = MappingProxyType(
    {
        "addresses": _addresses,
        "orders": _orders,
        "lines": _lines,
        "consents": _consents,
        "suppressions": _suppressions,
        "messages": _messages,
        "messages_about": _told_lines,
        "contacts": _contacts,
        "promises": _promises,
        "notices": _notices,
        "answers": _answers,
        "standings": _standings,
        "replies": _replies,
        "team_answers": _team_answers,
        "reply_desks": _desks,
        "reply_steps": _steps,
        "actions": _actions,
        "consent_requests": _requests,
        "waitlist": _waits,
        "decisions": _decisions,
        "rewards": _rewards,
        "holds": _holds,
        "changes": _changes,
    }
)
"""The parts of the document, in their order."""


def pieces(tx: Transaction, section: str, customer_id: int) -> Iterator[Piece]:
    """The rows of one of SECTIONS, streamed, oldest first."""
    query = SECTIONS[section](tx, customer_id).execution_options(yield_per=ROWS_A_BATCH)
    with tx.connection.execute(query) as found:
        for rows in found.partitions():
            yield from (_plain(row) for row in rows)


def _plain(row: Row[Any]) -> Piece:
    return {name: _json(value) for name, value in row._mapping.items() if name not in _INTERNAL}  # noqa: SLF001


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value

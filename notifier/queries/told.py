"""Which of the shop's orders and lines messages are about, many messages at once. Colour: store. Used by queries."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select

from notifier.store.engine import Transaction
from notifier.store.lookup import batches, table_of
from notifier.store.tables import Message, MessageLine, Order, OrderLine
from notifier.terms.words import MessageState

_message, _told = table_of(Message), table_of(MessageLine)
_order, _line = table_of(Order), table_of(OrderLine)


_NEVER_TOLD = (MessageState.WITHDRAWN, MessageState.REFUSED)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line that a message tells about, by the shop's keys, with the ship dates it names."""

    line_id: int
    order: str
    line: str
    eta_from: date | None
    eta_to: date | None


@dataclass(slots=True)
class Told:
    """The lines of one message in the order of their ids;
    one that was withdrawn or refused keeps those it would have had.
    """

    lines: list[ToldLine] = field(default_factory=list)

    @property
    def line_keys(self) -> list[str]:
        """The shop's keys of the lines."""
        return [one.line for one in self.lines]

    @property
    def order_keys(self) -> list[str]:
        """The shop's keys of the orders, each once."""
        return list(dict.fromkeys(one.order for one in self.lines))


def told_by(tx: Transaction, message_ids: Collection[int]) -> dict[int, Told]:
    """What each of these messages tells about; lines that were dropped before it went are left out."""
    found = {one: Told() for one in message_ids}
    for ids in batches(sorted(found)):
        query = (
            select(
                _told.c.message_id,
                _told.c.line_id,
                _order.c.key.label("order_key"),
                _line.c.key.label("line_key"),
                _told.c.eta_from,
                _told.c.eta_to,
            )
            .join(_message, _message.c.id == _told.c.message_id)
            .join(_line, _line.c.id == _told.c.line_id)
            .join(_order, _order.c.id == _line.c.order_id)
            .where(_told.c.message_id.in_(ids), or_(_told.c.live.is_not(None), _message.c.state.in_(_NEVER_TOLD)))
            .order_by(_told.c.message_id, _told.c.line_id)
        )
        for row in tx.connection.execute(query):
            one = ToldLine(row.line_id, row.order_key, row.line_key, row.eta_from, row.eta_to)
            found[row.message_id].lines.append(one)
    return found

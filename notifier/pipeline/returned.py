"""An email that came back: the notice in it is none, and a dead address is not used again (RULES.md F9). Colour: root.

Called by pipeline.receive for a report that proves which message it is about, and by bounces for a person's word.
"""

from datetime import datetime

from notifier import consent, notices
from notifier.outbox import doubt
from notifier.pipeline.house import House
from notifier.pipeline.unknown import settle_by
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.returns import soft_for_good
from notifier.terms.evidence import Found, Said, Source
from notifier.terms.mail import Returned
from notifier.terms.words import MessageState, Outcome

BOUNCED = "bounced"
"""The reason of the suppression."""

GONE, NOT_TAKEN = "bad_recipient", "came_back"
"""Normalised codes of a message of which nobody knew whether it went, and which came back."""

_OPEN = (MessageState.UNKNOWN, MessageState.HANDED_OFF)


def came_back(tx: Transaction, house: House, message: AnyRow, report: Returned, now: datetime) -> None:
    """The email `message` came back, for good or because its mailbox took nothing for days.

    Either way the customer did not get it. Only what is hard, or soft for too long, ends the address.
    """
    hard = report.hard or soft_for_good(tx, message.address_id, now)
    row = doubt.standing_of(tx, [message.id]).get(message.id)
    if row is not None and row.state in _OPEN and row.attempt is not None and not row.maybe_double:
        code = GONE if hard else NOT_TAKEN
        said = Said(row.id, row.attempt, Source.RECEIPT, Found.FAILED, Outcome.REFUSED, code)
        doubt.note(tx, [said], now)
        if row.state == MessageState.UNKNOWN:
            settle_by(tx, house, [said], now)
        return
    failed(tx, message, now, hard=hard)


def failed(tx: Transaction, message: AnyRow, now: datetime, *, hard: bool) -> int:
    """An accepted email did not arrive after all. Returns how many notices no longer count."""
    ended = notices.came_back(tx, [message.id], now)
    if hard:
        consent.suppress(tx, {message.id: BOUNCED}, now)
    bring_forward(tx, [message.customer_id], now)
    return ended

"""What a provider says later of its own accord: a receipt settles a message that is unknown. Colour: root.

Called by the web's webhooks. Receipts come late, twice and in any order; what is settled they do not move.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.outbox import doubt
from notifier.pipeline.house import House
from notifier.pipeline.unknown import settle_by
from notifier.store.lookup import AnyRow
from notifier.terms.evidence import Found, Said, Source
from notifier.terms.words import MessageState, Outcome


class Word(StrEnum):
    """A provider's word, normalised. SENT: it went on from there. DELIVERED: it arrived. FAILED: it never will."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt, by the attempt that its URL names or by our uid. `code` is normalised and goes with FAILED."""

    word: Word
    attempt_id: int = 0
    uid: str = ""
    provider_id: str = ""
    code: str = ""


class Taken(StrEnum):
    """What a receipt did. KEPT: the worker is still to answer; should it not, the receipt will settle it."""

    SETTLED = "settled"
    KEPT = "kept"
    NOTHING = "nothing"


def take_receipt(house: House, receipt: Receipt, now: datetime) -> Taken:
    """Take one receipt in at the UTC instant `now`.

    It says nothing of a message that is settled, of an attempt that another one followed, nor of an email that went
    twice under one Message-ID and came back: nobody knows which of the two did.
    """
    with house.store.read() as tx:
        # Most receipts are of messages that are settled: they wait for nobody's lock.
        message_id = doubt.open_message(tx, receipt.attempt_id, receipt.uid)
    if message_id is None:
        return Taken.NOTHING
    with house.store.write() as tx:
        row = doubt.standing_of(tx, [message_id])[message_id]
        said = _said(receipt, row)
        if said is None:
            return Taken.NOTHING
        doubt.note(tx, [said], now)
        if row.state == MessageState.HANDED_OFF:
            return Taken.KEPT
        settle_by(tx, house, [said], now)
    return Taken.SETTLED


def _said(receipt: Receipt, row: AnyRow) -> Said | None:
    """What the receipt says of the message as it stands; None: nothing."""
    settled = row.state not in (MessageState.UNKNOWN, MessageState.HANDED_OFF)
    if settled or row.attempt is None or receipt.attempt_id not in (0, row.attempt):
        return None
    if receipt.word is not Word.FAILED:
        return Said(row.id, row.attempt, Source.RECEIPT, Found.THERE, Outcome.ACCEPTED, provider_id=receipt.provider_id)
    if row.maybe_double and not receipt.attempt_id:
        return None
    code = receipt.code or "rejected"
    return Said(row.id, row.attempt, Source.RECEIPT, Found.FAILED, Outcome.REFUSED, code, receipt.provider_id)

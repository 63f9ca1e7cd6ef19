"""What a provider says later of its own accord: it settles what is unknown, and teaches which numbers are of no use.

Colour: root. Called by the web's webhooks. Receipts come late, twice and in any order: what is settled stays settled,
and of an attempt the first last word counts.
"""

from datetime import datetime
from enum import StrEnum

from notifier import consent
from notifier.outbox import doubt, receipt
from notifier.pipeline.house import House
from notifier.pipeline.relay import refused_after_all
from notifier.pipeline.settling import DEAD
from notifier.pipeline.unknown import settle_by
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.evidence import Found, Receipt, Said, Source, Word
from notifier.terms.words import DeliveryMode, MessageState, Outcome

NOT_REACHED = "unreachable"
"""The code of a text that a phone did not take; only one that never takes any is of no use."""

_OPEN = (MessageState.UNKNOWN, MessageState.HANDED_OFF)


class Taken(StrEnum):
    """What a receipt did. KEPT: the worker is still to answer; should it not, the receipt will settle it.

    NOTED: the message was settled before, and this is the attempt's last word.
    """

    SETTLED = "settled"
    KEPT = "kept"
    NOTED = "noted"
    NOTHING = "nothing"


def take_receipt(house: House, one: Receipt, now: datetime) -> Taken:
    """Take one receipt in at the UTC instant `now`.

    It moves no message that is settled, none by an attempt that another one followed, and no email that went twice
    under one Message-ID and came back: nobody knows which of the two did.
    """
    if not one.attempt_id and not one.uid:
        return _of_answer(house, one, now)
    with house.store.read() as tx:
        # Most receipts say nothing new: they wait for nobody's lock.
        known = receipt.standing(tx, one.attempt_id, one.uid)
    if known is None or not _is_news(one, known):
        return Taken.NOTHING
    with house.store.write() as tx:
        # The attempt before its message, as in outbox.settle: else the two could wait for each other.
        if _is_last(one) and not _keep(tx, one, now):
            return Taken.NOTHING
        row = doubt.standing_of(tx, [known.message])[known.message]
        if _is_last(one):
            _learn(tx, one, row, now)
        return _settle(tx, house, (one, row), now)


def _of_answer(house: House, one: Receipt, now: datetime) -> Taken:
    """A text of the team's own, which is no attempt of the outbox: only that it did not arrive is news."""
    if one.word is not Word.FAILED or not one.provider_id:
        return Taken.NOTHING
    with house.store.write() as tx:
        ours = refused_after_all(tx, house, one.provider_id, one.code, now)
    return Taken.SETTLED if ours else Taken.NOTHING


def _is_last(one: Receipt) -> bool:
    return one.attempt_id != 0 and one.word is not Word.SENT


def _is_news(one: Receipt, known: AnyRow) -> bool:
    """Nothing comes after a last word; without one, what is open can be settled, and the last word is still to come."""
    return not known.receipt and (_is_last(one) or known.state in _OPEN)


def _keep(tx: Transaction, one: Receipt, now: datetime) -> bool:
    about = (one.attempt_id, one.provider_id)
    return receipt.keep_last_word(tx, one.word.value, one.code, about, now)


def _learn(tx: Transaction, one: Receipt, row: AnyRow, now: datetime) -> None:
    """Suppress the number of a text that failed, where its code says so, whatever the message has come to.

    That the text did not arrive changes no notice: those are told by email. In mode redirect the number is the shop's.
    """
    if one.word is not Word.FAILED or row.mode != DeliveryMode.LIVE:
        return
    gone = one.code == NOT_REACHED and receipt.never_reached(tx, row.address_id, one.code)
    if (one.code in DEAD or gone) and consent.suppress(tx, {row.id: one.code}, now):
        bring_forward(tx, [row.customer_id], now)


def _settle(tx: Transaction, house: House, heard: tuple[Receipt, AnyRow], now: datetime) -> Taken:
    one, row = heard
    said = _said(one, row)
    if said is None:
        return Taken.NOTED if _is_last(one) else Taken.NOTHING
    doubt.note(tx, [said], now)
    if row.state == MessageState.HANDED_OFF:
        return Taken.KEPT
    settle_by(tx, house, [said], now)
    return Taken.SETTLED


def _said(one: Receipt, row: AnyRow) -> Said | None:
    """What the receipt says of the message as it stands; None: nothing."""
    if row.state not in _OPEN or row.attempt is None or one.attempt_id not in (0, row.attempt):
        return None
    if one.word is not Word.FAILED:
        return Said(row.id, row.attempt, Source.RECEIPT, Found.THERE, Outcome.ACCEPTED, provider_id=one.provider_id)
    if row.maybe_double and not one.attempt_id:
        return None
    code = one.code or "rejected"
    return Said(row.id, row.attempt, Source.RECEIPT, Found.FAILED, Outcome.REFUSED, code, one.provider_id)

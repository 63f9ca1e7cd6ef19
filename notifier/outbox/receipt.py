"""What a provider says of an attempt after its answer, and whether that is news. Colour: store. Called by pipeline.

An attempt keeps one last word, delivered or failed: the first that comes, whatever comes after it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, table_of
from notifier.store.messages import newest_attempt
from notifier.store.tables import Attempt, Message
from notifier.terms.words import Channel

_message, _attempt = table_of(Message), table_of(Attempt)

FAILED = "failed"


def standing(tx: Transaction, attempt_id: int, uid: str) -> AnyRow | None:
    """The `message` of an attempt, or the newest with this uid, its `state`, and the attempt's last word (`receipt`).

    A withdrawn message frees its key, so that a later one may have its uid.
    """
    columns = (_message.c.id.label("message"), _message.c.state, _attempt.c.receipt)
    query: Select[Any] = select(*columns).order_by(_message.c.id.desc()).limit(1)
    if attempt_id:
        query = query.join(_attempt, _attempt.c.message_id == _message.c.id).where(_attempt.c.id == attempt_id)
    else:
        query = query.outerjoin(_attempt, newest_attempt).where(_message.c.uid == uid)
    return tx.connection.execute(query).first()


def keep_last_word(tx: Transaction, word: str, code: str, about: tuple[int, str], now: datetime) -> bool:
    """Keep the last word about an attempt (`about`: its id, and the provider's id); False where it has one already.

    So it is where the provider means another message: attempts of an older copy of the database had the same ids.
    """
    attempt_id, provider_id = about
    first = (_attempt.c.id == attempt_id) & (_attempt.c.receipt == "")
    if provider_id:
        first &= _attempt.c.provider_id.in_(("", provider_id))
    kept = {"receipt": word, "receipt_code": code, "receipt_at": now}
    return tx.connection.execute(update(_attempt).where(first).values(kept)).rowcount == 1


def last_words(tx: Transaction, address_id: int, most: int) -> Sequence[AnyRow]:
    """`receipt`, `receipt_code` and `handed_off_at` of the last texts to an address that have one, the newest first."""
    query: Select[Any] = (
        select(_attempt.c.receipt, _attempt.c.receipt_code, _message.c.handed_off_at)
        .join(_message, newest_attempt)
        .where(_message.c.address_id == address_id, _message.c.channel == Channel.SMS, _attempt.c.receipt != "")
        .where(_message.c.handed_off_at.is_not(None))
        .order_by(_message.c.handed_off_at.desc(), _message.c.id.desc())
        .limit(most)
    )
    return tx.connection.execute(query).all()


WEARY_TEXTS, WEARY_FOR = 3, timedelta(days=3)
"""After so many texts in a row, over so long, that did not reach a number, it counts as gone: a phone may be off."""


def never_reached(tx: Transaction, address_id: int, code: str) -> bool:
    """Whether the last texts to an address all failed with this code, for so long that it is no phone switched off."""
    rows = last_words(tx, address_id, WEARY_TEXTS)
    if len(rows) < WEARY_TEXTS or any((row.receipt, row.receipt_code) != (FAILED, code) for row in rows):
        return False
    spread: timedelta = rows[0].handed_off_at - rows[-1].handed_off_at
    return spread >= WEARY_FOR

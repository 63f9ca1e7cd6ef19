"""What a person may do with a message, and does: release, take back, say again. Colour: root. Called by the console.

Each is one transaction that changes all messages asked for or none. Whatever is queued by a person's word is judged
again at its claim, as every message: nothing goes that is no longer right.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from notifier import outbox, rewards
from notifier.errors import UsageError
from notifier.outbox import doubt
from notifier.pipeline.house import House
from notifier.pipeline.people import operator_name
from notifier.pipeline.reasons import ANEW_BY, CANCELLED_BY
from notifier.pipeline.restock import RESTOCKED
from notifier.pipeline.settling import DEAD
from notifier.queries.message_list import Listed
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.message_lines import news_of
from notifier.store.runs import News, withhold
from notifier.terms.words import MessageClass, MessageState


class Act(StrEnum):
    """Something that a person may do with a message."""

    RELEASE = "release"
    CANCEL = "cancel"
    ANEW = "anew"
    SENT = "sent"
    RESEND = "resend"


def acts_for(house: House, one: Listed) -> tuple[Act, ...]:
    """What may be done with a message where it stands. One of another mode of delivery can only be closed."""
    state = MessageState(one.state)
    if state is MessageState.UNKNOWN:
        return (Act.SENT, Act.RESEND) if one.mode == house.sending.mode else (Act.SENT,)
    if one.mode != house.sending.mode:
        return ()
    if state in (MessageState.QUEUED, MessageState.HELD):
        cancel = () if _stays(house, one.message_class, one.purpose) else (Act.CANCEL,)
        return ((Act.RELEASE,) if state is MessageState.HELD else ()) + cancel
    planned = state is MessageState.REFUSED and one.run_id is not None
    return (Act.ANEW,) if planned and one.reason not in DEAD else ()


def release_messages(house: House, message_ids: Sequence[int], by: str) -> list[int]:
    """Queue held messages again. One whose template is as it was is held again, for the same reason.

    Raises UsageError, and releases none, where one of them is not held, or is of another mode of delivery.
    """
    ids = _asked(message_ids, by)
    with house.store.write() as tx:
        _checked(tx, house, ids, (MessageState.HELD,))
        outbox.release_held(tx, ids)
    return ids


def cancel_messages(house: House, message_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """Take back messages that are queued or held, and never say that news again: plan would only queue it anew.

    Raises UsageError, and takes back none, where one of them is required by law, tells somebody of the waitlist that a
    product is there, has gone already, or is of another mode of delivery.
    """
    ids = _asked(message_ids, by)
    with house.store.write() as tx:
        rows = _checked(tx, house, ids, (MessageState.QUEUED, MessageState.HELD))
        if kept := [row for row in rows if _stays(house, row.message_class, row.purpose)]:
            raise UsageError(_why_it_stays(kept[0]))
        _silence(tx, rows)
        outbox.withdraw_waiting(tx, ids, CANCELLED_BY + operator_name(by), now)
        rewards.void(tx, ids, now)
        bring_forward(tx, [row.customer_id for row in rows], now)
    return ids


def judge_anew(house: House, message_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """Let plan judge afresh what was refused: is it still due, it goes once more, to the address known by then.

    Raises UsageError, and changes none, where one of them was not refused, was refused because its address is gone or
    its owner wants nothing, is of another mode of delivery, or was made by no plan: none would make it again.
    """
    ids = _asked(message_ids, by)
    with house.store.write() as tx:
        rows = _checked(tx, house, ids, (MessageState.REFUSED,))
        if dead := [row.id for row in rows if row.reason in DEAD]:
            raise UsageError(
                f"message {dead[0]}: nothing can be sent to this address any more;"
                " mend the customer's address in the shop, and import it"
            )
        if answers := [row.id for row in rows if row.run_id is None]:
            raise UsageError(
                f"message {answers[0]} was made by no plan, so none makes it again; answer the customer in the inbox"
            )
        outbox.free_refused(tx, ids, ANEW_BY + operator_name(by))
        bring_forward(tx, [row.customer_id for row in rows], now)
    return ids


def _asked(message_ids: Sequence[int], by: str) -> list[int]:
    operator_name(by)
    return sorted(set(message_ids))


def _checked(tx: Transaction, house: House, ids: Sequence[int], states: Sequence[MessageState]) -> list[AnyRow]:
    """The rows, locked."""
    rows = doubt.standing_of(tx, ids)
    for one in ids:
        row = rows.get(one)
        if row is None:
            raise UsageError(f"there is no message {one}")
        if row.mode != house.sending.mode:
            raise UsageError(f"message {one} is of mode {row.mode}, and the mode is {house.sending.mode}")
        if row.state not in states:
            wanted = " or ".join(state.value for state in states)
            raise UsageError(f"message {one} is {row.state.replace('_', ' ')}, not {wanted}; nothing was changed")
    return [rows[one] for one in ids]


def _stays(house: House, message_class: str, purpose: str) -> bool:
    known = house.catalogue.purposes.get(purpose)
    return message_class == MessageClass.REQUIRED or (known is not None and known.occasion == RESTOCKED)


def _why_it_stays(row: AnyRow) -> str:
    if row.message_class == MessageClass.REQUIRED:
        return f"message {row.id} is required by law, so it cannot be taken back; pause its purpose if it must wait"
    return f"message {row.id} tells somebody of the waitlist, who would be told again; take them off the list"


def _silence(tx: Transaction, rows: Sequence[AnyRow]) -> None:
    """Nobody is told this news: as where a person rejects a run. What no run has queued is not planned again."""
    planned = {row.id: row for row in rows if row.run_id is not None}
    by_run: dict[int, dict[News, tuple[int, bool, bool]]] = {}
    for message_id, line_id, purpose, occasion in news_of(tx, sorted(planned)):
        row = planned[message_id]
        by_run.setdefault(row.run_id, {})[News(line_id, purpose, occasion)] = (row.customer_id, False, True)
    for run, silenced in sorted(by_run.items()):
        withhold(tx, run, silenced)

"""What waits for a person, and what the person makes of it. Colour: root. Called by cli.inbox and the web.

Who acts for a customer goes the road of the customer's own reply, as of its receipt (RULES.md F7). To close a reply
frees what it froze, so plan looks at the customer again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from notifier import contact_log, conversation, desk
from notifier.errors import UsageError
from notifier.pipeline.answers import Asked as AskedLines
from notifier.pipeline.answers import lines_of
from notifier.pipeline.customer_facts import with_every_line
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.people import Asked, the_customer
from notifier.pipeline.receive import Received, receive
from notifier.policy.line_answers import open_lines
from notifier.queries.inbox import InboxReply, Turn, reply_shown, waiting
from notifier.queries.inbox import conversation as turns_of
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.desk import StepKind
from notifier.terms.effects import Kind, effect_from
from notifier.terms.incoming import RECEIVED, Choice, Incoming, Road
from notifier.terms.reply import ENDINGS, Intent
from notifier.terms.words import Channel, MessageClass


class Doing(StrEnum):
    """What a person can do for a customer."""

    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    KEEP = "keep"
    SWAP = "swap"
    CHANGE = "change"
    COMPLAINT = "complaint"
    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"


ACTS: Mapping[Doing, Intent] = MappingProxyType(
    {
        Doing.CANCEL: Intent.CANCEL_ORDER,
        Doing.WITHDRAW: Intent.WITHDRAW,
        Doing.ACCEPT: Intent.ACCEPT_DELAY,
        Doing.KEEP: Intent.ACCEPT_DELAY,
        Doing.SWAP: Intent.TAKE_ALTERNATIVE,
        Doing.CHANGE: Intent.CHANGE_ADDRESS_OR_ORDER,
        Doing.COMPLAINT: Intent.COMPLAINT,
        Doing.OPT_OUT: Intent.OPT_OUT,
        Doing.OPT_IN: Intent.OPT_IN,
    }
)
"""The wish that each stands for."""

OF_THE_PERSON = frozenset({Doing.COMPLAINT, Doing.OPT_OUT, Doing.OPT_IN})
"""What is about no order line."""

_CONSENT = frozenset({Doing.OPT_OUT, Doing.OPT_IN})
_ENDING = frozenset({Doing.CANCEL, Doing.WITHDRAW, Doing.SWAP})


@dataclass(frozen=True, slots=True)
class Act:
    """What to do for whoever wrote reply `reply`: by whom, for which lines (none: those it is about).

    `sku` is the product taken.
    """

    reply: int
    what: Doing
    by: str
    sku: str = ""
    order: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class LineEffect:
    """What it did to one line, by the shop's keys; both are empty where it concerns the person. `done`: it counted."""

    order: str
    line: str
    effect: str
    done: bool


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of it, by line; `closed` is False where nothing of it counted, and `why` says what did not."""

    received: Received
    closed: bool
    why: str = ""
    lines: tuple[LineEffect, ...] = ()


def inbox(house: House) -> list[InboxReply]:
    """What waits for a person, the nearest deadline first."""
    with house.store.read() as tx:
        return waiting(tx)


def conversation_of(house: House, reply_id: int) -> tuple[InboxReply, list[Turn]]:
    """One reply with the conversation around it, newest last. Raises UsageError for one that is not there."""
    with house.store.read() as tx:
        found = _shown(tx, reply_id)
        return found, turns_of(tx, found.customer_id) if found.customer_id is not None else []


def close(house: House, ids: Sequence[int], by: str, note: str, now: datetime) -> list[int]:
    """A person has seen to these. Raises UsageError for one that does not wait; nothing is done then."""
    with house.store.write() as tx:
        rows = [waiting_reply(tx, one) for one in ids]
        closed = conversation.close(tx, ids, by, note or "done", now)
        for one in closed:
            desk.note(tx, desk.Step(one, by, StepKind.DONE, {}), now)
        bring_forward(tx, [row.customer_id for row in rows if row.customer_id is not None], now)
        return closed


def act(house: House, wanted: Act, now: datetime) -> Acted:
    """Do at `now` for the customer what their reply means, as of its receipt, and close it where it counts.

    Raises UsageError for a reply that does not wait or of nobody known, and for lines that cannot be told.
    """
    with house.store.read() as tx:
        row = waiting_reply(tx, wanted.reply)
        choice = _choice(tx, house, row, wanted, now)
        times, undone_at = desk.last_undone(tx, row.id, _matter(wanted.what))
    again = [f"again{times}"] if times else []
    keys = ["inbox", str(row.id), wanted.what.value, choice.sku, *map(str, sorted(choice.line_ids)), *again]
    incoming = Incoming(
        road=Road.OPERATOR,
        key=":".join(keys),
        received_at=row.received_at if undone_at is None else now,
        message_id=row.message_id,
        customer_id=row.customer_id,
        choice=choice,
        actor=wanted.by,
        address_id=row.address_id,
    )
    done = receive(house, incoming, now)
    with house.store.write() as tx:
        found = _by_line(tx, done.reply)
        why = _why_not(found)
        if not any(one.done for one in found):
            return Acted(done, False, why or "nothing that it could be about is open", found)
        closed = conversation.close(tx, [row.id], wanted.by, wanted.what.value, now)
        # The same act of another click is noted by that one; another act counts, although the reply is closed.
        if closed or not done.again:
            detail = {"what": wanted.what.value, "reply": done.reply}
            desk.note(tx, desk.Step(row.id, wanted.by, StepKind.ACTED, detail), now)
        bring_forward(tx, [row.customer_id], now)
    return Acted(done, True, why, found)


def _matter(what: Doing) -> frozenset[Doing]:
    """The acts that are taken back by a newer word on the same matter: one after it must be newer still."""
    if what in _CONSENT:
        return _CONSENT
    return frozenset() if what is Doing.COMPLAINT else _ENDING


NOT_THERE = "there is no reply {}; look at the inbox for what waits"

NOT_DONE = frozenset({Kind.TOO_LATE, Kind.REFUSED})


def _by_line(tx: Transaction, reply_id: int) -> tuple[LineEffect, ...]:
    row, about = conversation.reply_of(tx, reply_id), {one.id: one for one in _shown(tx, reply_id).lines}
    found = []
    for one in map(effect_from, json.loads(row.effects) if row is not None else ()):
        line = about.get(one.line_id or 0)
        keys = (line.order, line.line) if line is not None else ("", "")
        found.append(LineEffect(*keys, one.word, one.kind not in NOT_DONE))
    return tuple(found)


def _why_not(found: Sequence[LineEffect]) -> str:
    """What did not count; beside others, for which line."""
    return "; ".join(
        f"{one.effect} (order {one.order}, line {one.line})" if len(found) > 1 and one.order else one.effect
        for one in found
        if not one.done
    )


def _choice(tx: Transaction, house: House, row: AnyRow, wanted: Act, now: datetime) -> Choice:
    require_known(row)
    if (wanted.what is Doing.SWAP) != bool(wanted.sku):
        raise UsageError("a swap, and nothing else, names the product that is taken; name it with a swap alone")
    channel = (Channel.SMS if row.road == Road.SMS else Channel.EMAIL).value
    choice = Choice(ACTS[wanted.what], sku=wanted.sku, channel=channel, keeps=wanted.what is Doing.KEEP)
    if wanted.what is Doing.OPT_IN:
        # Offers need the customer's own act beside the wording (RULES.md S1): nobody can give it for them.
        return replace(choice, about=MessageClass.SERVICE)
    if wanted.what in OF_THE_PERSON:
        return choice
    if wanted.order:
        order, lines = lines_of(tx, house, AskedLines(wanted.order, wanted.line, wanted.by, row.brand), now)
        if order.customer_id != row.customer_id:
            raise UsageError(f"order {wanted.order!r} is another customer's; name one of theirs")
        return replace(choice, line_ids=tuple(line.id for line in lines))
    about = _shown(tx, row.id).lines
    ids = tuple(one.id for one in about if wanted.line in ("", one.line))
    if not ids or len({one.order for one in about}) > 1:
        raise UsageError("what they wrote is about no order, or about several; say which one")
    return replace(choice, line_ids=ids)


def assign(house: House, reply_id: int, asked: Asked, by: str, now: datetime) -> InboxReply:
    """Say whose reply it is; one that may be a cancellation freezes their open lines until it is closed.

    Raises UsageError for a reply that does not wait or is somebody's, and for a customer who is not there.
    """
    with house.store.write() as tx:
        row = waiting_reply(tx, reply_id)
        if row.customer_id is not None:
            raise UsageError(f"reply {reply_id} is of customer {_shown(tx, reply_id).customer} already")
        customer = the_customer(tx, replace(asked, brand=asked.brand or row.brand), house.remembering.hash_key)
        conversation.assign(tx, reply_id, customer.id)
        people = with_every_line(tx, in_force(tx, house), [customer.id], now)
        lines = [line.id for one in people for line in open_lines(one, row.received_at)]
        frozen = bool(ENDINGS & {row.intent, row.suggestion})
        conversation.keep_lines(tx, reply_id, dict.fromkeys(lines, frozen))
        summary = f"{row.intent} ({row.confidence}), found by {by} to be theirs"
        word = contact_log.Word(customer.id, row.brand, row.actor, row.road, summary, RECEIVED, row.address_id)
        contact_log.log_said(tx, word, row.received_at)
        bring_forward(tx, [customer.id], now)
        desk.note(tx, desk.Step(reply_id, by, StepKind.ASSIGNED, {}), now)
        return _shown(tx, reply_id)


def _shown(tx: Transaction, reply_id: int) -> InboxReply:
    found = reply_shown(tx, reply_id)
    if found is None:
        raise UsageError(NOT_THERE.format(reply_id))
    return found


def require_known(row: AnyRow) -> None:
    """Raise UsageError for a reply of which nobody knows whose it is."""
    if row.customer_id is None:
        raise UsageError(f"nobody knows whose reply {row.id} is; assign it to a customer first")


def waiting_reply(tx: Transaction, reply_id: int) -> AnyRow:
    """A reply that waits for a person. Raises UsageError for one that does not."""
    row = conversation.reply_of(tx, reply_id)
    if row is None:
        raise UsageError(NOT_THERE.format(reply_id))
    if row.closed_at is not None:
        who = row.closed_by or "somebody"
        raise UsageError(f"{who} has seen to reply {reply_id} already; look at it for what was done")
    if not row.needs_person:
        raise UsageError(f"reply {reply_id} does not wait for anybody; look at the inbox for what does")
    return row

"""Passes the team's answer from its helpdesk on to the customer, as coming from the shop. Colour: root.

Taken in by pipeline.mailroom, sent by cli.run. Only what came to the signed address of a reply, from the helpdesk's own
domain and from no machine, is passed on: its new words, and no attachment. What does not arrive is said in the inbox.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from notifier import contact_log, conversation, helpdesk
from notifier.pipeline.guard import guarded
from notifier.pipeline.house import House
from notifier.pipeline.off_the_loop import reading, writing
from notifier.pipeline.team import Note, Team, id_header, write_to
from notifier.render.reply_address import REPLY, signed_address
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.delivery import ChannelSender
from notifier.terms.mail import Machine, Mail
from notifier.terms.words import Channel, Outcome

log = structlog.get_logger(__name__)

MOST = 20
"""Answers that one look sends."""

TEAM = "team"
"""Who says what is passed on, in the contact log."""

STATES = {Outcome.ACCEPTED: "sent", Outcome.REFUSED: "refused", Outcome.DEFERRED: "waiting", Outcome.UNKNOWN: "unknown"}

TOLD = {
    "no_address": "no email may go to the customer: reach them by other means",
    "refused": "the customer's server refused it: reach them by other means",
    "unknown": "nobody knows whether it arrived: ask the customer",
}
"""Why an answer did not arrive."""


def take_answer(house: House, reply_id: int, mail: Mail, key: str, at: datetime) -> bool:
    """Keep what the helpdesk answered to a reply; True where it will be passed on, or is left alone as a machine's.

    False: it is none of the helpdesk's, or has nothing to pass on, and goes the way of other mails.
    """
    if mail.machine is not Machine.NONE:
        log.info("a machine answered at the helpdesk, and is left alone", reply=reply_id)
        return True
    domain = house.helpdesk.rpartition("@")[2].lower()
    ours = bool(domain) and mail.sender.rpartition("@")[2].lower() == domain
    if not ours or not mail.words.strip() or mail.unread:
        return False
    with house.store.write() as tx:
        reply = conversation.reply_of(tx, reply_id)
        if reply is None or reply.customer_id is None:
            return False
        helpdesk.keep(tx, reply, key, mail.words, at)
    return True


async def relay_answers(house: House, sender: ChannelSender, team: Team, clock: Callable[[], datetime]) -> int:
    """Send what waits, one after the other, each as of `clock`; returns how many went.

    Each is committed as going just before the network. Raises Unsafe where a person must look first (`pipeline.guard`).
    """
    if not await reading(house.store, helpdesk.anything):
        return 0
    went = last = 0
    for _ in range(MOST):
        row = await asyncio.to_thread(_next, house, last, clock())
        if row is None:
            break
        last = row.id
        went += await _relay(house, row, replace(team, sender=house.brand(row.brand).sender, channel=sender), clock)
    return went


def _next(house: House, last: int, now: datetime) -> AnyRow | None:
    """The next answer after `last`, taken as going; what another process lost on the way is for a person."""
    with guarded(house, now) as guard:
        for gone in helpdesk.lost(guard.tx, now):
            _not_arrived(guard.tx, gone, "unknown")
        row = helpdesk.take(guard.tx, last, now)
        guard.tick()
    return row


async def _relay(house: House, row: AnyRow, through: Team, clock: Callable[[], datetime]) -> bool:
    """Send one answer that was taken, where it is still going; True once a server took it."""
    now = clock()
    note, address_id = await writing(house.store, lambda tx: _addressed(tx, house, row, now))
    if note is None:
        return False
    outcome = await write_to(through, note, now)
    await writing(house.store, lambda tx: _settle(tx, row, STATES[outcome], address_id, clock()))
    return outcome is Outcome.ACCEPTED


def _addressed(tx: Transaction, house: House, row: AnyRow, now: datetime) -> tuple[Note | None, int | None]:
    """The email, where the answer is still going and the customer has an address."""
    if not helpdesk.still_going(tx, row):
        return None, None
    note, address_id = _note(tx, house, row, now)
    if note is None:
        helpdesk.settle(tx, row.id, "refused", now)
        _not_arrived(tx, row, "no_address")
    return note, address_id


def _settle(tx: Transaction, row: AnyRow, state: str, address_id: int | None, now: datetime) -> None:
    helpdesk.settle(tx, row.id, state, now)
    if state == "sent":
        word = contact_log.Word(
            row.customer_id, row.brand, TEAM, Channel.EMAIL.value, "answered from the helpdesk", "", address_id
        )
        contact_log.log_ours(tx, word, now)
    elif state in TOLD:
        _not_arrived(tx, row, state)


def _not_arrived(tx: Transaction, row: AnyRow, why: str) -> None:
    reason = f"your answer of {row.received_at:%Y-%m-%d %H:%M} UTC did not reach the customer: {TOLD[why]}"
    conversation.reopen(tx, row.reply_id, reason)


def _note(tx: Transaction, house: House, row: AnyRow, now: datetime) -> tuple[Note | None, int | None]:
    """The email to the customer, in their own thread; their answer to it comes back through us."""
    reply = conversation.reply_of(tx, row.reply_id)
    address = helpdesk.address_for(tx, reply, now) if reply is not None and row.words else None
    if reply is None or address is None:
        return None, None
    thread = id_header(reply.thread)
    headers = [(name, thread) for name in ("In-Reply-To", "References") if thread]
    if house.reply_to and reply.message_id is not None:
        back = signed_address(house.reply_to, house.web.keys, REPLY, reply.message_id)
        headers.append(("Reply-To", back))
    subject = reply.subject or "Your message to us"
    note = Note(address.value, subject, f"{row.words.strip()}\n", f"answer-{row.id}-{row.key[:16]}", tuple(headers))
    return note, address.id

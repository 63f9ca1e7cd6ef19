"""Passes the team's answer, from its helpdesk or the inbox, on to the customer, as coming from the shop. Colour: root.

Taken in by pipeline.mailroom and pipeline.team_answers, sent by cli.run, heard of by pipeline.receipts. Of the
helpdesk's mails only what came to the signed address of a reply, from the helpdesk's own domain and from no machine, is
passed on: its new words, and no attachment. What does not arrive is said in the inbox.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from notifier import consent, contact_log, conversation, desk, helpdesk, outbox
from notifier.pipeline.guard import guarded
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.off_the_loop import reading, writing
from notifier.pipeline.reasons import because
from notifier.pipeline.settling import DEAD
from notifier.pipeline.team import Note, Team, id_header, write_to
from notifier.pipeline.team_text import TextWay, text_way
from notifier.render.reply_address import REPLY, signed_address
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.facts import Address
from notifier.terms.mail import Machine, Mail
from notifier.terms.words import Channel, DeliveryMode, Outcome

log = structlog.get_logger(__name__)

MOST = 20
"""Answers that one look sends."""

TEAM = "team"
"""Who says what is passed on from the helpdesk, in the contact log."""

STATES = {Outcome.ACCEPTED: "sent", Outcome.REFUSED: "refused", Outcome.DEFERRED: "waiting", Outcome.UNKNOWN: "unknown"}

TOLD = {
    "no_address": "no email may go to the customer: reach them by other means",
    "refused": "the customer's server or provider refused it: reach them by other means",
    "unknown": "nobody knows whether it arrived: ask the customer",
}
"""Why an answer did not arrive."""

Senders = Mapping[Channel, ChannelSender]


@dataclass(frozen=True, slots=True)
class _Going:
    """What goes to the customer: an email, or a text to `phone`, counted at `at`, until the UTC instant `until`."""

    address_id: int
    at: datetime
    note: Note | None = None
    phone: Address | None = None
    until: datetime | None = None


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
        helpdesk.keep(tx, reply, helpdesk.Written(key, mail.words), at)
    return True


async def relay_answers(house: House, senders: Senders, team: Team, clock: Callable[[], datetime]) -> int:
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
        went += await _relay(house, row, (senders, team), clock)
    return went


def _next(house: House, last: int, now: datetime) -> AnyRow | None:
    """The next answer after `last`, taken as going; what another process lost on the way is for a person."""
    with guarded(house, now) as guard:
        for gone in helpdesk.lost(guard.tx, now):
            _not_arrived(guard.tx, gone, TOLD["unknown"])
        row = helpdesk.take(guard.tx, last, now)
        guard.tick()
    return row


async def _relay(house: House, row: AnyRow, through: tuple[Senders, Team], clock: Callable[[], datetime]) -> bool:
    """Send one answer that was taken, where it is still going; True once a server took it."""
    now = clock()
    going = await writing(house.store, lambda tx: _addressed(tx, house, row, now))
    if going is None:
        return False
    senders, team = through
    sender = senders.get(Channel(row.channel))
    said = SendResult(0, 0, Outcome.DEFERRED, "", "")
    if sender is not None and going.note is None:
        said = await sender.send(_text(house, row, going, now))
    elif sender is not None and going.note is not None:
        named = replace(team, sender=house.brand(row.brand).sender, channel=sender)
        said = replace(said, outcome=await write_to(named, going.note, now))
    await writing(house.store, lambda tx: _settle(tx, house, (row, going), said, clock()))
    return said.outcome is Outcome.ACCEPTED


def _text(house: House, row: AnyRow, going: _Going, now: datetime) -> Parcel:
    phone = going.phone.value if going.phone is not None else ""
    valid = int((going.until - now).total_seconds()) if going.until is not None else None
    sender = house.brand(row.brand).text_sender
    return Parcel(0, 0, f"answer-{row.id}", Channel.SMS, sender, phone, row.words.encode(), valid)


def _addressed(tx: Transaction, house: House, row: AnyRow, now: datetime) -> _Going | None:
    """What goes, where the answer is still going and may reach the customer."""
    if not helpdesk.still_going(tx, row):
        return None
    reply = conversation.reply_of(tx, row.reply_id)
    if row.channel == Channel.SMS:
        return _by_text(tx, house, (row, reply), now)
    going = _by_email(tx, house, (row, reply), now)
    if going is None:
        _give_up(tx, row, TOLD["no_address"], now)
    return going


def _give_up(tx: Transaction, row: AnyRow, why: str, now: datetime) -> None:
    helpdesk.settle(tx, row.id, "refused", now)
    _not_arrived(tx, row, why)


def _by_text(tx: Transaction, house: House, answer: tuple[AnyRow, AnyRow | None], now: datetime) -> _Going | None:
    """A text, counted among those of the day; one that may only go later waits for its hour."""
    row, reply = answer
    way = text_way(tx, in_force(tx, house), reply, now) if reply is not None and row.words else TextWay()
    if way.hold_until is not None:
        helpdesk.settle(tx, row.id, "waiting", now, way.hold_until)
        return None
    phone = way.address
    if phone is None or phone.value is None:
        _give_up(tx, row, f"no text may go to the customer, because {because(way.reason)}", now)
        return None
    if not outbox.count_one(tx, phone.region, phone.value, house.sending.text_limits, now):
        helpdesk.settle(tx, row.id, "waiting", now, outbox.next_text_day(now))
        return None
    return _Going(phone.id, now, phone=phone, until=way.until)


def _settle(tx: Transaction, house: House, answer: tuple[AnyRow, _Going], said: SendResult, now: datetime) -> None:
    (row, going), outcome = answer, said.outcome
    helpdesk.settle(tx, row.id, STATES[outcome], now)
    if going.phone is not None and outcome in (Outcome.DEFERRED, Outcome.REFUSED):
        outbox.uncount_one(tx, going.phone.region, going.phone.value or "", going.at)
    if outcome is Outcome.ACCEPTED:
        by, where = (row.by, "inbox") if row.by else (TEAM, "helpdesk")
        words = f"answered from the {where}"
        word = contact_log.Word(row.customer_id, row.brand, by, row.channel, words, "", going.address_id)
        contact_log.log_ours(tx, word, now)
    elif STATES[outcome] in TOLD:
        _not_arrived(tx, row, TOLD[STATES[outcome]])
    if going.phone is not None:
        helpdesk.keep_provider_id(tx, row.id, said.provider_id)
    if going.phone is not None and outcome is Outcome.REFUSED:
        _learn(tx, house, row, said.code, now)


def refused_after_all(tx: Transaction, house: House, provider_id: str, code: str, now: datetime) -> bool:
    """A provider took a text that answers a customer, and says now that it did not arrive; False: it is none of ours.

    Called by pipeline.receipts.
    """
    row = helpdesk.refuse_sent(tx, provider_id)
    if row is None:
        return False
    _not_arrived(tx, row, TOLD["refused"])
    _learn(tx, house, row, code, now)
    return True


def _learn(tx: Transaction, house: House, row: AnyRow, code: str, now: datetime) -> None:
    """Suppress the number where the code says that it opted out, or is gone; in mode redirect it is the shop's."""
    reply = conversation.reply_of(tx, row.reply_id)
    if code in DEAD and reply is not None and reply.address_id and house.sending.mode is DeliveryMode.LIVE:
        consent.suppress_addresses(tx, row.brand, [reply.address_id], now, code)
        bring_forward(tx, [row.customer_id], now)


def _not_arrived(tx: Transaction, row: AnyRow, why: str) -> None:
    reason = f"your answer of {row.received_at:%Y-%m-%d %H:%M} UTC did not reach the customer: {why}"
    conversation.reopen(tx, row.reply_id, reason)
    desk.wake(tx, row.reply_id)


def _by_email(tx: Transaction, house: House, answer: tuple[AnyRow, AnyRow | None], now: datetime) -> _Going | None:
    """The email to the customer, in their own thread; their answer to it comes back through us."""
    row, reply = answer
    address = helpdesk.address_for(tx, reply, now) if reply is not None and row.words else None
    if reply is None or address is None:
        return None
    thread = id_header(reply.thread)
    headers = [(name, thread) for name in ("In-Reply-To", "References") if thread]
    if house.reply_to and reply.message_id is not None:
        back = signed_address(house.reply_to, house.web.keys, REPLY, reply.message_id)
        headers.append(("Reply-To", back))
    subject = reply.subject or "Your message to us"
    uid = f"answer-{row.id}-{row.key[:16]}"
    return _Going(address.id, now, Note(address.value, subject, f"{row.words.strip()}\n", uid, tuple(headers)))

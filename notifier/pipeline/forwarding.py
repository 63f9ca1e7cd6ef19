"""Sends what needs a person to the shop's helpdesk, at once, so that it threads there. Colour: root. Called by cli.run.

The customer's words go, and no attachment; what no server took goes at the next look, what a server refused later and
later. Each says that a machine wrote it, so that no machine answers (RULES.md E6).
"""

from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

from notifier import conversation
from notifier.pipeline.house import House
from notifier.pipeline.off_the_loop import reading, writing
from notifier.pipeline.team import Note, Team, id_header, tell_team_daily, write_to
from notifier.queries.inbox import InboxReply, unforwarded
from notifier.render.reply_address import HELPDESK, signed_address
from notifier.store.engine import Transaction
from notifier.terms.incoming import Road
from notifier.terms.words import Outcome

MOST = 20
"""Replies that one look sends; the rest goes with the next."""

MOST_WORDS = 10_000

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
"""Before a reply that the helpdesk's server refused is tried again; doubled each time."""

SUBJECT = "The helpdesk refuses what customers wrote"

REFUSED = (
    "The server of `[inbox] forward_to` has refused replies of customers that wait for a person. They are tried again,"
    " later and later. `notifier inbox` lists what waits: look there until the helpdesk takes them.\n"
)

ANSWERED = "Answer this email, and the customer gets your words as coming from the shop; attachments are not passed on."

NOT_ANSWERED = "An answer to this email does not reach the customer: write to them from your own mailbox."

BY = {Road.SMS: "by text", Road.EMAIL: "by email", Road.PAGE: "on their page", Road.OPERATOR: "through your team"}


async def forward_inbox(house: House, team: Team, now: datetime) -> int:
    """Send to the helpdesk what waits and was not sent there; returns how many went."""
    if not house.helpdesk:
        return 0
    outcomes = []
    for one in await reading(house.store, lambda tx: unforwarded(tx, MOST, now)):
        outcome = await write_to(team, note_of(house, one), now)
        outcomes.append(outcome)
        await writing(house.store, partial(_note_down, one=one, outcome=outcome, now=now))
    if Outcome.REFUSED in outcomes:
        await tell_team_daily(house.store, team, SUBJECT, REFUSED, now)
    return outcomes.count(Outcome.ACCEPTED)


def _note_down(tx: Transaction, one: InboxReply, outcome: Outcome, now: datetime) -> None:
    """What became of a try. What was not taken stands behind the others from now on, so that it is in nobody's way."""
    if outcome is Outcome.ACCEPTED:
        conversation.mark_told(tx, one.id, now)
        return
    refused = outcome is Outcome.REFUSED
    wait = min(FIRST_WAIT * 2 ** min(one.tell_tries, 10), LONGEST_WAIT) if refused else timedelta()
    conversation.put_off(tx, one.id, now + wait, refused=refused)


def note_of(house: House, one: InboxReply) -> Note:
    """The email about one reply: first what to do, then the customer's words."""
    headers = _thread(house, one)
    if passed_on := bool(house.reply_to and house.helpdesk and one.customer_id is not None):
        headers = (*headers, ("Reply-To", signed_address(house.reply_to, house.web.keys, HELPDESK, one.id)))
    text = text_of(one, house.judging.policy.timezone, passed_on=passed_on)
    return Note(house.helpdesk, subject_of(one), text, _uid(one), headers)


def subject_of(one: InboxReply) -> str:
    """Whose and what it may be: no name, no address, no words."""
    about = f"Order {', '.join(one.orders)}" if one.orders else f"Customer {one.customer or 'unknown'}"
    return f"[{one.id}] {about}: may mean {_may_mean(one)}"


def text_of(one: InboxReply, tz: ZoneInfo, *, passed_on: bool) -> str:
    """What it was read as, what was done, by when, how to act; then the words. `passed_on`: an answer to it is."""
    until = f"{_at(one.deadline, tz)}{', by law' if one.by_law else ''}"
    lines = ", ".join(f"{line.order}, line {line.line} ({line.product})" for line in one.lines) or "not known"
    facts = [
        f"A customer wrote {BY[Road(one.road)]} on {_at(one.received_at, tz)}, and a person must look by {until}.",
        f"Customer: {one.who if one.customer else f'not known ({one.sender})'}",
        f"Order: {lines}",
        f"Read as: {one.intent.replace('_', ' ')} ({one.confidence}); it may mean {_may_mean(one)}",
        f"Why a person: {one.reason or 'it is not clear'}",
        f"Done so far: {', '.join(one.effects) or 'nothing'}",
    ]
    return "\n".join([*facts, "", *_how(one), ANSWERED if passed_on else NOT_ANSWERED, "", *_quoted(one)]) + "\n"


def _how(one: InboxReply) -> list[str]:
    assign = [] if one.customer else [f"  notifier inbox assign {one.id} CUSTOMER --by NAME"]
    return [
        "To act for the customer, as of the moment they wrote:",
        *assign,
        f"  notifier inbox act {one.id} cancel|accept|keep|swap SKU|change|opt-out --by NAME",
        f"  notifier inbox done {one.id} --by NAME    when it is seen to",
        f"  notifier inbox show {one.id}    the whole conversation",
    ]


def _quoted(one: InboxReply) -> list[str]:
    if not one.words.strip():
        return ["They wrote no words."]
    subject = [f"Their subject: {' '.join(_clean(one.subject))}"] if one.subject else []
    cut = [f"… cut here; notifier inbox show {one.id} has the rest"] if len(one.words) > MOST_WORDS else []
    return [*subject, "They wrote:", "", *_clean(one.words[:MOST_WORDS]), *cut]


def _clean(words: str) -> list[str]:
    """The lines without control characters and half characters: a stranger wrote it."""
    lines = words.encode("utf-8", "replace").decode().splitlines()
    return ["".join(letter if letter.isprintable() else " " for letter in line) for line in lines]


def _may_mean(one: InboxReply) -> str:
    said = one.suggestion or one.intent
    return "something else" if said == "unclear" else said.replace("_", " ")


def _uid(one: InboxReply) -> str:
    """The same at each try, so that a helpdesk that got it twice sees one; another one for another reason to wait."""
    return f"inbox-{one.id}-{sha256(one.reason.encode()).hexdigest()[:16]}"


def _thread(house: House, one: InboxReply) -> tuple[tuple[str, str], ...]:
    """The message of ours that was answered, then the customer's own mail."""
    sent = f"{one.sent_uid}@{house.sending.message_id_domain}" if one.sent_uid else ""
    ids = [found for found in (id_header(sent), id_header(one.thread)) if found]
    return (("In-Reply-To", ids[-1]), ("References", " ".join(ids))) if ids else ()


def _at(moment: datetime, tz: ZoneInfo) -> str:
    return f"{moment.astimezone(tz):%d %B %Y %H:%M} ({tz.key})"

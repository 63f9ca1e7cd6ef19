"""Takes back the last step of a person with a reply, where it can be. Colour: root. Called by cli.inbox and the web.

What was done for the customer is taken back on the road by which it was done: as a newer word, kept beside the first
one. What the law keeps a word for stays, and why is said. To take something back is on record itself.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from notifier import actions, consent, conversation, desk, helpdesk
from notifier.errors import UsageError
from notifier.pipeline.customer_facts import with_every_line
from notifier.pipeline.desk import put_back
from notifier.pipeline.effect_words import step_words, why_not
from notifier.pipeline.effects import address_named
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.inbox import Doing
from notifier.pipeline.people import operator_name
from notifier.pipeline.receive import receive
from notifier.policy.line_answers import counts
from notifier.queries.desk import StepTold, step_told, steps
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.holds import Word, lift_complaint
from notifier.store.lookup import AnyRow
from notifier.terms.desk import StepKind
from notifier.terms.effects import ENDS, Effect, Kind, effect_from
from notifier.terms.incoming import Choice, Incoming, Road
from notifier.terms.law import Said
from notifier.terms.reply import Intent
from notifier.terms.words import Channel, MessageClass, Scope

CONSENT_STAYS = (
    "a consent to wait is the customer's word before the law, and stays. If they did not give it, do what they asked"
    " for: a cancellation counts for more"
)
KEPT_STAYS = (
    "that the order goes on is the customer's word before the law, and stays. If they want to end it, cancel it"
)
THEIR_OWN_NO = (
    "the customer's own words may be a no to messages, so it stays: only START by text, or their own choice on the"
    " page, brings messages back"
)
NOTHING_CHANGED = "it had changed nothing"
NOTHING = "nothing was done with reply {} that could be taken back"
_OWN_NO = frozenset({Intent.OPT_OUT.value, Intent.SPAM_COMPLAINT.value})
GOES = "the answer is on its way or has gone, and cannot be called back"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, in words."""

    reply: int
    step: StepTold
    words: str

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier inbox undo --json` prints."""
        step = {"step": self.step.id, "by": self.step.by, "undone": self.step.what}
        return {"reply": self.reply, "words": self.words} | step


@dataclass(frozen=True, slots=True)
class _Undoing:
    """The step that `by` takes back at `now`, its reply, and the reply that an act for the customer made."""

    house: House
    step: AnyRow
    row: AnyRow
    by: str
    now: datetime
    made: AnyRow | None = None

    @property
    def detail(self) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(self.step.detail)
        return found

    def effects(self, *kinds: Kind) -> list[Effect]:
        """Those of the act, without what changed nothing."""
        said = json.loads(self.made.effects) if self.made is not None else ()
        return [one for one in map(effect_from, said) if one.kind in kinds]


def undo(house: House, reply_id: int, by: str, now: datetime, step: int | None = None) -> Undone:
    """Take the last step with a reply back: the one with the id `step`, where that is said.

    Raises UsageError where there is none, where another one is the last by now, and where it cannot be: with why.
    """
    name = operator_name(by)
    with house.store.read() as tx:
        _require_last(tx, reply_id, step)
        this = _last(tx, house, (reply_id, name), now)
        if this is None:
            raise UsageError(NOTHING.format(reply_id))
        if why := _stays(tx, this):
            raise UsageError(why)
    told, kind = step_told(this.step), StepKind(this.step.what)
    if kind is StepKind.ACTED:
        return Undone(reply_id, told, _act(this))
    with house.store.write() as tx:
        _require_last(tx, reply_id, this.step.id)
        words = _STEPS[kind](tx, this)
        _note(tx, this)
    return Undone(reply_id, told, words)


def offered(tx: Transaction, house: House, reply_id: int, now: datetime) -> int | None:
    """The id of the step that may be taken back; None where `undo` would refuse it, whatever the shop has done."""
    this = _last(tx, house, (reply_id, ""), now)
    return this.step.id if this is not None and not _stays(tx, this) else None


def offered_to(house: House, reply_id: int, name: str, now: datetime) -> int | None:
    """As `offered`, where it is a step of the operator `name`."""
    with house.store.read() as tx:
        this = _last(tx, house, (reply_id, name), now)
        return this.step.id if this is not None and this.step.by == name and not _stays(tx, this) else None


def _last(tx: Transaction, house: House, whose: tuple[int, str], now: datetime) -> _Undoing | None:
    reply_id, name = whose
    row, step = conversation.reply_of(tx, reply_id), desk.last_step(tx, reply_id)
    if row is None or step is None:
        return None
    made = conversation.reply_of(tx, json.loads(step.detail).get("reply", 0))
    return _Undoing(house, step, row, name, now, made)


def _require_last(tx: Transaction, reply_id: int, wanted: int | None) -> None:
    """Raise UsageError where the step `wanted` is not the last one, with what has come after it."""
    desk.lock(tx, reply_id)
    last = desk.last_step(tx, reply_id)
    if wanted is None or (last is not None and last.id == wanted):
        return
    step = next((one for one in steps(tx, reply_id) if one.id == wanted and one.what != StepKind.UNDONE), None)
    if step is None:
        raise UsageError(NOTHING.format(reply_id))
    if step.undone_by or last is None:
        raise UsageError(f"{step.undone_by} has taken that back already")
    raise UsageError(
        f"{last.by} has done something with reply {reply_id} since: {step_words(step_told(last))}; look at it first"
    )


def _stays(tx: Transaction, this: _Undoing) -> str:
    """Why a step cannot be taken back, whatever the shop has done since; empty where it may be."""
    kind = StepKind(this.step.what)
    if kind is StepKind.ASSIGNED:
        return f"whose reply {this.row.id} is was said, and stands in their history; close it where it is wrong"
    if kind is StepKind.ANSWERED:
        return "" if helpdesk.waits(tx, this.detail["answer"]) else GOES
    doing = this.detail["what"] if kind is StepKind.ACTED else ""
    if doing == Doing.ACCEPT and any(not one.detail for one in this.effects(Kind.ACCEPTED)):
        return f"that cannot be taken back: {CONSENT_STAYS}"
    if doing == Doing.KEEP and any(not one.detail for one in this.effects(Kind.KEPT)):
        return f"that cannot be taken back: {KEPT_STAYS}"
    if doing == Doing.OPT_OUT and {this.row.intent, this.row.suggestion} & _OWN_NO:
        return THEIR_OWN_NO
    return ""


def _note(tx: Transaction, this: _Undoing) -> None:
    if not desk.take_back(tx, this.step, this.by, this.now):
        raise UsageError("somebody else has taken that back meanwhile")
    if this.row.customer_id is not None:
        bring_forward(tx, [this.row.customer_id], this.now)


def _reopen(tx: Transaction, this: _Undoing) -> str:
    conversation.take_up_again(tx, this.row.id)
    logged = "; the call stays in the log" if this.step.what == StepKind.CALLED else ""
    return f"reply {this.row.id} waits again{logged}"


def _desk(tx: Transaction, this: _Undoing) -> str:
    put_back(tx, this.row.id, this.detail["was"])
    return f"reply {this.row.id} is where it was before"


def _answer(tx: Transaction, this: _Undoing) -> str:
    if not helpdesk.withdraw(tx, this.detail["answer"]):
        raise UsageError(GOES)
    conversation.take_up_again(tx, this.row.id)
    return "the answer was not sent, and the reply waits"


_STEPS: Mapping[StepKind, Callable[[Transaction, _Undoing], str]] = MappingProxyType(
    {
        StepKind.DONE: _reopen,
        StepKind.CALLED: _reopen,
        StepKind.TAKEN: _desk,
        StepKind.GIVEN_BACK: _desk,
        StepKind.SNOOZED: _desk,
        StepKind.CALL_PLANNED: _desk,
        StepKind.ANSWERED: _answer,
    }
)


def _act(this: _Undoing) -> str:
    """Take back what was done for the customer; then the reply waits again."""
    words = _ACTS[Doing(this.detail["what"])](this)
    with this.house.store.write() as tx:
        conversation.take_up_again(tx, this.row.id)
        _note(tx, this)
    return f"{words}; reply {this.row.id} waits again"


def _keep(this: _Undoing) -> str:
    lines = tuple(one.line_id for one in this.effects(Kind.REQUESTED) if one.action in ENDS and one.line_id)
    with this.house.store.read() as tx:
        house = in_force(tx, this.house)
        people = with_every_line(tx, house, [this.row.customer_id], this.now)
    policy = house.judging.policy
    about = [line for one in people for line in one.lines if line.id in lines]
    late = {counts(line, Said.KEEP, policy, this.now) for line in about} - {""}
    if late:
        raise UsageError(f"that cannot be taken back: {why_not(sorted(late))}")
    _say(this, Choice(Intent.ACCEPT_DELAY, lines, keeps=True))
    return "the order goes on, and the customer is told so"


def _unchanged(this: _Undoing) -> str:
    with this.house.store.write() as tx:
        if not actions.withdraw_changes(tx, this.made.id if this.made else 0, this.by, this.now):
            raise UsageError("that cannot be taken back: the shop has made the change, or refused it, already")
    return "the change is asked for no more"


def _not_held(this: _Undoing) -> str:
    if this.made is not None:
        with this.house.store.write() as tx:
            lift_complaint(tx, Word(this.row.customer_id, this.made.actor, this.made.received_at), this.by, this.now)
    return "the hold of the complaint is lifted"


def _not_out(this: _Undoing) -> str:
    channel = next((one.channel for one in this.effects(Kind.OPTED_OUT) if one.channel), Channel.EMAIL)
    about = MessageClass.SERVICE if channel is Channel.SMS else Scope.PROGRESS
    offers = "offers stay off, for they need the customer's own yes"
    with this.house.store.read() as tx:
        word = _word(tx, this, channel, about)
        before, since = consent.stands_refused(tx, word), consent.refused_since(tx, word)
    if since:
        raise UsageError(THEIR_OWN_NO)
    if before:
        return f"the customer had said no before, and that stays; {offers}"
    _say(this, Choice(Intent.OPT_IN, about=about, channel=channel.value))
    return f"order messages go again; {offers}"


def _word(tx: Transaction, this: _Undoing, channel: Channel, about: MessageClass | Scope) -> consent.Word:
    """The word that the act was, about the address that it was kept for."""
    row, said = this.row, this.made or this.row
    message = conversation.message_of(tx, row.message_id) if row.message_id is not None else None
    address = address_named(tx, message, row.address_id, channel)
    return consent.Word(row.brand, channel, about, False, said.received_at, "", address, row.customer_id)


def _not_in(this: _Undoing) -> str:
    channel = Channel.SMS if this.row.road == Road.SMS else Channel.EMAIL
    with this.house.store.read() as tx:
        if not consent.stands_refused(tx, _word(tx, this, channel, MessageClass.SERVICE)):
            return NOTHING_CHANGED
    _say(this, Choice(Intent.OPT_OUT, about=MessageClass.SERVICE, channel=channel.value))
    return "such messages are off again"


def _unneeded(_: _Undoing) -> str:
    return NOTHING_CHANGED


_ACTS: Mapping[Doing, Callable[[_Undoing], str]] = MappingProxyType(
    {
        Doing.CANCEL: _keep,
        Doing.WITHDRAW: _keep,
        Doing.SWAP: _keep,
        Doing.CHANGE: _unchanged,
        Doing.COMPLAINT: _not_held,
        Doing.OPT_OUT: _not_out,
        Doing.OPT_IN: _not_in,
        Doing.ACCEPT: _unneeded,
        Doing.KEEP: _unneeded,
    }
)


def _say(this: _Undoing, choice: Choice) -> None:
    """The newer word, which takes the first one back; it counts from now."""
    row = this.row
    incoming = Incoming(
        road=Road.OPERATOR,
        key=f"undo:{this.step.id}",
        received_at=this.now,
        message_id=row.message_id,
        customer_id=row.customer_id,
        choice=choice,
        actor=this.by,
        address_id=row.address_id,
    )
    receive(this.house, incoming, this.now)

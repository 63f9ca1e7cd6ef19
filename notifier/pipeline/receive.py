"""The one road in: a reply becomes an intent, effects, and an acknowledgement, in one transaction. Colour: root.

Called by the web, by cli.receive and by the mailbox. Nothing is acted on twice: a reply is one row, unique by where it
came from. What is not clear, or not proven, is done by a person, who finds it in `notifier inbox`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from notifier import actions, consent_requests, contact_log, conversation
from notifier.errors import NotifierError
from notifier.pipeline.acknowledge import Acknowledged, acknowledge, acknowledged_before
from notifier.pipeline.asking import ask_back
from notifier.pipeline.customer_facts import Known, known
from notifier.pipeline.effects import Effective, apply
from notifier.pipeline.house import House
from notifier.pipeline.identify import Whose, identify
from notifier.pipeline.in_force import in_force
from notifier.pipeline.market import with_shelf_for
from notifier.pipeline.reading_replies import read_reply
from notifier.pipeline.returned import came_back
from notifier.pipeline.stand_ins import with_stand_ins
from notifier.policy.answering import Heard, Outcome, outcome_of
from notifier.policy.asking import OPEN_FOR
from notifier.policy.opting import channel_of
from notifier.store.decisions import bring_forward
from notifier.store.engine import DATABASE_FAULTS, Transaction
from notifier.store.lookup import AnyRow
from notifier.store.persons import customer_of
from notifier.terms.effects import Effect, Kind, effect_from
from notifier.terms.facts import CustomerFacts
from notifier.terms.incoming import MOST_WORDS, RECEIVED, Incoming, Road
from notifier.terms.occasion import CONSENT, row_named
from notifier.terms.reply import ENDINGS, Classification, Intent

log = structlog.get_logger(__name__)

CANNOT_BE_JUDGED = "the records of this customer cannot be judged"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one reply. `again`: it had come in before, and nothing was done a second time."""

    reply: int
    intent: str
    confidence: str
    customer: str | None
    bound_to: int | None
    effects: tuple[str, ...]
    needs_person: bool
    acknowledged: tuple[Acknowledged, ...]
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        """The line that `notifier receive` prints."""
        told = [one.as_json() for one in self.acknowledged]
        named = ("reply", "intent", "confidence", "customer", "bound_to", "needs_person", "again")
        return {name: getattr(self, name) for name in named} | {"effects": list(self.effects), "acknowledged": told}


def receive(house: House, incoming: Incoming, now: datetime) -> Received:
    """Take one reply in at the UTC instant `now`; what it does is judged by the moment of its receipt (F7).

    Where the facts of its customer cannot be judged, it is kept for a person all the same, and an opt-out is done: a
    text comes only once. Raises the database's own faults, and UsageError for a customer who is not there.
    """
    try:
        return _receive(house, incoming, now, blind=False)
    except DATABASE_FAULTS:
        raise
    except NotifierError:
        raise
    except Exception as fault:  # noqa: BLE001 a poisonous record must not swallow what a customer says (HOSTILE 61)
        log.error("a reply is taken in without its customer's facts", road=incoming.road, fault=type(fault).__name__)
        return _receive(house, incoming, now, blind=True)


def _receive(house: House, incoming: Incoming, now: datetime, *, blind: bool) -> Received:
    with house.store.write() as tx:
        house = in_force(tx, house)
        before = conversation.known(tx, incoming.road, incoming.key)
        if before is not None:
            return _again(tx, before)
        whose = identify(tx, house, incoming)
        if whose.customer_id is not None:
            actions.lock_of(tx, whose.customer_id)
        found = known(tx, house, whose.customer_id, now) if whose.customer_id is not None and not blind else None
        customer = _with_what_is_taken(tx, found, incoming) if found is not None else None
        reading = read_reply(house, incoming, whose, customer)
        request = _request(tx, incoming, whose)
        outcome = outcome_of(_heard(incoming, whose, reading, request), customer, house.judging.policy)
        if blind:
            outcome = _unjudged(outcome, reading, whose.lines or conversation.open_lines_of(tx, whose.customer_id))
        reply_id = conversation.keep(tx, _row(incoming, whose, reading, outcome, now), outcome.effects)
        if reply_id is None:
            return _again(tx, conversation.known(tx, incoming.road, incoming.key))
        _keep_lines(tx, reply_id, outcome)
        _log(tx, incoming, whose, reading)
        done = Effective(reply_id, incoming, whose, outcome, request, found)
        apply(tx, done, now)
        if not blind:
            ask_back(tx, house, done, now)
        if incoming.returned is not None and whose.message is not None and reading.intent is Intent.BOUNCE:
            came_back(tx, house, whose.message, incoming.returned, now)
        told = () if blind else acknowledge(tx, house, done, now)
        if whose.customer_id is not None:
            bring_forward(tx, [whose.customer_id], now)
    return _received(reply_id, customer, whose, (incoming, reading, outcome), told)


def _unjudged(outcome: Outcome, reading: Classification, lines: Sequence[int]) -> Outcome:
    """For a person; what may be a cancellation freezes the lines that it may be about all the same."""
    frozen = lines if ENDINGS & {reading.intent, reading.suggestion} else ()
    return replace(
        outcome,
        effects=(*outcome.effects, *(Effect(Kind.FROZEN, one) for one in frozen)),
        lines=tuple(lines),
        needs_person=True,
        reason=f"{CANNOT_BE_JUDGED}; {outcome.reason}".strip("; "),
    )


def _with_what_is_taken(tx: Transaction, found: Known, incoming: Incoming) -> CustomerFacts:
    """The customer, with what may be taken instead of a line, where something is taken."""
    taken = incoming.choice.line_ids if incoming.choice is not None and incoming.choice.sku else ()
    if not taken:
        return found.customer
    wanted = {line.sku for line in found.customer.lines if line.id in taken}
    return with_stand_ins(found.customer, with_shelf_for(tx, found.market, wanted), taken)


def _request(tx: Transaction, incoming: Incoming, whose: Whose) -> AnyRow | None:
    """The request for consent to marketing that may be answered by it: one in force at the moment of receipt, that of
    the message which is answered before any other.
    """
    if whose.address_id is None:
        return None
    channel, since = channel_of(incoming.road, incoming.choice), incoming.received_at - OPEN_FOR
    found = consent_requests.open_requests(tx, whose.brand, whose.address_id, channel, since)
    answered = row_named(CONSENT, whose.message.occasion) if whose.message is not None else 0
    return next((one for one in found if one.id == answered), next(iter(found), None))


def _heard(incoming: Incoming, whose: Whose, reading: Classification, request: AnyRow | None) -> Heard:
    at, choice, asked = incoming.received_at, incoming.choice, request is not None
    # A page and an operator see how things stand; who answers a text or an email sees what that one said.
    told = whose.message if incoming.road in (Road.SMS, Road.EMAIL) else None
    answers_at = told.handed_off_at if told is not None else None
    heard = Heard(incoming.road, at, reading, whose.lines, whose.proven, choice, asked, not incoming.unread, answers_at)
    return replace(heard, by_machine=incoming.machine is not None)


def _row(
    incoming: Incoming, whose: Whose, reading: Classification, outcome: Outcome, now: datetime
) -> Mapping[str, Any]:
    return {
        "road": incoming.road.value,
        "key": incoming.key,
        "brand": whose.brand,
        "customer_id": whose.customer_id,
        "address_id": whose.address_id,
        # An answer to what is only likely would prove the next mail of a stranger.
        "message_id": whose.message.id if whose.message is not None and whose.proven else None,
        "received_at": incoming.received_at,
        "known_at": now,
        "actor": incoming.actor,
        "sender": (incoming.evidence if whose.proven else incoming.sender)[:MOST_ADDRESS],
        "subject": incoming.subject.replace("\x00", "")[:MOST_SUBJECT],
        "thread": incoming.thread[:MOST_SUBJECT],
        "words": incoming.words.replace("\x00", "")[:MOST_WORDS],
        "intent": reading.intent.value,
        "confidence": reading.confidence.value,
        "matched": ", ".join(reading.matched)[:MOST_SUBJECT],
        "bound_to": reading.bound_to,
        "suggestion": reading.suggestion.value if reading.suggestion else "",
        "reason": outcome.reason,
        "needs_person": _waits(incoming, outcome),
        "closed_by": "",
        "closed_as": "",
        "acks": "[]",
    }


def _waits(incoming: Incoming, outcome: Outcome) -> bool:
    """Whether it waits for a person: what a machine sent does not, nor what a person did."""
    return outcome.needs_person and incoming.machine is None and incoming.road is not Road.OPERATOR


MOST_ADDRESS, MOST_SUBJECT = 320, 998
"""Characters that are kept of what a stranger sent."""


def _keep_lines(tx: Transaction, reply_id: int, outcome: Outcome) -> None:
    frozen = {one.line_id for one in outcome.effects if one.kind is Kind.FROZEN}
    conversation.keep_lines(tx, reply_id, {line: line in frozen for line in outcome.lines})


def _log(tx: Transaction, incoming: Incoming, whose: Whose, reading: Classification) -> None:
    """The contact, at the moment of receipt; its words are in the reply alone."""
    if whose.customer_id is None:
        return
    summary = f"{reading.intent.value} ({reading.confidence.value})"
    word = contact_log.Word(
        whose.customer_id, whose.brand, incoming.actor, incoming.road.value, summary, RECEIVED, whose.address_id
    )
    contact_log.log_said(tx, word, incoming.received_at)


def _received(
    reply_id: int,
    customer: CustomerFacts | None,
    whose: Whose,
    judged: tuple[Incoming, Classification, Outcome],
    told: Sequence[Acknowledged],
) -> Received:
    incoming, reading, outcome = judged
    return Received(
        reply=reply_id,
        intent=reading.intent.value,
        confidence=reading.confidence.value,
        customer=customer.key if customer is not None else None,
        bound_to=whose.message.id if whose.message is not None and whose.proven else None,
        effects=tuple(one.word for one in outcome.effects),
        needs_person=_waits(incoming, outcome),
        acknowledged=tuple(told),
    )


def _again(tx: Transaction, row: AnyRow | None) -> Received:
    if row is None:
        raise LookupError("a reply that another process has just kept is not there")
    effects = tuple(effect_from(one).word for one in json.loads(row.effects))
    customer = customer_of(tx, row.customer_id).key if row.customer_id is not None else None
    told = acknowledged_before(json.loads(row.acks))
    named = (row.id, row.intent, row.confidence, customer, row.message_id, effects, row.needs_person, told)
    return Received(*named, again=True)

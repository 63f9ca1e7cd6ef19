"""The answer to a reply: decided at its receipt, put into the outbox, judged again at the claim. Colour: root.

Called by pipeline.receive in its transaction, and by ack_letter. The rules are `policy.acknowledge`; an answer belongs
to no run of plan, so neither a brake nor a long plan delays it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from notifier import consent, conversation, outbox
from notifier.pipeline.content import told_eta
from notifier.pipeline.customer_facts import known_again
from notifier.pipeline.effects import Effective
from notifier.pipeline.house import House
from notifier.policy.acknowledge import judge
from notifier.policy.languages import locale_of, own_locale
from notifier.policy.legal import notice_first
from notifier.policy.rulings import Answers, Candidate
from notifier.store.engine import Transaction
from notifier.terms.decision import Decision, LineOccasion, Step
from notifier.terms.effects import CHANGES, ActionKind, Effect, Kind
from notifier.terms.facts import Address, CustomerFacts, LineFacts
from notifier.terms.incoming import Road
from notifier.terms.occasion import REPLY
from notifier.terms.purpose import Purpose
from notifier.terms.time import local_day
from notifier.terms.words import Channel, MessageClass, NoticeKind, Verdict

ANSWERED = "answered"
"""The occasion of the purpose whose messages acknowledge replies."""

A_DAY = timedelta(days=1)

BY_PROVIDER = frozenset({Kind.OPTED_OUT, Kind.OPTED_IN, Kind.TOLD_HELP})
"""What a provider answers by itself, where it marks a text (`OptOutType`)."""

ASKED = frozenset({Kind.TOLD_DATES, Kind.TOLD_HELP, Kind.GAVE_LINK})
"""What answers a question."""

ON_A_PAGE = frozenset({Kind.ACCEPTED, Kind.REQUESTED, Kind.KEPT})
"""What a page has shown already, and an email confirms all the same: it can be kept (RULES.md U6)."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was decided about the answer by one channel; `message` is its id where it goes."""

    channel: str
    verdict: str
    reason: str
    message: int | None = None
    trace: tuple[Step, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the reply, and printed."""
        steps = [{"rule": one.rule, "result": one.result, "saw": dict(one.saw)} for one in self.trace]
        named = {name: getattr(self, name) for name in ("channel", "verdict", "reason", "message")}
        return named | {"trace": steps}


def acknowledged_before(said: Sequence[Mapping[str, Any]]) -> tuple[Acknowledged, ...]:
    """What `as_json` wrote, without the traces."""
    return tuple(Acknowledged(one["channel"], one["verdict"], one["reason"], one["message"]) for one in said)


def acknowledge(tx: Transaction, house: House, done: Effective, now: datetime) -> tuple[Acknowledged, ...]:
    """Decide at `now` about the answer to a reply, and queue it."""
    purpose = house.purpose_at(ANSWERED)
    customer = _as_left(tx, house, done, now) if purpose is not None and _worth_an_answer(done) else None
    if purpose is None or customer is None:
        return ()
    made: list[Acknowledged] = []
    for channel, effects in _by_channel(done):
        found = _decide(tx, house, (done, customer, purpose), (channel, effects), now)
        made.append(found)
        if found.verdict != Verdict.SEND and channel is Channel.SMS and _goes_by_email(found, effects):
            made.append(_decide(tx, house, (done, customer, purpose), (Channel.EMAIL, effects), now))
    conversation.keep_acks(tx, done.reply_id, [one.as_json() for one in made])
    return tuple(made)


def _as_left(tx: Transaction, house: House, done: Effective, now: datetime) -> CustomerFacts | None:
    """The customer as the reply has left her: read again where it may have changed anything."""
    if done.known is None or not done.whose.proven:
        return None
    changed = done.outcome.needs_person or any(one.kind not in ASKED for one in done.outcome.effects)
    return known_again(tx, house, done.known, now) if changed else done.known.customer


def _worth_an_answer(done: Effective) -> bool:
    """A machine gets no answer, thanks need none; what a person reads, or what was done or told, is confirmed."""
    if done.incoming.machine is not None:
        return False
    kinds = {one.kind for one in done.outcome.effects}
    chosen = done.incoming.road is Road.PAGE and done.incoming.choice is not None
    if chosen or done.incoming.road is Road.OPERATOR:
        return bool(kinds & ON_A_PAGE)
    return bool(kinds - {Kind.ASKED_CONSENT}) or done.outcome.needs_person


def _by_channel(done: Effective) -> list[tuple[Channel, tuple[Effect, ...]]]:
    """By which channels which effects are told."""
    effects = done.outcome.effects
    if done.incoming.road is not Road.SMS:
        return [(Channel.EMAIL, effects)]
    by_text = told_by(Channel.SMS, Road.SMS, effects)
    rest = told_by(Channel.EMAIL, Road.SMS, effects) if by_text != effects else ()
    return [(Channel.SMS, by_text), *([(Channel.EMAIL, rest)] if rest else [])]


def told_by(channel: Channel, road: Road, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """What the answer by `channel` tells. After an opt-out of texts, one text says that alone; the rest is an email."""
    stops = tuple(one for one in effects if one.kind is Kind.OPTED_OUT and one.channel is Channel.SMS)
    if road is not Road.SMS or not stops:
        return tuple(effects)
    return stops if channel is Channel.SMS else tuple(one for one in effects if one not in stops)


def _goes_by_email(found: Acknowledged, effects: Sequence[Effect]) -> bool:
    """Whether what a text cannot say is worth an email: not in a loop, nor to confirm an opt-out."""
    looped = found.reason in ("answered_lately", "provider_answered")
    return not looped and any(one.kind is not Kind.OPTED_OUT for one in effects)


def _decide(
    tx: Transaction,
    house: House,
    about: tuple[Effective, CustomerFacts, Purpose],
    saying: tuple[Channel, tuple[Effect, ...]],
    now: datetime,
) -> Acknowledged:
    done, customer, purpose = about
    channel, effects = saying
    lines = tuple(line for line in customer.lines if line.id in done.outcome.lines)
    address = _address(tx, done, customer, lines, channel)
    answers = _answers(tx, done, purpose, (address, effects), now)
    candidate = Candidate(purpose, channel, address, lines, answers)
    verdict, reason, _, trace = judge(candidate, customer, house.judging.policy, now)
    if verdict is not Verdict.SEND or address is None:
        return Acknowledged(channel.value, verdict.value, reason, None, trace)
    decision = Decision(
        customer_id=customer.id,
        brand=customer.brand,
        locale=_locale(lines, customer, house),
        channel=channel,
        purpose=purpose,
        notice=NoticeKind.NONE,
        address_id=address.id,
        lines=_dated_lines(lines, effects, done, house, now),
        verdict=verdict,
        reason=reason,
        trace=trace,
        about=f"{REPLY}{done.reply_id}",
    )
    return _queued(tx, house, decision, lines, now)


def _queued(
    tx: Transaction, house: House, decision: Decision, lines: Sequence[LineFacts], now: datetime
) -> Acknowledged:
    today = local_day(now, house.judging.policy.timezone)
    named = {one.line_id for one in decision.lines}
    etas = {line.id: told_eta(line, house.judging.shop, today) for line in lines if line.id in named}
    put = outbox.put(tx, [outbox.Draft(decision, etas, house.sending.mode.value)], None, now)
    channel = decision.channel.value
    if not put:
        return Acknowledged(channel, Verdict.SKIP.value, "already_in_outbox", None, decision.trace)
    return Acknowledged(channel, decision.verdict.value, decision.reason, put[0], decision.trace)


def _dated_lines(
    lines: Sequence[LineFacts], effects: Sequence[Effect], done: Effective, house: House, now: datetime
) -> tuple[LineOccasion, ...]:
    """The lines whose dates are told: a date that is owed a notice is not told by the way (RULES.md F1)."""
    asked = {one.line_id for one in effects if one.kind is Kind.TOLD_DATES}
    about = f"{REPLY}{done.reply_id}"
    return tuple(
        LineOccasion(line.id, line.order, line.line, about)
        for line in lines
        if line.id in asked and not notice_first(line, house.judging.policy, now)
    )


def _locale(lines: Sequence[LineFacts], customer: CustomerFacts, house: House) -> str:
    policy = house.judging.policy
    if lines:
        return locale_of(lines[0], customer, policy)
    return own_locale(customer, customer.brand, policy)


def _address(
    tx: Transaction, done: Effective, customer: CustomerFacts, lines: Sequence[LineFacts], channel: Channel
) -> Address | None:
    """Where the answer goes: back to the address that wrote, else to that of the order, else to the customer's."""
    wrote = done.whose.address_id
    known = [one for line in (*lines, *customer.lines) for one in (line.address(channel),) if one is not None]
    back = next((one for one in known if one.id == wrote), None)
    return back or next(iter(known), None) or conversation.address_at(tx, customer.id, channel)


def _answers(
    tx: Transaction,
    done: Effective,
    purpose: Purpose,
    told: tuple[Address | None, tuple[Effect, ...]],
    now: datetime,
) -> Answers:
    address, effects = told
    lately = conversation.answers_lately(tx, address.id, purpose.name, now - A_DAY) if address else 0
    # An operator's word on an old reply is as new as the operator's.
    at = now if done.incoming.road is Road.OPERATOR else done.incoming.received_at
    found = answers_of(done.incoming.road, at, effects)
    again = _stood(tx, done, effects)
    answered = done.incoming.answered and all(one.kind in BY_PROVIDER for one in effects)
    return replace(found, lately=lately, again=again, told_by_provider=answered)


def answers_of(road: Road, received_at: datetime, told: Sequence[Effect]) -> Answers:
    """What the rules look at of a reply; the message at hand tells of the effects `told`."""
    stops = [one for one in told if one.kind is Kind.OPTED_OUT and one.channel is Channel.SMS]
    confirms = bool(stops) and len(stops) == len(told)
    return Answers(
        received_at,
        road,
        changed=any(one.kind in CHANGES for one in told),
        asked=any(one.kind in ASKED for one in told),
        confirms_opt_out=confirms,
        must=any(one.action is ActionKind.WITHDRAW for one in told),
    )


def _stood(tx: Transaction, done: Effective, effects: Sequence[Effect]) -> bool:
    """Whether the opt-out that these effects are had been said before: it is confirmed once (S4)."""
    stops = [one for one in effects if one.kind is Kind.OPTED_OUT and one.about is not None]
    if not stops or done.whose.address_id is None:
        return False
    word = consent.Word(
        brand=done.whose.brand,
        channel=Channel.SMS,
        about=MessageClass.SERVICE,
        granted=False,
        at=done.incoming.received_at,
        source="",
        address_id=done.whose.address_id,
    )
    return all(
        consent.stands_refused(tx, replace(word, channel=one.channel or word.channel, about=one.about or word.about))
        for one in stops
    )

"""A claimed acknowledgement becomes what it says, judged once more. Colour: root. Called by pipeline.claims."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier import conversation
from notifier.pipeline.acknowledge import answers_of, told_by
from notifier.pipeline.content import Letter
from notifier.pipeline.customer_facts import address_among
from notifier.pipeline.house import House
from notifier.policy.acknowledge import CONFIRM_WITHIN, OWN_TEXT, judge
from notifier.policy.legal import notice_first
from notifier.policy.rulings import Answers, Candidate
from notifier.policy.zones import local_moment
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.content import Acknowledgement, Told
from notifier.terms.effects import Effect, Kind, effect_from
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.incoming import Road
from notifier.terms.occasion import REPLY, row_named
from notifier.terms.words import Channel, MessageClass, Verdict


@dataclass(frozen=True, slots=True)
class AckLetter:
    """The letter, or the reason why it must not go. `dated` are the lines whose dates it tells; `hold_until` is set
    where it goes later, and waits in the outbox.
    """

    letter: Letter | None
    reason: str = ""
    dated: tuple[int, ...] = ()
    hold_until: datetime | None = None


def ack_letter(tx: Transaction, house: House, row: AnyRow, customer: CustomerFacts, now: datetime) -> AckLetter:
    """What the claimed message `row` says at `now`."""
    reply = conversation.reply_of(tx, row_named(REPLY, row.occasion))
    purpose = house.catalogue.purposes.get(row.purpose)
    if reply is None or purpose is None:
        return AckLetter(None, "no_longer_due")
    channel, road = Channel(row.channel), Road(reply.road)
    effects = told_by(channel, road, [effect_from(one) for one in json.loads(reply.effects)])
    about = {*conversation.lines_of(tx, reply.id)}
    lines = tuple(line for line in customer.lines if line.id in about)
    address = address_among(tx, customer, row.address_id, channel)
    if address is None:
        return AckLetter(None, "no_address")
    answers = answers_of(road, reply.known_at if road is Road.OPERATOR else reply.received_at, effects)
    judged = judge(Candidate(purpose, channel, address, lines, answers), customer, house.judging.policy, now)
    if judged.verdict is not Verdict.SEND:
        return AckLetter(None, judged.reason, hold_until=judged.until if judged.verdict is Verdict.HOLD else None)
    dated = _dated(lines, effects, house, now)
    shown = tuple(line for line in lines if line.id in dated) if _asks(effects) else lines
    said = _said(tx, house, (reply, effects, dated), customer)
    thread = reply.thread if road is Road.EMAIL else ""
    letter = Letter(row, customer, shown, address.value, None, said, thread, _until(answers))
    return AckLetter(letter, "", dated)


def _until(answers: Answers) -> datetime | None:
    if answers.confirms_opt_out:
        return answers.received_at + CONFIRM_WITHIN
    return answers.received_at + OWN_TEXT if answers.road is Road.SMS else None


def _asks(effects: Sequence[Effect]) -> bool:
    return any(one.kind is Kind.TOLD_DATES for one in effects)


def _dated(lines: Sequence[LineFacts], effects: Sequence[Effect], house: House, now: datetime) -> tuple[int, ...]:
    """The lines whose dates are told. One that is owed a notice has its date told by that alone (RULES.md F1)."""
    asked = {one.line_id for one in effects if one.kind is Kind.TOLD_DATES}
    return tuple(line.id for line in lines if line.id in asked and not notice_first(line, house.judging.policy, now))


def _said(
    tx: Transaction,
    house: House,
    answered: tuple[AnyRow, Sequence[Effect], Sequence[int]],
    customer: CustomerFacts,
) -> Acknowledgement:
    reply, effects, dated = answered
    names = {line.id: line.product for line in customer.lines}
    products = conversation.product_names(tx, [one.detail for one in effects if one.kind is Kind.REQUESTED])
    ours = house.judging.policy.brand(customer.brand).timezone
    at, foreign = local_moment(customer, reply.received_at, ours)
    grouped: dict[Told, list[str]] = {}
    for one in effects:
        soon = one.kind is Kind.TOLD_DATES and one.line_id not in dated
        detail = products.get(one.detail, one.detail) if not soon else "soon"
        if one.kind is Kind.OPTED_IN and one.about is MessageClass.MARKETING:
            detail = one.about.value
        alike = Told(one.kind, one.action, (), detail, one.channel)
        grouped.setdefault(alike, []).extend([names[one.line_id]] if one.line_id in names else [])
    told = tuple(
        Told(one.kind, one.action, tuple(dict.fromkeys(items)), one.detail, one.channel)
        for one, items in grouped.items()
    )
    return Acknowledgement(at, told, reply.needs_person, foreign)

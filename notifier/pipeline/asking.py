"""Asks for consent to marketing because of the customer's own act, and says what is agreed to. Colour: root.

Called by pipeline.signup and pipeline.receive in their transactions, and by pipeline.unlined at the claim. The rules
are `policy.asking`; a request belongs to no run of plan, as an acknowledgement (RULES.md S1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifier import consent_requests, outbox
from notifier.consent_requests import Wanted
from notifier.pipeline.ack_letter import AckLetter
from notifier.pipeline.content import Letter
from notifier.pipeline.customer_facts import address_among, with_every_line
from notifier.pipeline.effects import ROADS, Effective
from notifier.pipeline.house import House
from notifier.policy.asking import OPEN_FOR, how_often, may_ask
from notifier.policy.languages import own_locale
from notifier.policy.rulings import Answers, Candidate
from notifier.render.links import consent_link
from notifier.render.signed_up import wording
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.content import SignedUp
from notifier.terms.decision import Decision
from notifier.terms.effects import Kind
from notifier.terms.facts import CustomerFacts
from notifier.terms.incoming import Road
from notifier.terms.occasion import CONSENT, row_named
from notifier.terms.words import Channel, NoticeKind, Verdict

ASKED_IN = "asked_in"
"""The occasion of the purpose whose messages ask for consent."""

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was decided about a request. `request` None: the same act was answered before."""

    request: int | None
    verdict: str
    reason: str


def words_of(house: House, locale: str, brand: str) -> Mapping[str, str]:
    """The small phrases of a language; English where the shop's templates have no request for consent."""
    purpose = house.purpose_at(ASKED_IN) or house.purposes[0]
    return dict(house.catalogue.source(purpose.name, locale, brand).words)


def agreement(house: House, brand: str, channel: Channel, locale: str) -> str:
    """What is agreed to on a channel, word by word."""
    often = how_often(house.judging.policy, brand, channel)
    return wording(channel, house.brand(brand).name, often, words_of(house, locale, brand))


def ask(tx: Transaction, house: House, wanted: Wanted, now: datetime) -> Asked:
    """Decide at `now` about a request, and queue it; it is kept with what was decided."""
    purpose = house.purpose_at(ASKED_IN)
    found = with_every_line(tx, house, [wanted.customer_id], now) if purpose else []
    if purpose is None or not found:
        return Asked(None, Verdict.SKIP, "no_template" if purpose is None else "nobody")
    customer = found[0]
    lately = consent_requests.asked_lately(tx, wanted.brand, wanted.address_id, now - A_DAY)
    request_id = consent_requests.keep(tx, wanted)
    if request_id is None:
        return Asked(None, Verdict.SKIP, "asked_before")
    address = address_among(tx, customer, wanted.address_id, wanted.channel)
    answers = Answers(wanted.asked_at, Road(wanted.road), lately=lately)
    candidate = Candidate(purpose, wanted.channel, address, (), answers)
    verdict, reason, _, trace = may_ask(candidate, customer, house.judging.policy, now)
    steps = [{"rule": one.rule, "result": one.result, "saw": dict(one.saw)} for one in trace]
    message = None
    if verdict is not Verdict.SKIP and address is not None:
        decision = Decision(
            customer_id=customer.id,
            brand=wanted.brand,
            locale=wanted.locale,
            channel=wanted.channel,
            purpose=purpose,
            notice=NoticeKind.NONE,
            address_id=address.id,
            lines=(),
            verdict=Verdict.SEND,
            reason=reason,
            trace=trace,
            about=f"{CONSENT}{request_id}",
        )
        message = outbox.put(tx, [outbox.Draft(decision, {}, house.sending.mode.value)], None, now).get(0)
    consent_requests.note(tx, request_id, message, reason, steps)
    return Asked(request_id, verdict.value, reason)


def ask_back(tx: Transaction, house: House, done: Effective, now: datetime) -> None:
    """Ask for consent where a reply wants offers, but answers no request that says what is agreed to."""
    whose = done.whose
    for one in done.effects(Kind.ASKED_CONSENT):
        channel = one.channel or Channel.EMAIL
        if whose.customer_id is None or whose.address_id is None:
            continue
        locale = own_locale(done.known.customer if done.known else None, whose.brand, house.judging.policy)
        wanted = Wanted(
            brand=whose.brand,
            customer_id=whose.customer_id,
            address_id=whose.address_id,
            channel=channel,
            road=done.incoming.road.value,
            act=f"reply:{done.reply_id}",
            locale=locale,
            wording=agreement(house, whose.brand, channel, locale),
            source=ROADS[done.incoming.road],
            evidence=f"{done.incoming.road}:{done.incoming.key}",
            asked_at=done.incoming.received_at,
        )
        ask(tx, house, wanted, now)


def ask_letter(tx: Transaction, house: House, row: AnyRow, customer: CustomerFacts, now: datetime) -> AckLetter:
    """What the claimed request `row` says at `now`, judged once more."""
    request = consent_requests.request_of(tx, row_named(CONSENT, row.occasion))
    purpose = house.catalogue.purposes.get(row.purpose)
    if request is None or purpose is None or request.confirmed_at is not None:
        return AckLetter(None, "no_longer_due")
    channel, road = Channel(row.channel), Road(request.road)
    address = address_among(tx, customer, row.address_id, channel)
    if address is None:
        return AckLetter(None, "no_address")
    candidate = Candidate(purpose, channel, address, (), Answers(request.asked_at, road))
    verdict, reason, until, _ = may_ask(candidate, customer, house.judging.policy, now)
    if verdict is not Verdict.SEND:
        return AckLetter(None, reason, (), until if verdict is Verdict.HOLD else None)
    said = signed_up(tx, house, request)
    return AckLetter(Letter(row, customer, (), address.value, None, signed_up=said, address=address))


def signed_up(tx: Transaction, house: House, request: AnyRow) -> SignedUp:
    """What a request says: which products are waited for, what is agreed to, and the link to do so."""
    found: list[Any] = consent_requests.products_of(tx, request.id)
    first = found[0] if found else None
    domain = house.web.link_domains.get(request.brand, "") if request.channel == Channel.SMS else ""
    return SignedUp(
        products=tuple(one.name for one in found),
        url=(first.url or "") if first else "",
        image_url=(first.image_url or "") if first else "",
        wording=request.wording,
        confirm=consent_link(house.web.public_url, house.web.keys, domain, request.id),
        days=OPEN_FOR.days,
    )

"""Facts and a message become what the message says. Colour: root. Called by pipeline.plan, deliver and previews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier.forecast.eta import ShopFigures
from notifier.pipeline.house import House
from notifier.pipeline.market import Market
from notifier.pipeline.stand_ins import stand_ins
from notifier.policy.figures import alternatives_allowed
from notifier.policy.legal import is_over
from notifier.render.links import message_links
from notifier.render.mime import EmailHeaders
from notifier.render.reply_address import REPLY, signed_address
from notifier.store.lookup import AnyRow
from notifier.terms.content import Acknowledgement, Content, Item, Links, RewardOffer, SignedUp
from notifier.terms.facts import Address, Alternative, CustomerFacts, LineFacts
from notifier.terms.law import LAPSES, OWED, Jurisdiction, Said
from notifier.terms.money import Money
from notifier.terms.purpose import Purpose
from notifier.terms.time import EtaRange, local_day
from notifier.terms.words import Channel, LineStatus, MessageClass, NoticeKind


@dataclass(frozen=True, slots=True)
class Letter:
    """One claimed message with its customer, the lines still due, its recipient and its reward code, if any.

    `answers` is what it says of the customer's own reply, `thread` the Message-ID of that, without <>, `until` the UTC
    instant until which it answers the customer's own words by text, whatever the hour (RULES.md S4, S8). What hangs on
    no line says of a sign-up what `signed_up` has, and goes to `address`.
    """

    message: AnyRow
    customer: CustomerFacts
    lines: Sequence[LineFacts]
    recipient: str
    reward: AnyRow | None
    answers: Acknowledgement | None = None
    thread: str = ""
    until: datetime | None = None
    signed_up: SignedUp | None = None
    address: Address | None = None


def told_eta(line: LineFacts, shop: ShopFigures, today: date) -> EtaRange | None:
    """The ship dates that a message names for `line`: stock in hand ships within the handling days."""
    if line.status in (LineStatus.SHIPPED, LineStatus.CANCELLED):
        return None
    if line.covered and line.legal is not None and line.legal.state in OWED and line.legal.revised:
        return EtaRange(today, max(today, line.legal.revised))
    if line.covered:
        return EtaRange(today, today + timedelta(days=shop.handling_days))
    return line.forecast.eta


def content_of(house: House, letter: Letter, market: Market, now: datetime) -> Content:
    """Everything the message says at the UTC instant `now`.

    Raises ValueError for a required message whose lines stand under two laws, or lack what its notice must say.
    """
    message, policy = letter.message, house.judging.policy
    today = local_day(now, policy.timezone)
    purpose = house.catalogue.purposes[message.purpose]
    return Content(
        purpose=message.purpose,
        message_class=MessageClass(message.message_class),
        channel=Channel(message.channel),
        brand=house.brand(message.brand),
        locale=message.locale,
        customer_name=letter.customer.name,
        items=tuple(item_of(house, line, today) for line in letter.lines),
        alternatives=_stand_ins(house, letter, purpose, market),
        reward=_offer(letter.reward),
        links=links_of(house, message),
        today=today,
        transit_days=house.judging.transit_days,
        notice=NoticeKind(message.notice),
        law=_law(letter.lines, purpose),
        answers=letter.answers,
        signed_up=letter.signed_up,
        offers=_offers(house, letter, purpose),
    )


def _offers(house: House, letter: Letter, purpose: Purpose) -> tuple[str, ...]:
    """What a digit may answer: only where texts are read, and only about one line (RULES.md S7)."""
    by_text = letter.message.channel == Channel.SMS and house.texts_read
    return purpose.answers if by_text and len(letter.lines) == 1 else ()


def _law(lines: Sequence[LineFacts], purpose: Purpose) -> Jurisdiction:
    """Whose law a message speaks by.

    What is required by one law never shares a message with what another one requires; other messages say nothing that
    turns on it, and may hold lines of several.
    """
    laws = {_of_line(line) for line in lines}
    if len(laws) > 1 and purpose.message_class is MessageClass.REQUIRED:
        raise ValueError(f"a required message holds lines under several laws: {', '.join(sorted(laws))}")
    return laws.pop() if len(laws) == 1 else Jurisdiction.NONE


def _of_line(line: LineFacts) -> Jurisdiction:
    """NONE too where the law leaves the line out (F11): the customer is owed no notice, and is told plainly."""
    return Jurisdiction.NONE if line.law is None or line.law.exempt else line.law.jurisdiction


def links_of(house: House, message: AnyRow) -> Links:
    """The signed links of one message; all empty where the shop has no pages."""
    domain = house.web.link_domains.get(message.brand, "")
    return message_links(house.web.public_url, house.web.keys, domain, message.uid, message.address_id)


def headers_of(house: House, letter: Letter, content: Content, now: datetime) -> EmailHeaders:
    """The envelope of an email; the Message-ID hangs on the message's key alone, so that every attempt has the same."""
    reply_to = content.brand.reply_address
    if house.reply_to:
        reply_to = signed_address(house.reply_to, house.web.keys, REPLY, letter.message.id)
    return EmailHeaders(
        sender=content.brand.sender,
        recipient=letter.recipient,
        reply_to=reply_to,
        message_id=f"{letter.message.uid}@{house.sending.message_id_domain}",
        date=now,
        message_class=content.message_class,
        list_unsubscribe_url="" if content.is_answer else content.links.unsubscribe,
        list_unsubscribe_mailto="" if content.is_answer else reply_to,
        extra=tuple((name, f"<{letter.thread}>") for name in ("In-Reply-To", "References") if letter.thread),
    )


def item_of(house: House, line: LineFacts, today: date) -> Item:
    """The line as its customer reads it on the day `today` of the shop."""
    tz = house.judging.policy.timezone
    return Item(
        order=line.order,
        line=line.line,
        sku=line.sku,
        name=line.product,
        quantity=line.gone_quantity or line.open_quantity,
        price=line.price,
        ordered_on=local_day(line.ordered_at, tz),
        promised=line.promised,
        eta=told_eta(line, house.judging.shop, today),
        told_eta=line.told.eta if line.told else None,
        reason=line.delay_reason,
        shipped_on=local_day(line.shipped_at, tz) if line.shipped_at else None,
        url=line.product_url,
        image_url=line.image_url,
        revised=line.legal.revised if line.legal else None,
        told=line.legal.answers if line.legal else None,
        answer_by=line.legal.answer_by if line.legal else None,
        refund_by=line.legal.refund_by if line.legal else None,
        ended_by=_ended_by(line),
    )


def _ended_by(line: LineFacts) -> Said | None:
    """Why a cancelled line's time was up, by the rule that its standing rests on: other words changed nothing.

    F7 and its like stand for the customer's word and for the shop's own record, which gives no reason.
    """
    law, legal = line.law, line.legal
    if law is None or legal is None or not is_over(line):
        return None
    if legal.rule in LAPSES:
        return Said.CONFIRM
    closed = line.cancelled_at
    asked = any(one.said is Said.CANCEL and (closed is None or one.at <= closed) for one in law.answers)
    return Said.CANCEL if asked else None


def _stand_ins(house: House, letter: Letter, purpose: Purpose, market: Market) -> tuple[Alternative, ...]:
    """Replacements for the first line that has any;
    none where a promotion would change what the message is (U2, F12).
    """
    for line in letter.lines:
        if not alternatives_allowed(line, letter.customer, purpose, house.judging.policy):
            continue
        if found := stand_ins(line, market):
            return found
    return ()


def _offer(code: AnyRow | None) -> RewardOffer | None:
    if code is None:
        return None
    amount = Money(code.amount, code.currency) if code.amount is not None else None
    return RewardOffer(code.code, code.percent, amount, code.expires_on)

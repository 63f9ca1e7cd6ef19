"""What a template would say to a real customer: of an order of the user's choice, or of many at once. Colour: root.

Called by the console's editor and by pipeline.backorder_check. The facts are read and worded by the code that sends
(`facts`, `content`); nothing is written, and a link in a preview opens nothing. Where the order gives no reason for the
message, what it lacks is made up, and that is said (`Preview.made_up`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast

from notifier.errors import UsageError
from notifier.pipeline.content import Letter, content_of
from notifier.pipeline.customer_facts import known
from notifier.pipeline.facts import read_facts
from notifier.pipeline.house import House
from notifier.pipeline.market import Market, read_market, with_shelf_for
from notifier.pipeline.sample import sample_content
from notifier.policy.languages import locale_of
from notifier.policy.legal import needs_notice
from notifier.policy.lines import is_open
from notifier.policy.occasions import OCCASIONS
from notifier.render.catalogue import Catalogue
from notifier.render_pool import RenderJob
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.persons import customers_by_order
from notifier.terms.content import Content, Item
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import Jurisdiction, LegalFacts
from notifier.terms.purpose import Purpose
from notifier.terms.time import local_day
from notifier.terms.words import Channel, NoticeKind

DAYS_TO_ANSWER = 4
"""Until the made-up day of an answer."""


def _everybody(_key: tuple[str, str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be previewed. Empty `locale` and `brand`: those of the customer.

    `gets` says of a (brand, locale) whether lines of it are told of, where many customers are looked at.
    """

    purpose: str
    channel: Channel
    locale: str = ""
    brand: str = ""
    gets: Callable[[tuple[str, str]], bool] = _everybody


@dataclass(frozen=True, slots=True)
class Preview:
    """What a message would say. `order` is its first one; `made_up` are the parts that stand in for what it lacks.

    `brand` is the order's own, which settings may no longer name.
    """

    content: Content
    order: str
    made_up: tuple[str, ...] = ()
    brand: str = ""

    def job(self, catalogue: Catalogue) -> RenderJob:
        """To be rendered with the templates of `catalogue`, without MIME."""
        said = self.content
        return RenderJob(catalogue.source(said.purpose, said.locale, said.brand.key), said)


@dataclass(frozen=True, slots=True)
class Unmade:
    """A customer who cannot be judged: the brand, an order, and why."""

    brand: str
    order: str
    why: str


@dataclass(frozen=True, slots=True)
class _Imagined:
    """The row of a message that was never put into the outbox. Its links are signed for nobody."""

    purpose: str
    message_class: str
    channel: str
    brand: str
    locale: str
    notice: str
    id: int = 0
    uid: str = "preview"
    address_id: int = 0


def preview_of(house: House, order: str, wanted: Wanted, now: datetime) -> Preview:
    """What the message would say at `now` to who placed `order`: the shop's number, or BRAND:NUMBER.

    `house` is as `in_force` gives it, or `trying` a draft. Raises UsageError where there is no such order.
    """
    with house.store.read() as tx:
        found, order = _who_placed(tx, order)
        if not found:
            raise UsageError(f"there is no order {order!r}; type a number as the shop has it")
        if len(found) > 1:
            brands = ", ".join(sorted({row.brand for row in found}))
            raise UsageError(f"there is an order {order!r} in several brands ({brands}); say which")
        one = known(tx, house, found[0].id, now)
        lines = [line for line in one.customer.lines if line.order == order] if one else []
        if one is None or not lines:
            raise UsageError(f"order {order!r} has no line yet; choose another one")
        market = _with_shelf(tx, house, one.market, [one.customer], wanted)
        return _preview(house, (one.customer, lines), wanted, market, now)


def _who_placed(tx: Transaction, order: str) -> tuple[Sequence[AnyRow], str]:
    """Its customers, one a brand, and its number; a colon may be a part of that."""
    brand, colon, number = order.partition(":")
    found = customers_by_order(tx, number, brand) if colon and brand else []
    return (found, number) if found else (customers_by_order(tx, order, ""), order)


def previews_of(
    tx: Transaction, house: House, customer_ids: Sequence[int], wanted: Wanted, now: datetime
) -> Iterator[Preview | Unmade]:
    """What the message would say to each of these customers about all their open lines that get it, together.

    A few dozen customers at once are cheapest.
    """
    market = read_market(tx, now, customer_ids, local_day(now, house.judging.policy.timezone))
    customers = read_facts(tx, customer_ids, market, house.judging, now)
    market = _with_shelf(tx, house, market, customers, wanted)
    policy = house.judging.policy
    for customer in customers:
        lines = [line for line in customer.lines if is_open(line, now)]
        lines = [line for line in lines if wanted.gets((customer.brand, locale_of(line, customer, policy)))]
        if not lines:
            continue
        try:
            yield _preview(house, (customer, lines), wanted, market, now)
        except Exception as fault:  # noqa: BLE001 - one poisonous record must not stop all others (HOSTILE 61)
            yield Unmade(customer.brand, lines[0].order, f"its facts cannot be judged ({type(fault).__name__})")


def _with_shelf(
    tx: Transaction, house: House, market: Market, customers: Sequence[CustomerFacts], wanted: Wanted
) -> Market:
    if not house.catalogue.purposes[wanted.purpose].offers_alternatives:
        return market
    return with_shelf_for(tx, market, {line.sku for one in customers for line in one.lines})


def _preview(
    house: House, about: tuple[CustomerFacts, Sequence[LineFacts]], wanted: Wanted, market: Market, now: datetime
) -> Preview:
    customer, lines = about
    purpose = house.catalogue.purposes[wanted.purpose]
    policy, gives = house.judging.policy, OCCASIONS[purpose.occasion]
    reasons = {line.id: gives(line, customer, purpose, policy, now) for line in lines}
    due = [line for line in lines if reasons[line.id].occasion is not None]
    notice = reasons[due[0].id].notice if due else NoticeKind.NONE
    together = [line for line in due if reasons[line.id].notice is notice] or _open_first(lines, now)
    together = [line for line in together if _law(line) is _law(together[0])]
    message = _Imagined(
        purpose=purpose.name,
        message_class=purpose.message_class.value,
        channel=wanted.channel.value,
        brand=wanted.brand or customer.brand,
        locale=wanted.locale or locale_of(together[0], customer, policy),
        notice=notice.value,
    )
    letter = Letter(cast(AnyRow, message), customer, together, "", None)
    content = content_of(house, letter, market, now)
    found, made_up = (content, ()) if due else _as_if(content, purpose, together)
    found, more = _with_own_parts(found, purpose)
    return Preview(found, together[0].order, (*made_up, *more), customer.brand)


def _open_first(lines: Sequence[LineFacts], now: datetime) -> Sequence[LineFacts]:
    return [line for line in lines if is_open(line, now)] or lines


def _law(line: LineFacts) -> Jurisdiction:
    law: LegalFacts | None = line.law
    return Jurisdiction.NONE if law is None or law.exempt else law.jurisdiction


def _as_if(content: Content, purpose: Purpose, lines: Sequence[LineFacts]) -> tuple[Content, tuple[str, ...]]:
    """The content as if the order gave a reason for the message."""
    today = content.today
    match purpose.occasion:
        case "promise_broken" if needs_notice(lines[0]):
            kind = NoticeKind.F3 if all(item.eta for item in content.items) else NoticeKind.F4
            return _as_notice(content, kind, today), ("the notice that the law would ask for",)
        case "renewal_owed":
            return _as_notice(content, NoticeKind.F5, today), ("the notice that the law would ask for",)
        case "was_cancelled":
            gone = _each(content, lambda one: replace(one, eta=None, refund_by=today + timedelta(days=7)))
            return gone, ("that the order is cancelled",)
        case "late_line_shipped":
            return _each(content, lambda one: replace(one, eta=None, shipped_on=today)), ("that the goods have left",)
        case _:
            return content, ()


def _as_notice(content: Content, kind: NoticeKind, today: date) -> Content:
    by_consent = kind is not NoticeKind.F3
    items = tuple(
        replace(
            item,
            revised=item.eta.last if item.eta else None,
            told=item.told or item.promised or today,
            answer_by=today + timedelta(days=DAYS_TO_ANSWER) if by_consent else None,
        )
        for item in content.items
    )
    return replace(content, items=items, notice=kind, law=Jurisdiction.US_435)


def _each(content: Content, change: Callable[[Item], Item]) -> Content:
    return replace(content, items=tuple(change(item) for item in content.items))


def _with_own_parts(content: Content, purpose: Purpose) -> tuple[Content, tuple[str, ...]]:
    """With a reward, an answer or a sign-up like those of the sample, where the purpose speaks of one."""
    sample = sample_content(purpose, content.locale, content.brand, content.channel, content.today)
    made_up: list[str] = []
    first = content.items[0]
    if sample.reward and not content.reward:
        content = replace(content, reward=sample.reward)
        made_up.append("the reward's code")
    if sample.answers and not content.answers:
        told = tuple(replace(one, items=(first.name,)) for one in sample.answers.told)
        content = replace(content, answers=replace(sample.answers, told=told))
        made_up.append("the customer's reply")
    if sample.signed_up and not content.signed_up:
        said = replace(sample.signed_up, products=(first.name,), url=first.url, image_url=first.image_url)
        content = replace(content, signed_up=said, items=())
        made_up.append("the sign-up")
    return content, tuple(made_up)

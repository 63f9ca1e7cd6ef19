"""Turns gathered rows into the facts that policy judges: standing, allocation, ETA. Colour: root.

Called by pipeline.plan and pipeline.deliver, so that both judgements see facts made by the same code.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifier.forecast.allocation import Coverage, Source, SupplyFacts, cover
from notifier.forecast.alternatives import ProductFacts
from notifier.forecast.eta import LineInputs, ShopFigures, eta_of, turns_on
from notifier.forecast.standing import Dates, Standing, Units, standing
from notifier.pipeline.legal_facts import law_of, told_before
from notifier.pipeline.market import Market
from notifier.policy.caps import longest_period
from notifier.policy.delay_rule.jurisdiction import Setting
from notifier.policy.figures import Policy
from notifier.policy.legal import under_the_law
from notifier.store.asked import OwnWish
from notifier.store.engine import Transaction
from notifier.store.gather import Gathered, Past, gather
from notifier.store.lookup import AnyRow
from notifier.terms.facts import (
    Address,
    Consent,
    CustomerFacts,
    CustomerHold,
    LineFacts,
    PastContact,
    Suppression,
    Telling,
)
from notifier.terms.law import LegalFacts
from notifier.terms.money import money_of
from notifier.terms.time import EtaRange, day_start, local_day
from notifier.terms.words import Channel, DeliveryMode, HoldReason, LineStatus, MessageClass, ProductKind, Scope


@dataclass(frozen=True, slots=True)
class Judging:
    """What judging needs beside the customers: policy, forecast's figures, transit days, and the world it is in.

    `jurisdiction` is [delay_rule] jurisdiction: auto, us_435, eu or none.
    """

    policy: Policy
    shop: ShopFigures
    transit_days: int
    mode: DeliveryMode = DeliveryMode.LIVE
    jurisdiction: Setting = "none"

    @property
    def cap_period(self) -> timedelta:
        """The longest period over which contacts count."""
        return longest_period(self.policy)


def read_facts(
    tx: Transaction, customer_ids: Sequence[int], market: Market, judging: Judging, now: datetime
) -> list[CustomerFacts]:
    """The facts of these customers at `now`, in the order of their ids."""
    past = Past(judging.mode, judging.cap_period, law=judging.policy.delay is not None)
    return _facts(gather(tx, customer_ids, now, past), market, judging, now)


def read_every_line(
    tx: Transaction, customer_ids: Sequence[int], market: Market, judging: Judging, now: datetime
) -> list[CustomerFacts]:
    """As `read_facts`, with the lines too that are closed and of which nobody was told."""
    past = Past(judging.mode, judging.cap_period, law=judging.policy.delay is not None, every_line=True)
    return _facts(gather(tx, customer_ids, now, past), market, judging, now)


def _facts(found: Gathered, market: Market, judging: Judging, now: datetime) -> list[CustomerFacts]:
    owned = (_by_owner(found), _contacts(found))
    customers = (
        _customer(row, found, owned, market, _lines(row.id, found, market, judging, now)) for row in found.customers
    )
    return [under_the_law(one, judging.policy, now) for one in customers]


def _lines(customer_id: int, found: Gathered, market: Market, judging: Judging, now: datetime) -> tuple[LineFacts, ...]:
    return tuple(_line(row, found, market, judging, now) for row in found.lines.get(customer_id, ()))


def _line(row: AnyRow, found: Gathered, market: Market, judging: Judging, now: datetime) -> LineFacts:
    units, stands = _stands(row, now)
    product = market.products.get(row.sku)
    coverage = _coverage(row.id, units, market.supplies.get(row.sku, ()), product, market.ahead)
    law = law_of(row, found, coverage, judging.jurisdiction, judging.policy)
    inputs = LineInputs(row.eta_from, row.eta_to, row.promised_edit)
    today, own = local_day(now, judging.policy.timezone), found.asked.get(row.id, OwnWish())
    turns = (turns_on(inputs, coverage, judging.shop, today), market.turns.get(row.sku))
    return LineFacts(
        id=row.id,
        order=row.order_key,
        line=row.key,
        sku=row.sku,
        product=row.product or (product.name if product else row.sku),
        open_quantity=max(units.open, 0),
        price=money_of(row.unit_price, row.currency),
        ordered_at=row.ordered_at,
        status=stands.status,
        covered=coverage.by_stock,
        forecast=eta_of(inputs, coverage, judging.shop, today),
        promised=_promised(row, judging, law),
        email=_address(found, row.order_brand, row.email_id),
        phone=_address(found, row.order_brand, row.phone_id),
        locale=row.locale,
        country=row.country,
        sales_channel=row.sales_channel,
        delay_reason=row.delay_reason,
        shipped_at=stands.shipped_at,
        cancelled_at=stands.cancelled_at,
        changes_at=_first_change(stands.changes_at, turns, judging.policy.timezone),
        tellings=_tellings(row.id, found),
        product_url=product.url if product else "",
        image_url=product.image_url if product else "",
        gone_quantity=units.gone(stands.status),
        stocked=product is None or product.kind is ProductKind.STOCKED,
        law=law,
        asked=own.asked,
        wished=own.wished,
    )


def _stands(row: AnyRow, now: datetime) -> tuple[Units, Standing]:
    dates = Dates(row.shipped_at, row.cancelled_at)
    units = Units(row.quantity, row.quantity_shipped, row.quantity_cancelled).at(dates, now)
    return units, standing(LineStatus(row.status), dates, units, now)


def _first_change(at: datetime | None, turns: Sequence[date | None], tz: ZoneInfo) -> datetime | None:
    """The first of the standing's own change and the days (in `tz`) on which dates turn."""
    return min((one for one in (at, *(day_start(turn, tz) for turn in turns if turn)) if one), default=None)


def _promised(row: AnyRow, judging: Judging, law: LegalFacts | None) -> date | None:
    """T as the law reads what the shop stated (F1, U1); where no law looks: the ship date, else that of the arrival.

    None where the shop stated neither: what the law sets in its place was promised to nobody.
    """
    arrives: date | None = row.deliver_by
    shipped: date | None = row.promised_ship_by
    if law is not None and (arrives or shipped):
        return law.promised
    return shipped or (arrives - timedelta(days=judging.transit_days) if arrives else None)


def _coverage(
    line_id: int, units: Units, supplies: Sequence[SupplyFacts], product: ProductFacts | None, ahead: Mapping[int, int]
) -> Coverage:
    if units.open < 1 or line_id not in ahead:
        return Coverage(Source.NOTHING)
    return cover(ahead[line_id], units.open, product.stock if product else None, supplies)


def _address(found: Gathered, brand: str, address_id: int | None) -> Address | None:
    """An erased address has no value any more; as a suppressed one it is still a fact, and never written to."""
    row = found.addresses.get(address_id) if address_id is not None else None
    if row is None or (row.value is None and (brand, row.id) not in found.suppressions):
        return None
    return Address(row.id, Channel(row.channel), row.value or "", row.region, row.textable, _zones(row))


def _zones(address: AnyRow) -> tuple[str, ...]:
    return tuple(zone for zone in address.timezones.split(",") if zone)


def _tellings(line_id: int, found: Gathered) -> tuple[Telling, ...]:
    """What the customer was told of the line, by us or (its notices) by the tool before us, oldest first."""
    told = [_telling(row) for row in found.tellings.get(line_id, ())]
    before = [told_before(row) for row in found.notices.get(line_id, ()) if row.message_id is None]
    return tuple(sorted([*before, *told], key=lambda one: one.at) if before else told)


def _telling(row: AnyRow) -> Telling:
    eta = EtaRange(row.eta_from, row.eta_to) if row.eta_from and row.eta_to else None
    return Telling(row.message_id, row.purpose, Channel(row.channel), row.at, row.occasion, eta, row.sent, row.lost)


Owned = dict[tuple[str, int], list[AnyRow]]


def _by_owner(found: Gathered) -> tuple[Owned, Owned]:
    """Consents by (brand, customer) and by (brand, address), the newest last."""
    of_customer: Owned = defaultdict(list)
    of_address: Owned = defaultdict(list)
    for row in found.consents:
        if row.address_id is not None:
            of_address[row.brand, row.address_id].append(row)
        else:
            of_customer[row.brand, row.customer_id].append(row)
    return of_customer, of_address


def _contacts(found: Gathered) -> tuple[Owned, Owned]:
    of_customer: Owned = defaultdict(list)
    of_address: Owned = defaultdict(list)
    for row in found.contacts:
        of_customer[row.brand, row.customer_id].append(row)
        of_address[row.brand, row.address_id].append(row)
    return of_customer, of_address


def _customer(
    row: AnyRow,
    found: Gathered,
    owned: tuple[tuple[Owned, Owned], tuple[Owned, Owned]],
    market: Market,
    lines: tuple[LineFacts, ...],
) -> CustomerFacts:
    consents, contacts = owned
    addresses = {one.id for line in lines for one in (line.email, line.phone) if one}
    addresses |= {one for one in (row.email_id, row.phone_id) if one is not None}
    phone = found.addresses.get(row.phone_id) if row.phone_id is not None else None
    return CustomerFacts(
        id=row.id,
        key=row.key,
        brand=row.brand,
        name=row.name,
        locale=row.locale,
        country=row.country,
        region=row.region,
        postal_code=row.postal_code,
        timezone=row.timezone,
        preferred_channel=Channel(row.preferred_channel) if row.preferred_channel else None,
        lines=lines,
        consents=_consents(_merged(consents, row.brand, row.id, addresses)),
        suppressions=tuple(_suppressions(found, row.brand, addresses)),
        contacts=tuple(_past(one, found) for one in _merged(contacts, row.brand, row.id, addresses)),
        rewards_this_year=found.rewards.get(row.id, 0),
        stale_source=market.stale_source,
        reward_budget_left=market.reward_budget_left,
        phone_timezones=_zones(phone) if phone else (),
        hold=_hold(found.holds.get(row.id)),
        doubted=frozenset(addresses & found.doubted),
    )


def _hold(row: AnyRow | None) -> CustomerHold | None:
    return None if row is None else CustomerHold(HoldReason(row.reason), row.at, row.until)


def _merged(owned: tuple[Owned, Owned], brand: str, customer_id: int, addresses: set[int]) -> list[AnyRow]:
    mine = {one.id: one for one in owned[0].get((brand, customer_id), ())}
    for address in addresses:
        mine.update((one.id, one) for one in owned[1].get((brand, address), ()))
    return list(mine.values())


def _consents(rows: Sequence[AnyRow]) -> tuple[Consent, ...]:
    """The newest word of each kind and the newest refusal, which a later grant may not undo for all (RULES.md S5).

    Of grants, the newest with its evidence too: a word without any does not take it away.
    """
    kept: dict[tuple[Any, ...], AnyRow] = {}
    for row in sorted(rows, key=lambda one: (one.at, one.id)):
        kind = (row.channel, row.message_class, row.address_id)
        kept[kind] = row
        kept[*kind, row.granted, _evidenced(row)] = row
    return tuple(_consent(row) for row in {row.id: row for row in kept.values()}.values())


def _evidenced(row: AnyRow) -> bool:
    return bool(row.wording.strip() and row.source.strip())


def _consent(row: AnyRow) -> Consent:
    scope = Scope(row.message_class) if row.message_class in tuple(Scope) else MessageClass(row.message_class)
    return Consent(Channel(row.channel), scope, row.granted, row.at, row.source, row.address_id, _evidenced(row))


def _suppressions(found: Gathered, brand: str, addresses: set[int]) -> list[Suppression]:
    rows = {one: found.suppressions.get((brand, one)) for one in sorted(addresses)}
    return [Suppression(one, row.reason, row.at) for one, row in rows.items() if row is not None]


def _past(row: AnyRow, found: Gathered) -> PastContact:
    channel, kind = Channel(row.channel), MessageClass(row.message_class)
    orders = tuple(sorted(found.subjects.get(row.id, ())))
    who = (row.address_id, row.customer_id)
    return PastContact(row.id, row.at, channel, kind, row.purpose, *who, row.sent, orders)

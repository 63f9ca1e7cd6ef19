"""Tells those who wait that a product is back: as many as there are free units, first come, first served. Colour: root.

`restock` is called by cli.run where plan is, `alert_letter` by pipeline.unlined at the claim. Open orders take their
units first; a unit of which somebody was told is held back for `[signup] hold_hours`.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifier import outbox, waitlist
from notifier.pipeline.ack_letter import AckLetter
from notifier.pipeline.content import Letter
from notifier.pipeline.customer_facts import address_among
from notifier.pipeline.facts import read_every_line
from notifier.pipeline.guard import guarded
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.pipeline.market import read_market, with_run
from notifier.pipeline.pauses import under_pauses
from notifier.policy.asking import OPEN_FOR, may_alert
from notifier.policy.rulings import Candidate
from notifier.records.sources import stale_sources
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.content import SignedUp
from notifier.terms.decision import Decision
from notifier.terms.facts import CustomerFacts
from notifier.terms.money import money_of
from notifier.terms.occasion import RESTOCK, row_named
from notifier.terms.purpose import Purpose
from notifier.terms.time import local_day
from notifier.terms.words import Channel, NoticeKind, Verdict

RESTOCKED = "restocked"
"""The occasion of the purpose whose messages say that a product is back."""

NO_LONGER = "no_longer_in_stock"

LOOKED_AT = 200
"""Entries of one product that are judged at once: most of them pass."""

MOST_LOOKED_AT = 2000
"""Entries of one product that are judged in a tick, whatever keeps them from being told."""

FINAL = frozenset({"opted_out", "no_consent", "consent_without_evidence", "suppressed", "no_address", "not_textable"})
"""Reasons that end an entry: nothing but the customer's own word changes them."""


@dataclass(slots=True)
class RestockReport:
    """How many were told, and why others were passed over although there were units."""

    alerted: int = 0
    expired: int = 0
    passed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Tick:
    """One look at the waitlist."""

    house: House
    purpose: Purpose
    stale: str
    now: datetime


def restock(house: House, now: datetime) -> RestockReport:
    """Queue alerts at the UTC instant `now`. Raises Unsafe where a person must look first (`pipeline.guard`).

    Costs one look into an index where nobody waits.
    """
    report = RestockReport()
    with house.store.read() as tx:
        if not waitlist.anybody(tx):
            return report
    with guarded(house, now) as guard:
        tx = guard.tx
        tx.lock(RECORDS_LOCK)
        tx.lock(LOCK)
        report.expired = waitlist.expire(tx, now - OPEN_FOR, now)
        waitlist.look_at_alerts(tx, now - house.alert_hold, now)
        purpose = house.purpose_at(RESTOCKED)
        free = waitlist.free_units(tx, now) if purpose else {}
        if free and purpose:
            stale = ", ".join(one.name for one in stale_sources(tx, house.stale_after, now))
            tick = _Tick(in_force(tx, under_pauses(tx, house)), purpose, stale, now)
            most = house.brake.customers
            for sku, units in sorted(free.items()):
                most -= _tell(tx, tick, sku, min(units, most), report)
        guard.tick()
    return report


def _tell(tx: Transaction, tick: _Tick, sku: str, units: int, report: RestockReport) -> int:
    """Tell the first `units` who may be told; returns how many units are told of, or kept for a nearby hour."""
    left, last, told, looked = units, None, 0, 0
    while left > 0 and looked < MOST_LOOKED_AT:
        entries = waitlist.queue(tx, sku, LOOKED_AT, last)
        if not entries:
            break
        customers = _facts(tx, tick, sorted({one.customer_id for one in entries}))
        passed: dict[int, str] = {}
        for entry in entries:
            if left <= 0:
                break
            reason, takes = _judge(tx, tick, entry, customers.get(entry.customer_id))
            left, told = left - takes, told + (takes and not reason)
            if reason:
                passed[entry.id] = reason
        _passed_over(tx, passed, report, tick.now)
        last, looked = entries[-1], looked + len(entries)
    report.alerted += told
    return units - left


def _passed_over(tx: Transaction, passed: dict[int, str], report: RestockReport, now: datetime) -> None:
    for reason in FINAL & set(passed.values()):
        waitlist.end(tx, [one for one, why in passed.items() if why == reason], reason, now)
    waitlist.passed_over(tx, {one: why for one, why in passed.items() if why not in FINAL}, now)
    report.passed.update(passed.values())


def _facts(tx: Transaction, tick: _Tick, ids: list[int]) -> dict[int, CustomerFacts]:
    judging = tick.house.judging
    market = with_run(read_market(tx, tick.now, ids, local_day(tick.now, judging.policy.timezone)), tick.stale, True)
    return {one.id: one for one in read_every_line(tx, ids, market, judging, tick.now)}


def _judge(tx: Transaction, tick: _Tick, entry: AnyRow, customer: CustomerFacts | None) -> tuple[str, int]:
    """Why one entry is not told (empty: it is), and how many units that takes. One whose hour comes before a unit
    would be free again keeps its place.
    """
    channel = Channel(entry.channel)
    address = address_among(tx, customer, entry.address_id, channel) if customer else None
    if customer is None or address is None:
        return "no_address", 0
    candidate = Candidate(tick.purpose, channel, address, ())
    verdict, reason, until, trace = may_alert(candidate, customer, tick.house.judging.policy, tick.now)
    if verdict is not Verdict.SEND:
        soon = verdict is Verdict.HOLD and until is not None and until <= tick.now + tick.house.alert_hold
        return reason, int(soon and reason != "paused")
    decision = Decision(
        customer_id=customer.id,
        brand=entry.brand,
        locale=entry.locale,
        channel=channel,
        purpose=tick.purpose,
        notice=NoticeKind.NONE,
        address_id=address.id,
        lines=(),
        verdict=verdict,
        reason=reason,
        trace=trace,
        about=f"{RESTOCK}{entry.id}",
    )
    put = outbox.put(tx, [outbox.Draft(decision, {}, tick.house.sending.mode.value)], None, tick.now)
    if not put:
        return "already_in_outbox", 0
    waitlist.alerted(tx, entry.id, put[0], tick.now)
    return "", 1


def alert_letter(tx: Transaction, house: House, row: AnyRow, customer: CustomerFacts, now: datetime) -> AckLetter:
    """What the claimed alert `row` says at `now`; where it must not go, its entry waits again in its old place."""
    entry = waitlist.entry_of(tx, row_named(RESTOCK, row.occasion))
    purpose = house.catalogue.purposes.get(row.purpose)
    if entry is None or purpose is None or entry.message_id != row.id:
        return AckLetter(None, "no_longer_due")
    channel = Channel(row.channel)
    address = address_among(tx, customer, row.address_id, channel)
    verdict, reason, _, _ = may_alert(Candidate(purpose, channel, address, ()), customer, house.judging.policy, now)
    if verdict is Verdict.SEND and waitlist.free_for(tx, entry, now) < 1:
        verdict, reason = Verdict.SKIP, NO_LONGER
    product = waitlist.product_there(tx, entry.sku)
    if verdict is not Verdict.SEND or address is None or product is None:
        waitlist.back(tx, entry.id, reason, now)
        return AckLetter(None, reason if verdict is not Verdict.SEND else "no_address")
    said = _said(product)
    return AckLetter(Letter(row, customer, (), address.value, None, signed_up=said, address=address))


def _said(product: Any) -> SignedUp:
    price = money_of(product.price, product.currency)
    return SignedUp((product.name or product.sku,), product.url or "", product.image_url or "", price)

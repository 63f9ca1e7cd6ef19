"""The first half of deliver: claim, and judge again with fresh facts in one transaction (DESIGN.md, 4). Colour: root.

Called by pipeline.deliver in a thread. What is no longer right is withdrawn with the reason, and plan judges afresh.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from notifier import notices, outbox, rewards
from notifier.pipeline.ack_letter import AckLetter
from notifier.pipeline.content import Letter, content_of, headers_of, told_eta
from notifier.pipeline.facts import read_facts
from notifier.pipeline.gates import put_off_early
from notifier.pipeline.guard import guarded
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force, version_of
from notifier.pipeline.legal import confirmed
from notifier.pipeline.market import Market, read_market, with_run, with_shelf
from notifier.pipeline.pauses import share_pauses, under_pauses
from notifier.pipeline.unlined import LETTERS
from notifier.pipeline.withheld import with_silenced
from notifier.policy.clocks import text_clocks
from notifier.policy.decide import EMAIL_FIRST, Written, ladder, still_due
from notifier.policy.figures import Policy
from notifier.policy.hours import closes
from notifier.policy.legal import under_the_law
from notifier.policy.routes import admit
from notifier.records.sources import stale_sources
from notifier.render_pool import RenderJob
from notifier.store.decisions import bring_forward
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.message_lines import lines_of
from notifier.store.routes import troubled_routes
from notifier.terms.facts import CustomerFacts
from notifier.terms.purpose import Purpose
from notifier.terms.route import Route, route_name
from notifier.terms.time import EtaRange, local_day
from notifier.terms.words import RELEASED, Channel, NoticeKind, Verdict

log = structlog.get_logger(__name__)

FRESH = timedelta(seconds=60)
"""How long a judgement stands between claim and hand-off (HOSTILE 15, 39, 67)."""

SOON = timedelta(seconds=2)
"""A way out that takes more within this time is waited for."""

ITS_HOUR = "waits_for_its_hour"
"""Why a message that hangs on no line stays in the outbox: plan would not put it there again."""

EMAIL_SOON = timedelta(minutes=1)
"""When a text on top is looked at again whose email is still on its way (RULES.md F9)."""

LONGEST_VALIDITY = timedelta(hours=4)
"""A text older than this says something that may no longer be so; Twilio allows 10 hours (RULES.md S11)."""


@dataclass(frozen=True, slots=True)
class Ready:
    """One claimed message that is still right as judged at `judged_at`, with what is to be rendered."""

    message: AnyRow
    job: RenderJob
    recipient: str
    valid_seconds: int | None
    judged_at: datetime


@dataclass(slots=True)
class Claimed:
    """What one claim gave. `put_off` may go later, and others stand behind it; `soon`: the way out takes more in a
    moment; `troubled` are the routes that must be asked before a hand-off.
    """

    claimed: int = 0
    withdrawn: int = 0
    held: int = 0
    ready: list[Ready] = field(default_factory=list)
    troubled: frozenset[str] = frozenset()
    put_off: int = 0
    soon: bool = False


def claim(house: House, channel: Channel, most: int, now: datetime) -> Claimed:
    """Claim up to `most` messages of a channel and judge them again at `now`; commits before anything is rendered.

    What is paused stays in the queue. Raises Unsafe where a person must look first (`pipeline.guard`).
    """
    with guarded(house, now) as guard:
        tx = guard.tx
        share_pauses(tx)
        house = in_force(tx, under_pauses(tx, house))
        outbox.recover(tx, now)
        outbox.release_mended(tx, partial(version_of, house))
        sending, routes = house.sending, troubled_routes(tx, now)
        name = route_name(channel)
        route = routes.get(name, Route(name))
        opened = admit(route, min(most, sending.claim_size), sending.rates.of(name), now)
        if not opened.granted:
            return Claimed(soon=opened.next_at - now <= SOON, troubled=frozenset(routes))
        claimed = outbox.claim(tx, sending.lease, channel, opened.granted, now)
        rows = put_off_early(tx, sending, claimed, routes, now)
        found = Claimed(claimed=len(rows), put_off=len(claimed) - len(rows), troubled=frozenset(routes))
        if rows:
            _judge(tx, house, rows, found, now)
            guard.tick()
    return found


def _judge(tx: Transaction, house: House, rows: Sequence[AnyRow], found: Claimed, now: datetime) -> None:
    customer_ids = sorted({row.customer_id for row in rows})
    stale = ", ".join(one.name for one in stale_sources(tx, house.stale_after, now))
    market = with_run(read_market(tx, now, customer_ids, local_day(now, house.judging.policy.timezone)), stale, True)
    purposes = [house.catalogue.purposes.get(row.purpose) for row in rows]
    if any(one.offers_alternatives for one in purposes if one):
        market = with_shelf(tx, market)
    people = with_silenced(tx, house.sending.mode, read_facts(tx, customer_ids, market, house.judging, now))
    customers = {one.id: one for one in confirmed(house, people, now)[0]}
    told_lines, told_etas = lines_of(tx, [row.id for row in rows])
    codes = rewards.read(tx, [row.reward_id for row in rows if row.reward_id is not None])
    book = _Book(house.sending.lease.worker, ladder(house.purposes), told_etas)
    unlined = {one.name: LETTERS[one.occasion] for one in purposes if one and one.occasion in LETTERS}
    for row in rows:
        try:
            customer = under_the_law(
                _as_if_unsaid(customers[row.customer_id], row, book.reasons), house.judging.policy, now
            )
            if row.purpose in unlined:
                letter = _unlined(house, row, unlined[row.purpose](tx, house, row, customer, now), book, now)
            else:
                letter = _letter(house, (row, told_lines.get(row.id, [])), customer, book, now)
            if letter is not None:
                if row.reward_id is not None:
                    letter = replace(letter, reward=codes.get(row.reward_id))
                found.ready.append(_ready(house, letter, market, now))
        except Exception as fault:  # noqa: BLE001 one poisonous record must not stop all others (HOSTILE 61)
            book.poison[row.id] = f"poison: {type(fault).__name__}"
            log.error("message held: its facts cannot be judged", message=row.id, fault=type(fault).__name__)
    found.withdrawn, found.held = len(book.reasons), len(book.poison)
    waiting = len(book.later) + len(book.waits)
    found.claimed -= waiting
    found.put_off += waiting
    book.write(tx, now)


def _as_if_unsaid(customer: CustomerFacts, row: AnyRow, gone: Collection[int]) -> CustomerFacts:
    """A message never counts against itself, nor the code that it carries, nor what was queued after it.

    But against one that was held and is released, all counts: what was queued since did not count it. `gone` are
    messages that this claim has withdrawn.
    """
    customer = customer.without(row.id)
    last = row.reason == RELEASED
    there = [one for one in customer.contacts if one.message_id not in gone]
    before = tuple(one for one in there if one.sent or last or one.message_id < row.id)
    if row.reward_id is not None:
        customer = replace(customer, rewards_this_year=max(customer.rewards_this_year - 1, 0))
    return customer if before == customer.contacts else replace(customer, contacts=before)


@dataclass(slots=True)
class _Book:
    """What the second judgement of `worker`'s claim changes, written at once. `ladder` are the purposes, `told` the
    ETAs as they were planned, by message and line.
    """

    worker: str
    ladder: Sequence[Purpose]
    told: Mapping[tuple[int, int], EtaRange | None]
    reasons: dict[int, str] = field(default_factory=dict)
    poison: dict[int, str] = field(default_factory=dict)
    again: dict[int, datetime] = field(default_factory=dict)
    gone: dict[int, list[int]] = field(default_factory=dict)
    later: list[int] = field(default_factory=list)
    waits: dict[int, datetime] = field(default_factory=dict)
    etas: dict[tuple[int, int], EtaRange | None] = field(default_factory=dict)

    def write(self, tx: Transaction, now: datetime) -> None:
        outbox.withdraw(tx, self.reasons, now)
        notices.free(tx, list(self.reasons))
        outbox.hold_back(tx, self.worker, [outbox.Fault(one, why) for one, why in self.poison.items()], now)
        outbox.put_back(tx, self.worker, self.later, outbox.Later(now + EMAIL_SOON, EMAIL_FIRST))
        outbox.put_off(tx, self.worker, self.waits, ITS_HOUR)
        rewards.void(tx, list(self.reasons), now)
        outbox.drop_lines(tx, self.gone)
        notices.free_lines(tx, self.gone)
        moved = {one: eta for one, eta in self.etas.items() if one not in self.told or self.told[one] != eta}
        outbox.retell(tx, moved)
        notices.revise(tx, moved)
        for at in sorted(set(self.again.values())):
            bring_forward(tx, sorted(one for one, when in self.again.items() if when == at), at)


def _letter(
    house: House, claimed: tuple[AnyRow, list[int]], customer: CustomerFacts, book: _Book, now: datetime
) -> Letter | None:
    row, line_ids = claimed
    if row.brand not in house.brands:
        book.reasons[row.id] = "brand_gone"
        return None
    written = Written(Channel(row.channel), row.purpose, row.address_id, NoticeKind(row.notice), tuple(line_ids))
    judged = still_due(customer, book.ladder, house.judging.policy, now, written)
    if (judged.verdict, judged.reason) == (Verdict.HOLD, EMAIL_FIRST):
        book.later.append(row.id)
        return None
    if judged.verdict is not Verdict.SEND:
        book.reasons[row.id] = judged.reason
        book.again[row.customer_id] = judged.hold_until or now
        return None
    lines = [line for line in customer.lines if line.id in set(judged.line_ids)]
    address = lines[0].address(written.channel) if lines else None
    if address is None:
        book.reasons[row.id] = "no_address"
        return None
    if gone := sorted(set(line_ids) - set(judged.line_ids)):
        book.gone[row.id] = gone
        book.again.setdefault(row.customer_id, now)
    today = local_day(now, house.judging.policy.timezone)
    book.etas |= {(row.id, line.id): told_eta(line, house.judging.shop, today) for line in lines}
    return Letter(row, customer, lines, address.value, None)


def _unlined(house: House, row: AnyRow, acked: AckLetter, book: _Book, now: datetime) -> Letter | None:
    """What hangs on no line, or None where it waits, or is withdrawn: then nothing takes its place."""
    if acked.hold_until is not None and row.brand in house.brands:
        book.waits[row.id] = acked.hold_until
        return None
    if row.brand not in house.brands or acked.letter is None:
        book.reasons[row.id] = acked.reason or "brand_gone"
        return None
    today = local_day(now, house.judging.policy.timezone)
    shop, lines = house.judging.shop, acked.letter.customer.lines
    book.etas |= {(row.id, line.id): told_eta(line, shop, today) for line in lines if line.id in acked.dated}
    gone = sorted(line for message, line in book.told if message == row.id and line not in acked.dated)
    if gone:
        book.gone[row.id] = gone
    return acked.letter


def _ready(house: House, letter: Letter, market: Market, now: datetime) -> Ready:
    content = content_of(house, letter, market, now)
    source = house.catalogue.source(content.purpose, content.locale, content.brand.key)
    if content.channel is Channel.EMAIL:
        job = RenderJob(source, content, headers_of(house, letter, content, now))
        return Ready(letter.message, job, letter.recipient, None, now)
    valid = _valid_seconds(letter, house.judging.policy, now)
    return Ready(letter.message, RenderJob(source, content), letter.recipient, valid, now)


def _valid_seconds(letter: Letter, policy: Policy, now: datetime) -> int:
    """Seconds for which a provider may queue a text, so that it never leaves in quiet hours (RULES.md S11).

    The provider counts from the hand-off, which may be FRESH later than `now`. Less than 1: it must not go any more.
    """
    if letter.until is not None and letter.until > now:
        return int((letter.until - now).total_seconds())
    address = letter.lines[0].address(Channel.SMS) if letter.lines else letter.address
    end = closes(now, text_clocks(letter.customer, address, policy))
    left = end - now - FRESH if end else timedelta(0)
    return int(min(left, LONGEST_VALIDITY).total_seconds())

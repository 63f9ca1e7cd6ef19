"""Plan: due customers → facts → decisions → outbox. Colour: root. Called by schedule and cli.

One transaction under one lock: two schedulers plan one after the other and each sees what the other queued; a brake
or a crash leaves nothing half planned. The order of work is in `judge` and `_apply`, and a person's word on a stopped
run goes the same way (`pipeline.runs`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic

import structlog

from notifier import outbox, rewards
from notifier.pipeline import legal
from notifier.pipeline.actions import close_shown
from notifier.pipeline.brake import TooLarge, brake, stopped
from notifier.pipeline.content import told_eta
from notifier.pipeline.facts import read_facts
from notifier.pipeline.guard import guarded
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.pipeline.market import Market, read_market, with_run
from notifier.pipeline.pauses import under_pauses
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.stopped_run import look_again
from notifier.pipeline.withheld import Word, beside, hold_withheld, is_put_off, obey, with_silenced
from notifier.policy.decide import decide
from notifier.policy_changes import planned_by_another
from notifier.records.sources import stale_sources
from notifier.store.decisions import close_run, last_planned, mode_changed, open_run, record, set_due, take_wakes
from notifier.store.engine import Transaction
from notifier.store.gather import due_customers, due_query
from notifier.store.lookup import AnyQuery, batches
from notifier.store.unfinished import concerned
from notifier.store.unfinished import count as count_of
from notifier.terms.decision import Decision
from notifier.terms.facts import CustomerFacts, PastContact
from notifier.terms.time import local_day
from notifier.terms.words import AWAITING_APPROVAL, RunState, Verdict

CUSTOMERS_A_BATCH = 2000
"""Facts in memory at once: about 20 MB."""

REWARDS = "long_wait"
"""The occasion whose messages carry a code."""

POISON_WAIT = timedelta(hours=1)
"""When a customer whose facts cannot be judged is looked at again."""

log = structlog.get_logger(__name__)

NOT_YET_A_ROW = -1
"""The id of a message that this batch will queue."""

Progress = Callable[[int, int], None]
"""Called with customers judged and customers due."""


class _DryRun(Exception):
    """Leaves the transaction without a trace."""


GREAT = 5000
"""So many messages at once change what the database must know of its tables to find them."""


def plan(house: House, now: datetime, dry_run: bool, progress: Progress) -> PlanReport:
    """Judge everybody who is due at the UTC instant `now` and queue what is to be said.

    Raises Stopped when the run is too large to go by itself: then nothing is queued, and the run waits on record for a
    person (`pipeline.runs`). Raises Unsafe where a person must look first (`pipeline.guard`). A dry run does neither.
    """
    report = PlanReport(now)
    if dry_run:
        _try(house, report, progress)
        return report
    close_shown(house, now)
    try:
        with guarded(house, now) as guard:
            plan_in(guard.tx, house, report, None, progress)
            brake(guard.tx, house, report)
            guard.tick()
    except TooLarge as stop:
        raise stopped(house, report, stop) from None
    if report.verdicts[Verdict.SEND] >= GREAT:
        house.store.tidy()
    return report


def _try(house: House, report: PlanReport, progress: Progress) -> None:
    """Plan and leave no trace: nothing goes out, so nothing is guarded, and what the brake would say is reported."""
    try:
        with house.store.write() as tx:
            plan_in(tx, house, report, None, progress)
            report.run = None
            brake(tx, house, report)
            raise _DryRun
    except _DryRun:
        pass
    except TooLarge as stop:
        report.too_large = stop.why


def plan_in(tx: Transaction, house: House, report: PlanReport, word: Word | None, progress: Progress) -> None:
    """Plan in a transaction that the caller ends, without a brake; `word` is a person's on the run that waits."""
    now, mode = report.at, house.sending.mode
    tx.spread_out()
    tx.lock(RECORDS_LOCK)
    tx.lock(LOCK)
    began = monotonic()
    house = in_force(tx, under_pauses(tx, house))
    take_wakes(tx)
    look_again(tx, mode, word, report)
    last = last_planned(tx)
    every = mode_changed(tx, mode) | planned_by_another(tx) or (last is not None and last > now)
    report.run = word.run if word else open_run(tx, now, mode)
    done = 0
    for batch in judge(tx, house, report, every):
        _apply(tx, house, report, word, batch)
        done += len(batch.seen)
        progress(done, batch.of)
    report.seconds = monotonic() - began
    close_run(tx, report.run, RunState.DONE, report.counts | {"at": now})


@dataclass(slots=True)
class Batch:
    """Some customers judged: what is decided, by which facts, when to look again, the `due_at` seen, of how many.

    `confirmed`: lines whose cancellation the setting on lapses confirms. `poison`: who could not be judged.
    """

    seen: Mapping[int, datetime | None]
    of: int
    decisions: list[Decision] = field(default_factory=list)
    facts: dict[int, CustomerFacts] = field(default_factory=dict)
    due: dict[int, datetime | None] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)
    poison: set[int] = field(default_factory=set)


def judge(tx: Transaction, house: House, report: PlanReport, every: bool) -> Iterator[Batch]:
    """Judge whoever is due, or everybody, batch by batch; writes nothing. The caller holds the locks."""
    now = report.at
    apart = concerned(tx)
    report.unfinished = 0 if apart is None else count_of(tx, apart)
    query = due_query(now, every, apart)
    yield from judge_these(tx, house, due_customers(tx, query), query, now)


def judge_these(
    tx: Transaction, house: House, due: Mapping[int, datetime | None], query: AnyQuery, now: datetime
) -> Iterator[Batch]:
    """As `judge`, for the customers of `query`, whose ids and `due_at` are in `due`."""
    few = list(due) if len(due) <= CUSTOMERS_A_BATCH else query
    stale = ", ".join(one.name for one in stale_sources(tx, house.stale_after, now))
    budget_left = house.reward is None or rewards.spent(tx, now) < house.reward.budget
    market = with_run(read_market(tx, now, few, local_day(now, house.judging.policy.timezone)), stale, budget_left)
    for ids in batches(due, CUSTOMERS_A_BATCH):
        yield _judge(tx, house, market, Batch({one: due[one] for one in ids}, len(due)), now)


def _judge(tx: Transaction, house: House, market: Market, batch: Batch, now: datetime) -> Batch:
    sent = _SentHere()
    read_now = with_silenced(tx, house.sending.mode, read_facts(tx, list(batch.seen), market, house.judging, now))
    people, batch.confirmed = legal.confirmed(house, read_now, now)
    for read in people:
        customer = sent.known_to(read)
        try:
            judged = decide(customer, house.purposes, house.judging.policy, now)
        except Exception as fault:  # noqa: BLE001 one poisonous record must not stop all others (HOSTILE 61)
            log.error("customer left out: cannot be judged", customer=read.id, fault=type(fault).__name__)
            batch.due[read.id] = now + POISON_WAIT
            batch.poison.add(read.id)
            continue
        sent.take(judged.decisions, now)
        batch.facts[customer.id] = customer
        batch.decisions += judged.decisions
        batch.due[customer.id] = judged.due_at
    return batch


def _apply(tx: Transaction, house: House, report: PlanReport, word: Word | None, batch: Batch) -> None:
    now, run, facts = report.at, report.run or 0, batch.facts
    report.unjudged |= batch.poison
    legal.keep_confirmed(tx, house, batch.confirmed, now)
    decisions = hold_withheld(tx, house.sending.mode, batch.decisions, now)
    if word:
        report.asked.take(decisions, facts)
        report.beside += beside(word, decisions)
        report.later |= {one.customer_id for one in decisions if is_put_off(one) and word.reaches(one)}
        obeyed = obey(tx, word, house.sending.mode, decisions, now)
        decisions, report.kept_back = obeyed.decisions, report.kept_back + obeyed.kept_back
    codes = _codes(tx, house, decisions, facts, now)
    decisions = [_coded(one, codes.get(i)) for i, one in enumerate(decisions)]
    decisions = legal.without_noticed(tx, house, decisions)
    sends = [i for i, one in enumerate(decisions) if one.verdict is Verdict.SEND]
    drafts = [draft(house, decisions[i], facts[decisions[i].customer_id], codes.get(i), now) for i in sends]
    put = outbox.put(tx, drafts, run, now)
    made = {sends[position]: message for position, message in put.items()}
    legal.give_notices(tx, house, {message: drafts[position] for position, message in put.items()}, facts, now)
    keys = {i: outbox.message_key(decisions[i], house.sending.mode) for i in sends if i not in made}
    refused = outbox.refused_before(tx, sorted(keys.values()))
    for i, key in keys.items():
        reason = legal.REFUSED_BEFORE if key in refused else "already_in_outbox"
        decisions[i] = replace(decisions[i], verdict=Verdict.SKIP, reason=reason)
    record(tx, run, decisions, made, now)
    standings = legal.standings_of(house, facts.values(), decisions, now)
    legal.keep_standings(tx, facts.values(), standings, now)
    report.pressing += legal.pressing(standings, now)
    set_due(tx, _with_holds(batch.due, decisions), batch.seen)
    report.count(decisions)
    report.showing.take(decisions, facts)


def _with_holds(due: Mapping[int, datetime | None], decisions: Sequence[Decision]) -> dict[int, datetime | None]:
    """When to look again, with what waits for a person's word."""
    found = dict(due)
    for one in decisions:
        if one.reason == AWAITING_APPROVAL and one.hold_until is not None:
            found[one.customer_id] = min(found.get(one.customer_id) or one.hold_until, one.hold_until)
    return found


class _SentHere:
    """What this batch sends, by brand and address: another customer of the brand at the address is capped by it too."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, int], list[PastContact]] = {}

    def known_to(self, customer: CustomerFacts) -> CustomerFacts:
        """The customer with what others were sent at the same addresses."""
        addresses = {one.id for line in customer.lines for one in (line.email, line.phone) if one}
        more = [one for address in sorted(addresses) for one in self._sent.get((customer.brand, address), ())]
        return replace(customer, contacts=(*customer.contacts, *more)) if more else customer

    def take(self, decisions: Sequence[Decision], now: datetime) -> None:
        """Remember what is sent."""
        for one in decisions:
            if one.verdict is Verdict.SEND and one.address_id is not None:
                kind, name = one.purpose.message_class, one.purpose.name
                orders = tuple(sorted({line.order for line in one.lines}))
                who = (one.address_id, one.customer_id)
                contact = PastContact(NOT_YET_A_ROW, now, one.channel, kind, name, *who, orders=orders)
                self._sent.setdefault((one.brand, one.address_id), []).append(contact)


def draft(
    house: House, decision: Decision, customer: CustomerFacts, code: int | str | None, now: datetime
) -> outbox.Draft:
    """What is put into the outbox for a decision to send; `code` is the id of the reward code that it carries."""
    today = local_day(now, house.judging.policy.timezone)
    wanted = {line.line_id for line in decision.lines}
    etas = {line.id: told_eta(line, house.judging.shop, today) for line in customer.lines if line.id in wanted}
    return outbox.Draft(decision, etas, house.sending.mode.value, code if isinstance(code, int) else None)


def _codes(
    tx: Transaction, house: House, decisions: Sequence[Decision], facts: Mapping[int, CustomerFacts], now: datetime
) -> dict[int, int | str]:
    """The reward code by position of the decision that gives one; the reason where there is none to give."""
    gives = [i for i, one in enumerate(decisions) if one.verdict is Verdict.SEND and one.purpose.occasion == REWARDS]
    if not gives or house.reward is None:
        return {}
    costs = {i: _cost(house.reward, decisions[i], facts) for i in gives}
    asked = [
        (i, rewards.Asked(decisions[i].brand, decisions[i].customer_id, cost)) for i, cost in costs.items() if cost
    ]
    made = rewards.issue(tx, house.reward, [one for _, one in asked], now)
    found: dict[int, int | str] = dict.fromkeys(gives, "reward_cost_unknown")
    found.update({i: code or "reward_budget_spent" for (i, _), code in zip(asked, made, strict=True)})
    return found


def _cost(terms: rewards.RewardTerms, decision: Decision, facts: Mapping[int, CustomerFacts]) -> Decimal | None:
    """A fixed amount costs itself; a percentage, that share of the delayed lines, our best guess at the next order.

    None where a line has no price, or one in another currency than the budget: then nobody knows what a code costs.
    """
    if terms.amount is not None:
        return terms.amount
    wanted = {line.line_id for line in decision.lines}
    worth = Decimal(0)
    for line in facts[decision.customer_id].lines:
        if line.id in wanted:
            if line.price is None or line.price.currency != terms.currency:
                return None
            worth += line.price.amount * line.open_quantity
    return worth * Decimal(terms.percent or 0) / 100


def _coded(decision: Decision, code: int | str | None) -> Decision:
    """The decision, or a skip where it was to carry a code and there is none."""
    return replace(decision, verdict=Verdict.SKIP, reason=code) if isinstance(code, str) else decision

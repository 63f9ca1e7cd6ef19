"""Plan: due customers → facts → decisions → outbox. Colour: root. Called by schedule and cli.

One transaction under one lock: two schedulers plan one after the other and each sees what the other queued; a brake
or a
crash leaves nothing half planned.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from notifier import outbox, rewards
from notifier.errors import Stopped
from notifier.pipeline import legal
from notifier.pipeline.content import told_eta
from notifier.pipeline.facts import Market, read_facts, read_market, with_run
from notifier.pipeline.house import House
from notifier.policy.decide import decide
from notifier.records.sources import stale_sources
from notifier.store.decisions import close_run, last_planned, mode_changed, open_run, record, set_due
from notifier.store.engine import Transaction
from notifier.store.gather import due_customers, due_query
from notifier.store.lookup import batches
from notifier.terms.decision import Decision
from notifier.terms.facts import CustomerFacts, PastContact
from notifier.terms.time import local_day
from notifier.terms.words import Verdict

CUSTOMERS_A_BATCH = 2000
"""Facts in memory at once: about 20 MB."""

REWARDS = "long_wait"
"""The occasion whose messages carry a code."""

LOCK = "plan"

RECORDS_LOCK = "records"
"""Held by every import batch: what plan has read is not overtaken before it has written."""

POISON_WAIT = timedelta(hours=1)
"""When a customer whose facts cannot be judged is looked at again."""

log = structlog.get_logger(__name__)

NOT_YET_A_ROW = -1
"""The id of a message that this batch will queue."""

Progress = Callable[[int, int], None]
"""Called with customers judged and customers due."""


@dataclass(slots=True)
class PlanReport:
    """What a run decided; all counts are of decisions, `customers` of people about whom something was decided."""

    at: datetime
    run: int | None = None
    customers: int = 0
    messaged: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    purposes: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    def count(self, decisions: Sequence[Decision]) -> None:
        """Take in the decisions of some customers."""
        self.customers += len({one.customer_id for one in decisions})
        self.messaged += len({one.customer_id for one in decisions if one.verdict is Verdict.SEND})
        for one in decisions:
            self.verdicts[one.verdict.value] += 1
            self.purposes.setdefault(one.purpose.name, Counter())[one.verdict.value] += 1
            self.reasons[one.reason] += 1

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier plan --json` prints."""
        words = [verdict.value for verdict in Verdict]
        return {
            "at": self.at.isoformat(),
            "run": self.run,
            "customers": self.customers,
            "decisions": {word: self.verdicts[word] for word in words},
            "by_purpose": {name: {word: c[word] for word in words} for name, c in sorted(self.purposes.items())},
            "by_reason": dict(sorted(self.reasons.items())),
        }


class _DryRun(Exception):
    """Leaves the transaction without a trace."""


def plan(house: House, now: datetime, dry_run: bool, progress: Progress) -> PlanReport:
    """Judge everybody who is due at the UTC instant `now` and queue what is to be said.

    Raises Stopped when the run would write to more than `max_per_run` customers: then nothing is queued, and the
    stopped run is on record.
    """
    report = PlanReport(now)
    try:
        with house.store.write() as tx:
            _plan(tx, house, report, progress)
            if dry_run:
                report.run = None
                raise _DryRun
    except _DryRun:
        pass
    except Stopped:
        if not dry_run:
            _record_stop(house, report)
        raise
    return report


def _plan(tx: Transaction, house: House, report: PlanReport, progress: Progress) -> None:
    now = report.at
    tx.lock(RECORDS_LOCK)
    tx.lock(LOCK)
    last = last_planned(tx)
    every = mode_changed(tx, house.sending.mode) or (last is not None and last > now)
    due = due_customers(tx, now, every)
    few = list(due) if len(due) <= CUSTOMERS_A_BATCH else due_query(now, every)
    stale = ", ".join(one.name for one in stale_sources(tx, house.stale_after, now))
    budget_left = house.reward is None or rewards.spent(tx, now) < house.reward.budget
    market = with_run(read_market(tx, now, few, local_day(now, house.judging.policy.timezone)), stale, budget_left)
    report.run = open_run(tx, now)
    done = 0
    for ids in batches(due, CUSTOMERS_A_BATCH):
        _plan_batch(tx, house, market, {one: due[one] for one in ids}, report)
        _brake(house, report)
        done += len(ids)
        progress(done, len(due))
    close_run(tx, report.run, "done", _counts(report))


def _counts(report: PlanReport) -> dict[str, int]:
    sends, holds, skips = (report.verdicts[word] for word in (Verdict.SEND, Verdict.HOLD, Verdict.SKIP))
    return {"customers": report.customers, "sends": sends, "holds": holds, "skips": skips}


def _brake(house: House, report: PlanReport) -> None:
    if report.messaged > house.max_per_run:
        raise Stopped(
            f"this run would write to more than {house.max_per_run} customers, so nothing was queued. Look at it with"
            " `notifier plan --dry-run`; if it is right, raise [safety] max_per_run"
            f" (NOTIFIER_SAFETY__MAX_PER_RUN={report.messaged * 2} for one run)"
        )


def _record_stop(house: House, report: PlanReport) -> None:
    with house.store.write() as tx:
        report.run = open_run(tx, report.at)
        close_run(tx, report.run, "stopped", _counts(report))


def _plan_batch(
    tx: Transaction, house: House, market: Market, seen: Mapping[int, datetime | None], report: PlanReport
) -> None:
    now, run = report.at, report.run or 0
    decisions: list[Decision] = []
    facts: dict[int, CustomerFacts] = {}
    due: dict[int, datetime | None] = {}
    sent = _SentHere()
    read_now = read_facts(tx, list(seen), market, house.judging, now)
    for read in legal.confirm_lapsed(tx, house, read_now, now):
        customer = sent.known_to(read)
        try:
            judged = decide(customer, house.purposes, house.judging.policy, now)
        except Exception as fault:  # noqa: BLE001 one poisonous record must not stop all others (HOSTILE 61)
            log.error("customer left out: cannot be judged", customer=read.id, fault=type(fault).__name__)
            due[read.id] = now + POISON_WAIT
            continue
        sent.take(judged.decisions, now)
        facts[customer.id] = customer
        decisions += judged.decisions
        due[customer.id] = judged.due_at
    codes = _codes(tx, house, decisions, facts, now)
    decisions = [_coded(one, codes.get(i)) for i, one in enumerate(decisions)]
    for i in legal.noticed_before(tx, house, decisions):
        decisions[i] = replace(decisions[i], verdict=Verdict.SKIP, reason="already_noticed")
    sends = [i for i, one in enumerate(decisions) if one.verdict is Verdict.SEND]
    drafts = [_draft(house, decisions[i], facts[decisions[i].customer_id], codes.get(i), now) for i in sends]
    put = outbox.put(tx, drafts, run, now)
    made = {sends[position]: message for position, message in put.items()}
    legal.give_notices(tx, house, {message: drafts[position] for position, message in put.items()}, facts, now)
    for i in sends:
        if i not in made:
            decisions[i] = replace(decisions[i], verdict=Verdict.SKIP, reason="already_in_outbox")
    record(tx, run, decisions, made, now)
    legal.keep_standings(tx, house, facts.values(), decisions, now)
    set_due(tx, due, seen)
    report.count(decisions)


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


def _draft(
    house: House, decision: Decision, customer: CustomerFacts, code: int | str | None, now: datetime
) -> outbox.Draft:
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

"""What plan owes to the law on delays: notices written, lapses confirmed, standings kept. Colour: root.

Called by pipeline.plan inside its transaction. Where a line stands is `policy.delay_rule`'s word alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from notifier import notices, outbox, standings
from notifier.pipeline.house import House
from notifier.policy.delay_rule.outlook import latest_ship_day
from notifier.policy.figures import Policy
from notifier.policy.legal import UNCERTAIN_AFTER, needs_notice, with_standing
from notifier.policy.lines import day_over, today
from notifier.store.engine import Transaction
from notifier.terms.decision import PROMISE, Decision
from notifier.terms.effects import Asked
from notifier.terms.facts import CustomerFacts, LineFacts, Telling
from notifier.terms.law import OWED, TO_REFUND, Answer, LegalStanding, LegalState, Said
from notifier.terms.words import Channel, DeliveryMode, NoticeKind, Verdict

NO_WAY = "no_way_to_tell"
"""Alarm: a notice is owed and no email can carry it (RULES.md F9)."""

UNCERTAIN = "notice_uncertain"
"""Alarm: the notice went, and nobody knows whether it arrived, or it came back (RULES.md F9)."""

NO_CONSENT = "no_consent"
"""Alarm: the consent did not come in time (F4, F5)."""

UNCLEAR = "cancellation_unclear"
"""Alarm: a reply may mean that the customer cancels, and a person has not looked at it yet."""

GOES_ON = frozenset(
    {
        LegalState.NOTICE_DUE,
        LegalState.RENEWAL_DUE,
        LegalState.AWAITING_OBJECTION,
        LegalState.CONSENTED,
        LegalState.CONSENTED_INDEFINITE,
    }
)
"""States in which the line would ship although nothing more is heard."""

REFUND_OVERDUE = "refund_overdue"
"""Alarm: the last day of the refund is over (F8)."""

ALREADY_NOTICED = "already_noticed"

REFUSED_BEFORE = "refused_before"

UNREACHABLE = frozenset({"no_address", "suppressed", "marketplace", REFUSED_BEFORE})
"""Why an email to a customer can never go; other reasons not to send may pass."""

BY_SETTING = "setting"
"""Who confirmed a cancellation that [delay_rule] on_lapse confirms by itself."""

ASK_FIRST = frozenset({"late_when_first_seen"})
"""Lapses from before the bot's time: only a person confirms them, whatever the setting says."""


def confirmed(house: House, customers: Sequence[CustomerFacts], now: datetime) -> tuple[list[CustomerFacts], set[int]]:
    """The customers, with lines whose time is up cancelled where [delay_rule] on_lapse says so; and those lines' ids.

    Nothing is written: previews and trials see what would be (`keep_confirmed`).
    """
    if house.lapse != "cancel":
        return list(customers), set()
    lapsed = {line.id for one in customers for line in one.lines if _lapsed(line)}
    policy = house.judging.policy
    return [_confirmed(one, lapsed, policy, now) if lapsed else one for one in customers], lapsed


def keep_confirmed(tx: Transaction, house: House, lines: Iterable[int], now: datetime) -> None:
    """Write that the setting confirmed these lines' cancellations; in mode live alone, for an answer holds in each."""
    if house.sending.mode is DeliveryMode.LIVE:
        heard = [notices.Heard(line, Said.CONFIRM, now, BY_SETTING, "") for line in sorted(lines)]
        notices.keep_answers(tx, heard, now)


def _lapsed(line: LineFacts) -> bool:
    legal = line.legal
    return legal is not None and legal.state is LegalState.CANCEL_DUE and legal.rule != "F7" and not _asks_first(line)


def _asks_first(line: LineFacts) -> bool:
    return line.legal is not None and line.legal.alarm in ASK_FIRST


def _confirmed(customer: CustomerFacts, lapsed: set[int], policy: Policy, now: datetime) -> CustomerFacts:
    lines = []
    for line in customer.lines:
        if line.id in lapsed and line.law is not None:
            law = replace(line.law, answers=(*line.law.answers, Answer(Said.CONFIRM, now)))
            line = with_standing(replace(line, law=law, legal=None), policy, now)
        lines.append(line)
    return replace(customer, lines=tuple(lines))


def without_noticed(tx: Transaction, house: House, decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions without the lines whose notice was given already: a second one must never go (RULES.md F13).

    One of which no line is left is skipped.
    """
    lines = [line.line_id for one in decisions if _carries_notice(one) for line in one.lines]
    if not lines:
        return list(decisions)
    filled = notices.filled(tx, lines, house.sending.mode.value)
    return [_unfilled(one, filled) if _carries_notice(one) else one for one in decisions]


def _unfilled(decision: Decision, filled: set[notices.Place]) -> Decision:
    pairs = zip(decision.lines, _places(decision), strict=True)
    left = tuple(line for line, place in pairs if place not in filled)
    if left:
        return replace(decision, lines=left)
    return replace(decision, verdict=Verdict.SKIP, reason=ALREADY_NOTICED)


def _carries_notice(decision: Decision) -> bool:
    return decision.verdict is Verdict.SEND and _is_notice(decision)


def _is_notice(decision: Decision) -> bool:
    return decision.channel is Channel.EMAIL and decision.notice is not NoticeKind.NONE


def _places(decision: Decision) -> list[notices.Place]:
    days = [(line.line_id, datetime.fromisoformat(line.answers).date()) for line in decision.lines]
    return [(line_id, day, decision.notice) for line_id, day in days]


def give_notices(
    tx: Transaction,
    house: House,
    queued: Mapping[int, outbox.Draft],
    facts: Mapping[int, CustomerFacts],
    now: datetime,
) -> None:
    """Write the notices that queued messages carry: message id → what was put."""
    given: dict[int, list[notices.Given]] = {}
    for message_id, draft in queued.items():
        decision = draft.decision
        if not _carries_notice(decision):
            continue
        promised = {line.id: line.law.promised for line in facts[decision.customer_id].lines if line.law}
        for line_id, answers, kind in _places(decision):
            eta = draft.etas.get(line_id)
            revised = eta.last if eta else None
            one = notices.Given(line_id, answers, kind, promised[line_id], revised)
            given.setdefault(message_id, []).append(one)
    if given:
        notices.put(tx, given, house.sending.mode.value, now)


def standings_of(
    house: House, facts: Iterable[CustomerFacts], decisions: Sequence[Decision], now: datetime
) -> list[standings.Standing]:
    """Where each line stands, with what a person must know of it at once."""
    unreachable = {
        line.line_id
        for one in decisions
        if one.verdict is Verdict.SKIP and one.reason in UNREACHABLE and _is_notice(one)
        for line in one.lines
    }
    return [_row(line, unreachable, house, now) for customer in facts for line in customer.lines if line.legal]


def keep_standings(
    tx: Transaction, facts: Iterable[CustomerFacts], rows: Sequence[standings.Standing], now: datetime
) -> None:
    """Keep where each line stands at `now`, and forget those at which no law looks any more."""
    if rows:
        standings.keep(tx, rows, now)
    beyond = [line.id for customer in facts for line in customer.lines if line.legal is None]
    if beyond:
        standings.drop(tx, beyond)


def pressing(rows: Iterable[standings.Standing], now: datetime) -> list[standings.Standing]:
    """Those that the team is to be told of: kept even where the brake takes the run back, for deadlines run on."""
    soon = now + timedelta(hours=max(standings.WARNINGS))
    return [one for one in rows if one.alarm or (one.deadline_at is not None and one.deadline_at <= soon)]


def _row(line: LineFacts, unreachable: set[int], house: House, now: datetime) -> standings.Standing:
    legal, policy = line.legal, house.judging.policy
    if legal is None:
        raise ValueError(f"line {line.id} has no legal standing")
    acts = legal.state is not LegalState.ON_TIME or _of_unknown_date(line, policy, now)
    deadline = day_over(legal.deadline, policy) if legal.deadline and acts else None
    alarm = _overdue(legal, today(policy, now)) or _lapse(line, house, now)
    alarm = alarm or _alarm(line, unreachable, now) or _unclear(line)
    return standings.Standing(
        line_id=line.id,
        state=legal.state.value,
        rule=legal.rule,
        notice=legal.notice.value,
        deadline_at=deadline,
        refund_by=legal.refund_by,
        alarm=alarm,
    )


def _of_unknown_date(line: LineFacts, policy: Policy, now: datetime) -> bool:
    """Whether nobody knows when the line ships: of the deadlines of lines on time, only that one needs a person."""
    return policy.delay is not None and latest_ship_day(line, policy.delay, today(policy, now)) is None


def _overdue(legal: LegalStanding, day: date) -> str:
    """F8: a refund that is late is worse than what it is owed for, whether or not somebody has cancelled."""
    owed = legal.state in TO_REFUND
    return REFUND_OVERDUE if owed and legal.refund_by is not None and day > legal.refund_by else ""


def _lapse(line: LineFacts, house: House, now: datetime) -> str:
    """What made the line's time be up. A setting that confirms a lapse does not keep it from the team."""
    legal = line.legal
    if legal is not None and legal.state is LegalState.REFUND_DUE and house.lapse == "cancel" and legal.rule != "F7":
        legal = _unconfirmed(line, house.judging.policy, now).legal
    if legal is None or legal.alarm:
        return legal.alarm if legal else ""
    if legal.state is not LegalState.CANCEL_DUE:
        return ""
    return standings.ASKED_TO_CANCEL if legal.rule not in ("F4", "F5") else NO_CONSENT


def _unconfirmed(line: LineFacts, policy: Policy, now: datetime) -> LineFacts:
    """The line as if the shop had not agreed to its end."""
    if line.law is None:
        return line
    said = tuple(one for one in line.law.answers if one.said is not Said.CONFIRM)
    return with_standing(replace(line, law=replace(line.law, answers=said), legal=None), policy, now)


def _alarm(line: LineFacts, unreachable: set[int], now: datetime) -> str:
    """F9: whom no email reaches, or whose notice is not known to have arrived, a person must call."""
    if line.legal is None or line.legal.state not in OWED or not needs_notice(line):
        return ""
    carried = [told for told in line.tellings if told.channel is Channel.EMAIL and told.sent and _answers(line, told)]
    if any(told.lost or now - told.at >= UNCERTAIN_AFTER for told in carried):
        return UNCERTAIN
    return NO_WAY if line.id in unreachable and not carried else ""


def _unclear(line: LineFacts) -> str:
    """Silence is no consent while somebody may have cancelled."""
    return UNCLEAR if line.asked is Asked.UNCLEAR and line.legal and line.legal.state in GOES_ON else ""


def _answers(line: LineFacts, told: Telling) -> bool:
    return line.legal is not None and told.occasion == f"{PROMISE}{line.legal.answers}"

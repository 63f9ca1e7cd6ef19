"""Occasions → groups → ladder → rules → decisions, for one customer. Colour: pure. Called by pipeline.

Purposes are judged from the most important rung down. A purpose that goes out, or will, absorbs on its lines those that
it names; at an address to which something goes in this run, all other purposes wait: deferred, never lost.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notifier.policy.due import Due, due_lines
from notifier.policy.figures import Policy
from notifier.policy.legal import emails_of, legal_turning_points, needs_notice, notice_first, under_the_law
from notifier.policy.lines import cancelled, shipped, start_of, today, turning_points
from notifier.policy.rules import NO_ZONE, RULES, barred_marketplace
from notifier.policy.rulings import Candidate, Hold, Skip, ask
from notifier.terms.decision import WAITS_FOR, Decision, Judgement, Step
from notifier.terms.facts import Address, CustomerFacts, PastContact
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, MessageClass, NoticeKind, Verdict

DEFERRED = timedelta(hours=24)
"""How long a lower rung waits for a higher one at the same address."""

EMAIL_FIRST = "email_first"
"""A text on top whose email is still on its way (RULES.md F9)."""

TEXT_ON_TOP = (Channel.SMS,)
"""The path of a text beside an email of the same purpose."""

_UNSENT = -1
"""The message_id of what this very judgement sends; no row has it."""


@dataclass(slots=True)
class _Tally:
    """What this judgement has found so far. `customer` grows by what is `sent` before rules are asked again, so that
    later caps count it.
    """

    customer: CustomerFacts
    sent: list[PastContact] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    taken: dict[int, str] = field(default_factory=dict)
    absorbed: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    emailed: set[tuple[str, int]] = field(default_factory=set)
    looks: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that one message would be about."""

    purpose: Purpose
    channel: Channel
    notice: NoticeKind
    locale: str
    address: Address | None
    dues: tuple[Due, ...]


def decide(customer: CustomerFacts, purposes: Sequence[Purpose], policy: Policy, now: datetime) -> Judgement:
    """Judge everything that may be said to `customer` at the aware instant `now`.

    `due_at` is the earliest UTC instant at which the answer may differ although no fact changes. What a message told is
    a fact by the next day: then the next news of its lines is looked for. Every purpose must have passed
    `occasions.check_purposes`.
    """
    tally = _climb(customer, ladder(purposes), policy, now)
    for line in tally.customer.lines:
        tally.looks += turning_points(line, policy, now)
        tally.looks += legal_turning_points(line, policy, now)
    if tally.taken:
        tally.looks.append(start_of(today(policy, now) + timedelta(days=1), policy))
    return Judgement(tuple(tally.decisions), min(tally.looks, default=None))


def ladder(purposes: Sequence[Purpose]) -> list[Purpose]:
    """The purposes from the highest rung down, as they are judged."""
    return sorted(purposes, key=lambda purpose: (purpose.rung, purpose.name))


def _climb(customer: CustomerFacts, steps: Sequence[Purpose], policy: Policy, now: datetime) -> _Tally:
    """Judge one purpose after the other: what a later one says changes nothing of what was said before."""
    lines = tuple(sorted(customer.lines, key=lambda line: line.id))
    # As they come from the store they are in order; to copy a customer costs as much as to ask a rule.
    ordered = customer if lines == customer.lines else replace(customer, lines=lines)
    tally = _Tally(under_the_law(ordered, policy, now))
    for purpose in steps:
        for channels in _paths(purpose, customer, policy):
            _judge(tally, purpose, channels, policy, now)
    return tally


def _paths(purpose: Purpose, customer: CustomerFacts, policy: Policy) -> tuple[tuple[Channel, ...], ...]:
    """Channels of which the first that passes wins: preferred, email, text. Email with a text on top is two paths."""
    if purpose.text_on_top:
        return ((Channel.EMAIL,), TEXT_ON_TOP) if policy.texting.on else ((Channel.EMAIL,),)
    if customer.preferred_channel is Channel.SMS:
        return ((Channel.SMS, Channel.EMAIL),)
    return ((Channel.EMAIL, Channel.SMS),)


def _judge(tally: _Tally, purpose: Purpose, channels: Sequence[Channel], policy: Policy, now: datetime) -> None:
    dues, looks = due_lines(tally.customer, purpose, channels[0], policy, now)
    tally.looks += looks
    left = [due for due in dues if purpose.name not in tally.absorbed.get(due.line.id, ())]
    if channels == TEXT_ON_TOP:
        left = [due for due in left if _text_may_follow(tally, purpose, due)]
    for channel in channels:
        if not left:
            return
        tried, left = _split(left, channel, channels, policy)
        for group in _groups(purpose, channel, tried, (policy, now)):
            if not _decide(tally, group, policy, now):
                left += [due for due in group.dues if group.address is not None]


def _split(
    dues: list[Due], channel: Channel, channels: Sequence[Channel], policy: Policy
) -> tuple[list[Due], list[Due]]:
    """The lines to try on `channel` now, and those that another channel may reach."""
    tried, left = [], []
    for due in dues:
        usable = [one for one in channels if due.line.address(one) and (one is Channel.EMAIL or policy.texting.on)]
        named = usable or [one for one in channels if due.line.address(one)] or list(channels[:1])
        on_top = channels == TEXT_ON_TOP
        if channel in named and not (on_top and not usable):
            tried.append(due)
        else:
            left.append(due)
    return tried, left


def _text_may_follow(tally: _Tally, purpose: Purpose, due: Due) -> bool:
    """A text is no notice: where one is demanded, the text only comes on top of its email (RULES.md F9)."""
    if not needs_notice(due.line) or (purpose.name, due.line.id) in tally.emailed:
        return True
    return any(one.occasion == due.why.occasion for one in emails_of(due.line, purpose.name))


def _groups(
    purpose: Purpose, channel: Channel, dues: Sequence[Due], judged: tuple[Policy, datetime]
) -> Iterator[_Group]:
    """One group for each locale, address, law and notice kind (RULES.md F13), as they differ in what silence means.

    Lines of a marketplace, lines that wait for their notice, and lines that the customer asked about stand alone, so
    that they bar no others.
    """
    policy, now = judged
    together: dict[tuple[bool, bool, str, str, str, str, int], list[Due]] = defaultdict(list)
    for due in dues:
        address, law = due.line.address(channel), due.line.law
        barred = barred_marketplace(due.line, purpose, policy), notice_first(due.line, policy, now)
        words = due.notice.value, law.jurisdiction.value if law else "", due.line.asked.value, due.locale
        together[(*barred, *words, address.id if address else 0)].append(due)
    for (*_, locale, _), members in sorted(together.items()):
        members.sort(key=lambda due: due.line.id)
        first = members[0]
        yield _Group(purpose, channel, first.notice, str(locale), first.line.address(channel), tuple(members))


def _decide(tally: _Tally, group: _Group, policy: Policy, now: datetime) -> bool:
    """Decide one group and note it; False where the next channel is worth a try."""
    steps, ruling = _ask(tally, group, policy, now)
    verdict, reason, until = Verdict.SEND, "due", None
    if isinstance(ruling, Hold):
        verdict, reason, until = Verdict.HOLD, ruling.reason, ruling.until
        tally.looks.append(ruling.until)
    elif isinstance(ruling, Skip):
        verdict, reason = Verdict.SKIP, ruling.reason
        if ruling.look_again is not None:
            tally.looks.append(ruling.look_again)
    tally.decisions.append(
        Decision(
            customer_id=tally.customer.id,
            brand=tally.customer.brand,
            locale=group.locale,
            channel=group.channel,
            purpose=group.purpose,
            notice=group.notice,
            address_id=group.address.id if group.address else None,
            lines=tuple(due.why for due in group.dues),
            verdict=verdict,
            reason=reason,
            trace=tuple(steps),
            hold_until=until,
        )
    )
    if verdict is Verdict.SEND:
        _note_sent(tally, group, now)
    if verdict is not Verdict.SKIP:
        for due in group.dues:
            tally.absorbed[due.line.id] |= {*group.purpose.absorbs}
    return verdict is not Verdict.SKIP and reason != NO_ZONE


def _ask(tally: _Tally, group: _Group, policy: Policy, now: datetime) -> tuple[list[Step], Hold | Skip | None]:
    """Ask the rules in order, then the ladder; the first that does not pass decides."""
    if tally.sent:
        tally.customer = replace(tally.customer, contacts=(*tally.customer.contacts, *tally.sent))
        tally.sent.clear()
    lines = tuple(due.line for due in group.dues)
    candidate = Candidate(group.purpose, group.channel, group.address, lines)
    steps, ruling = ask(RULES, candidate, tally.customer, policy, now)
    if ruling is not None:
        return steps, ruling
    higher = tally.taken.get(group.address.id) if group.address else None
    if higher is None or group.purpose.message_class is MessageClass.REQUIRED:
        steps.append(Step("ladder", "pass"))
        return steps, None
    steps.append(Step("ladder", "hold", (("higher", higher),)))
    return steps, Hold(now + DEFERRED, WAITS_FOR + higher)


def _note_sent(tally: _Tally, group: _Group, now: datetime) -> None:
    """Let what is sent count for the rest of this judgement."""
    if group.address is None:
        raise ValueError(f"customer {tally.customer.id}: the rules let a message without an address pass")
    tally.taken.setdefault(group.address.id, group.purpose.name)
    if group.channel is Channel.EMAIL:
        tally.emailed |= {(group.purpose.name, due.line.id) for due in group.dues}
    sent = PastContact(
        _UNSENT,
        now,
        group.channel,
        group.purpose.message_class,
        group.purpose.name,
        group.address.id,
        tally.customer.id,
        orders=tuple(sorted({due.line.order for due in group.dues})),
    )
    tally.sent.append(sent)


@dataclass(frozen=True, slots=True)
class Written:
    """A planned message as it stands in the outbox: by what, why, where to, and about which lines."""

    channel: Channel
    purpose: str
    address_id: int | None
    notice: NoticeKind
    line_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The second judgement. SEND with the lines still due; HOLD with its hour; SKIP: withdraw for `reason`."""

    verdict: Verdict
    reason: str
    line_ids: tuple[int, ...] = ()
    hold_until: datetime | None = None


def still_due(
    customer: CustomerFacts, steps: Sequence[Purpose], policy: Policy, now: datetime, written: Written
) -> Judged:
    """Judge a planned message again at claim, by the very same rules (DESIGN.md, 4).

    `customer` is the customer without this message (`CustomerFacts.without`), `steps` are the `ladder`'s. A message
    that a higher rung now makes wait is withdrawn: plan puts it again when its turn comes.
    """
    lines = set(written.line_ids)
    if written.channel is Channel.SMS and written.notice is not NoticeKind.NONE:
        emails = [one for line in customer.lines if line.id in lines for one in emails_of(line, written.purpose)]
        if not any(one.sent for one in emails):
            return Judged(Verdict.HOLD if emails else Verdict.SKIP, EMAIL_FIRST)
    last = next((place for place, one in enumerate(steps) if one.name == written.purpose), -1)
    alike = [
        one
        for one in _climb(customer, steps[: last + 1], policy, now).decisions
        if (one.channel, one.purpose.name, one.notice) == (written.channel, written.purpose, written.notice)
        and one.address_id == written.address_id
        and any(line.line_id in lines for line in one.lines)
    ]
    if not alike:
        return Judged(Verdict.SKIP, _why_gone(customer, lines, now))
    best = min(alike, key=lambda one: list(Verdict).index(one.verdict))
    kept = tuple(line.line_id for line in best.lines if line.line_id in lines)
    if best.verdict is Verdict.HOLD and best.reason.startswith(WAITS_FOR):
        return Judged(Verdict.SKIP, best.reason, hold_until=best.hold_until)
    return Judged(best.verdict, best.reason, kept if best.verdict is Verdict.SEND else (), best.hold_until)


def _why_gone(customer: CustomerFacts, line_ids: set[int], now: datetime) -> str:
    lines = [line for line in customer.lines if line.id in line_ids]
    if lines and all(shipped(line, now) for line in lines):
        return "shipped"
    if lines and all(cancelled(line, now) for line in lines):
        return "cancelled"
    return "no_longer_due"

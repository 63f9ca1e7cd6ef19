"""What a slip would do to whom, counted: legal kinds, purposes, who cannot be told. Colour: root. Made by slip."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from notifier.pipeline.plan import Batch
from notifier.pipeline.withheld import to_tell
from notifier.queries.masks import shown
from notifier.store.lookup import AnyRow
from notifier.terms.decision import Decision, ToTell
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import Jurisdiction
from notifier.terms.slip import EU, KINDS, NO_LAW, Slip
from notifier.terms.time import EtaRange
from notifier.terms.words import NoticeKind, Verdict

NOW, LATER, NEVER, SILENT = "now", "later", "never", "silent"
"""What becomes of a customer: told at the next plan, told once the hour or the cap allows, not to be reached, nothing
to say."""

FATES = (NOW, LATER, NEVER, SILENT)

MOST_LINES = 100
"""Lines that are listed one by one."""

LETTERS_OF_A_KIND = 2
"""Messages that are shown as customers will read them, of each legal kind, purpose and channel."""


@dataclass(frozen=True, slots=True)
class Position:
    """One position of a purchase order, with its day before (None: none was known)."""

    po: str
    sku: str
    was: date | None


@dataclass(frozen=True, slots=True)
class MovedLine:
    """One order line: the ship dates that are expected before and after (None: no date)."""

    order: str
    line: str
    customer: str
    product: str
    was: EtaRange | None
    now: EtaRange | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One message that is to be shown: what was decided, and the facts."""

    kind: str
    decision: Decision
    customer: CustomerFacts


@dataclass(slots=True)
class SlipLook:
    """What the slip would do, or (with an `id`) has done.

    `kinds` are customers by legal kind and by what becomes of them (FATES), `messages` by purpose and channel; `later`
    and `never` are customers by the reason. `own_dates` are lines whose date of their own gives way to the delivery's.
    `apart`: customers who could not be judged. `moved`: fields of the records that are not as they were.
    """

    slip: Slip
    positions: tuple[Position, ...]
    id: int | None = None
    lines: int = 0
    listed: list[MovedLine] = field(default_factory=list)
    customers: int = 0
    own_dates: int = 0
    apart: int = 0
    moved: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    never: Counter[str] = field(default_factory=Counter)
    news: set[ToTell] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, int]:
        """How many customers are told, by purpose and by kind of notice: what a person's approval is about."""
        names = {(name, one.customer_id) for one in self.news for name in (one.purpose, one.notice) if name}
        return dict(sorted(Counter(name for name, _ in names).items()))

    def of(self, kind: str, fate: str) -> int:
        """Customers of a legal kind of whom this becomes."""
        return self.kinds.get(kind, Counter())[fate]

    def all_of(self, fate: str) -> int:
        """Customers of whom this becomes."""
        return sum(one[fate] for one in self.kinds.values())

    def take(self, batch: Batch, decisions: Sequence[Decision], before: "Before") -> None:
        """Take in some customers, judged after the slip, with what was decided for them."""
        self.apart += len(batch.poison)
        by_customer: dict[int, list[Decision]] = {one: [] for one in batch.facts}
        for one in decisions:
            by_customer[one.customer_id].append(one)
        for customer in batch.facts.values():
            touched = [line for line in customer.lines if before.touches(line)]
            if touched:
                self._take_lines(customer, touched, before)
                ids = {line.id for line in touched}
                about = [one for one in by_customer[customer.id] if any(line.line_id in ids for line in one.lines)]
                self._take_customer(customer, touched, about)

    def _take_lines(self, customer: CustomerFacts, touched: Sequence[LineFacts], before: "Before") -> None:
        self.customers += 1
        self.lines += len(touched)
        for line in touched[: MOST_LINES - len(self.listed)]:
            was, now = before.etas.get(line.id), line.forecast.eta
            self.listed.append(MovedLine(line.order, line.line, shown(customer.key), line.product, was, now))

    def _take_customer(
        self, customer: CustomerFacts, touched: Sequence[LineFacts], decisions: Sequence[Decision]
    ) -> None:
        sends = [one for one in decisions if one.verdict is Verdict.SEND]
        waits = [one for one in decisions if one.verdict is Verdict.HOLD]
        told = [*sends, *waits]
        fate = NOW if sends else LATER if waits else NEVER if decisions else SILENT
        kind = _kind(told or decisions, touched)
        self.kinds.setdefault(kind, Counter())[fate] += 1
        if fate == LATER:
            self.later[waits[0].reason] += 1
        elif fate == NEVER:
            self.never[decisions[0].reason] += 1
        for one in told:
            self.messages[one.purpose.name, one.channel.value] += 1
            self.news.add(to_tell(one))
            self._ask(one, kind, customer)

    def _ask(self, decision: Decision, kind: str, customer: CustomerFacts) -> None:
        """Let it be shown, unless there are enough of its like."""
        if decision.address_id is None:
            return
        alike = (kind, decision.purpose.name, decision.channel)
        there = [one for one in self.asked if (one.kind, one.decision.purpose.name, one.decision.channel) == alike]
        if len(there) < LETTERS_OF_A_KIND:
            self.asked.append(Asked(kind, decision, customer))

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier slip --json` prints."""
        return {
            "id": self.id,
            "po": self.slip.po,
            "sku": self.slip.sku,
            "day": self.slip.day.isoformat() if self.slip.day else None,
            "reason": self.slip.reason,
            "positions": [{"po": one.po, "sku": one.sku, "was": _day(one.was)} for one in self.positions],
            "lines": self.lines,
            "fields": self.moved,
            "lines_with_own_dates": self.own_dates,
            "customers": self.customers,
            "by_kind": {kind: {fate: self.of(kind, fate) for fate in FATES} for kind in KINDS if kind in self.kinds},
            "messages": [
                {"purpose": purpose, "channel": channel, "messages": count}
                for (purpose, channel), count in sorted(self.messages.items())
            ],
            "later": dict(sorted(self.later.items())),
            "never": dict(sorted(self.never.items())),
            "not_judged": self.apart,
        }


@dataclass(frozen=True, slots=True)
class Before:
    """The lines as they were before the slip: ship dates by line id, and which the delivery was to serve."""

    etas: Mapping[int, EtaRange | None]
    served: Collection[int]

    def touches(self, line: LineFacts) -> bool:
        """Whether the slip concerns the line, or moved its place in the queue of deliveries."""
        return line.id in self.served or (line.id in self.etas and self.etas[line.id] != line.forecast.eta)


def positions_of(rows: Sequence[AnyRow]) -> tuple[Position, ...]:
    """The rows of supply, as they are shown."""
    return tuple(Position(one.po, one.sku, one.promised_on) for one in rows)


def _kind(decisions: Sequence[Decision], touched: Sequence[LineFacts]) -> str:
    """The weightiest legal kind: a renewed notice, one without silence as consent, the first one, the EU's, none."""
    notices = {one.notice for one in decisions}
    for notice in (NoticeKind.F5, NoticeKind.F4, NoticeKind.F3):
        if notice in notices:
            return notice.value
    laws = {line.law.jurisdiction for line in touched if line.law and not line.law.exempt}
    return EU if Jurisdiction.EU in laws else NO_LAW


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

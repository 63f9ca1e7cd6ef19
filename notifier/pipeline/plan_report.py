"""What a run of plan decided, counted, and what it would send, shown by samples. Colour: root. Made by plan."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from notifier.pipeline.withheld import is_put_off, to_tell
from notifier.queries.masks import shown
from notifier.standings import Standing
from notifier.terms.decision import Decision, ToTell
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.words import MessageClass, Verdict

SAMPLES = 5


@dataclass(slots=True)
class Showing:
    """What a run would send, for people: samples without an address, and the first deadline of what is required.

    `held` are the customers, by purpose, whose hour has not come yet, or who wait for another reason; `sending` and
    `put_off` say who they all are. What is put off counts among the required ones, too: its deadline is no later.
    """

    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    customers: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    sending: set[ToTell] = field(default_factory=set)
    put_off: set[ToTell] = field(default_factory=set)
    required: int = 0
    deadline: date | None = None

    def take(self, decisions: Sequence[Decision], facts: Mapping[int, CustomerFacts]) -> None:
        """Take in what is sent, and what is held."""
        sends = [one for one in decisions if one.verdict is Verdict.SEND]
        self.customers.update(purpose for purpose, _ in {(one.purpose.name, one.customer_id) for one in sends})
        later = [one for one in decisions if is_put_off(one)]
        self.held.update(purpose for purpose, _ in {(one.purpose.name, one.customer_id) for one in later})
        self.sending |= {to_tell(one) for one in sends}
        self.put_off |= {to_tell(one) for one in later}
        for one in later:
            self._note_required(one, _lines(one, facts[one.customer_id]))
        self.notices.update(kind for kind, _ in {(one.notice.value, one.customer_id) for one in sends if one.notice})
        for one in sends:
            self.messages[one.purpose.name] += 1
            lines = _lines(one, facts[one.customer_id])
            self._note_required(one, lines)
            kept = self.samples.setdefault(one.purpose.name, [])
            if len(kept) < SAMPLES:
                kept.append(_sample(one, facts[one.customer_id].key, lines))

    def _note_required(self, decision: Decision, lines: Sequence[LineFacts]) -> None:
        if decision.purpose.message_class is MessageClass.REQUIRED:
            self.required += 1
            deadlines = [line.legal.deadline for line in lines if line.legal and line.legal.deadline]
            self.deadline = min([*deadlines, *([self.deadline] if self.deadline else [])], default=None)

    def as_json(self) -> dict[str, Any]:
        """What is kept of a stopped run and shown; the samples are spread over the purposes."""
        turns = [[kept[turn] for kept in self.samples.values() if turn < len(kept)] for turn in range(SAMPLES)]
        names = sorted(self.messages)
        return {
            "by_purpose": {one: {"messages": self.messages[one], "customers": self.customers[one]} for one in names},
            "notices": dict(sorted(self.notices.items())),
            "held": {name: count for name, count in sorted(self.held.items()) if name in self.messages},
            "required": self.required,
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "samples": [one for turn in turns for one in turn][:SAMPLES],
        }


def _lines(decision: Decision, customer: CustomerFacts) -> list[LineFacts]:
    wanted = {line.line_id for line in decision.lines}
    return [line for line in customer.lines if line.id in wanted]


def _sample(decision: Decision, customer: str, lines: Sequence[LineFacts]) -> dict[str, Any]:
    return {
        "customer": shown(customer),
        "purpose": decision.purpose.name,
        "channel": decision.channel.value,
        "lines": [_line(line) for line in lines],
    }


def _line(line: LineFacts) -> dict[str, Any]:
    eta = line.forecast.eta
    return {
        "order": line.order,
        "line": line.line,
        "product": line.product,
        "promised": line.promised.isoformat() if line.promised else None,
        "eta_from": eta.first.isoformat() if eta else None,
        "eta_to": eta.last.isoformat() if eta else None,
    }


@dataclass(slots=True)
class PlanReport:
    """What a run decided; all counts are of decisions, `customers` of people about whom something was decided.

    `messaged` are the people written to, `unfinished` those left out because an import has not come to its end. Of a
    person's word: `asked` is what it was asked for, `beside` those to whom something else than what it was about is
    due, `kept_back` how much news it holds back, `later` the customers of it who still wait for their hour.
    `unjudged` are customers about whom nothing could be decided. `pressing` are lines with a legal deadline near, or an
    alarm. `too_large`: why a dry run would stop. `seconds`: how long it took to judge and queue.
    """

    at: datetime
    run: int | None = None
    customers: int = 0
    messaged: int = 0
    unfinished: int = 0
    asked: Showing = field(default_factory=Showing)
    beside: int = 0
    kept_back: int = 0
    later: set[int] = field(default_factory=set)
    unjudged: set[int] = field(default_factory=set)
    too_large: str = ""
    verdicts: Counter[str] = field(default_factory=Counter)
    purposes: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    showing: Showing = field(default_factory=Showing)
    pressing: list[Standing] = field(default_factory=list)
    seconds: float = 0.0

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
            "stopped": False,
            "would_stop": self.too_large,
            "customers": self.customers,
            "messaged": self.messaged,
            "unfinished": self.unfinished,
            "decisions": {word: self.verdicts[word] for word in words},
            "by_purpose": {name: {word: c[word] for word in words} for name, c in sorted(self.purposes.items())},
            "by_reason": dict(sorted(self.reasons.items())),
        }

    @property
    def counts(self) -> dict[str, float]:
        """What is kept of the run."""
        sends, holds, skips = (self.verdicts[word] for word in (Verdict.SEND, Verdict.HOLD, Verdict.SKIP))
        people = {"customers": self.customers, "messaged": self.messaged}
        return people | {"sends": sends, "holds": holds, "skips": skips, "seconds": round(self.seconds, 3)}

"""What a rule is asked, what it answers, and what several say together. Colour: pure.

Used by rules, by the modules that hold single rules, and by those that ask them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from notifier.policy.figures import Policy
from notifier.terms.decision import Step
from notifier.terms.facts import Address, CustomerFacts, LineFacts
from notifier.terms.incoming import Road
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, MessageClass, Verdict

Saw = tuple[tuple[str, str], ...]
"""What a rule saw, by name: it goes into the trace and carries no name, no address and no wording."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The reply that a message acknowledges.

    `told_by_provider`: the provider has confirmed it already (RULES.md S4). `changed`: it changed something; `asked`:
    it asked something that we know; `confirms_opt_out`: this message confirms an opt-out, `again` one that stood
    before. `lately` are the acknowledgements to this address in the last day. `must`: the law asks for it (U6).
    """

    received_at: datetime
    road: Road
    told_by_provider: bool = False
    changed: bool = False
    asked: bool = False
    confirms_opt_out: bool = False
    again: bool = False
    lately: int = 0
    must: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that is due: purpose, channel, the address (None: the order has none) and the lines it is about.

    `answers` is set where it acknowledges a reply.
    """

    purpose: Purpose
    channel: Channel
    address: Address | None
    lines: tuple[LineFacts, ...]
    answers: Answers | None = None

    @property
    def required_email(self) -> bool:
        """A required notice by email passes caps, opt-outs and quiet hours (RULES F12)."""
        return self.channel is Channel.EMAIL and self.purpose.message_class is MessageClass.REQUIRED


@dataclass(frozen=True, slots=True)
class Pass:
    """The rule has nothing against it."""

    saw: Saw = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: judge again at `until` (UTC, later than now)."""

    until: datetime
    reason: str
    saw: Saw = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Not by this address; `look_again` is set where time alone may cure it."""

    reason: str
    saw: Saw = ()
    look_again: datetime | None = None


Ruling = Pass | Hold | Skip
Check = Callable[[Candidate, CustomerFacts, Policy, datetime], Ruling]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name, with a sentence for people, the settings that it reads (as settings.toml writes them, with their
    sections) and the RULES.md ids that it keeps.
    """

    name: str
    sentence: str
    reads: tuple[str, ...]
    check: Check
    ids: tuple[str, ...] = ()


class Ruled(NamedTuple):
    """What the rules say together; `until` is when to look again (UTC), where time alone may change it."""

    verdict: Verdict
    reason: str
    until: datetime | None
    trace: tuple[Step, ...]


def ask(
    rules: Iterable[Rule], candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime
) -> tuple[list[Step], Hold | Skip | None]:
    """Ask the rules in order until one does not pass: its ruling, and a step for each that was asked."""
    steps: list[Step] = []
    for rule in rules:
        ruling = rule.check(candidate, customer, policy, now)
        if isinstance(ruling, Pass):
            steps.append(Step(rule.name, "pass", ruling.saw))
            continue
        steps.append(Step(rule.name, "hold" if isinstance(ruling, Hold) else "skip", ruling.saw))
        return steps, ruling
    return steps, None


def rule_by(
    rules: Iterable[Rule], candidate: Candidate, customer: CustomerFacts, policy: Policy, now: datetime
) -> Ruled:
    """What `rules` say of a candidate that nothing else competes with."""
    steps, ruling = ask(rules, candidate, customer, policy, now)
    if ruling is None:
        return Ruled(Verdict.SEND, "due", None, tuple(steps))
    if isinstance(ruling, Hold):
        return Ruled(Verdict.HOLD, ruling.reason, ruling.until, tuple(steps))
    return Ruled(Verdict.SKIP, ruling.reason, ruling.look_again, tuple(steps))

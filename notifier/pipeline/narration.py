"""Decisions, messages and contacts as paragraphs that a support person can read aloud. Colour: root.

Called by pipeline.explain. What stands here comes from the log alone: no body, no address.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.outbox.doubt import MAYBE_DOUBLE
from notifier.pipeline.found_words import later, looked, settled_by, twice
from notifier.pipeline.heard_words import told_action, told_reply
from notifier.pipeline.reasons import because
from notifier.pipeline.seen import notice_words, plain, seen
from notifier.pipeline.wording import (
    NO_DATE,
    PROVIDER,
    WallClock,
    kind_of_message,
    listed,
    orders_of,
    span,
    way,
    why_due,
)
from notifier.queries.heard import ActionTold, ReplyTold
from notifier.queries.stories import Chapter, ContactTold, DecisionTold, MessageTold, PromiseMade, RuleSeen
from notifier.store.holds import CALL
from notifier.terms.incoming import RECEIVED
from notifier.terms.law import ANSWER
from notifier.terms.time import EPOCH
from notifier.terms.words import (
    TELLS_NOBODY,
    DeliveryMode,
    Direction,
    HoldReason,
    MessageState,
    Outcome,
    Verdict,
)

_GONE = frozenset({MessageState.HANDED_OFF, MessageState.ACCEPTED, MessageState.REFUSED, MessageState.UNKNOWN})

_WRITTEN = "written"
"""The folder channel's code: nothing left the machine."""


def paragraphs(chapter: Chapter, clock: WallClock) -> list[str]:
    """The chapter in the order of time, one paragraph for each thing that was decided, said or heard."""
    return [one.words for one in happenings(chapter, clock)]


Thing = DecisionTold | MessageTold | ReplyTold | ActionTold | ContactTold | PromiseMade


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was decided, said or heard at `at`, in `words`; a decision that sent has its `message`."""

    at: datetime
    words: str
    of: Thing
    message: MessageTold | None = None


def happenings(chapter: Chapter, clock: WallClock, *, brief: bool = False) -> list[Happening]:
    """The same, each paragraph with what it is about; `brief`: the rules that were passed are left out."""
    found = sorted(_Teller(chapter, clock, brief).events(), key=lambda one: one.at)
    return [replace(one, words=_printable(one.words)) for one in found]


def again(due_at: datetime | None, clock: WallClock) -> list[str]:
    """When plan looks at the customer again, as the last paragraph; none where only new facts can change anything."""
    if due_at is None:
        return []
    when = "at the next plan" if due_at == EPOCH else f"on {clock.at(due_at)}, or by the first plan after it"
    return [f"The customer is looked at again {when}."]


class _Teller:
    """Tells each message once: with the decision that made it, else on its own."""

    def __init__(self, chapter: Chapter, clock: WallClock, brief: bool) -> None:
        self._chapter = chapter
        self._brief = brief
        self._clock = clock
        self._messages = {one.id: one for one in chapter.messages}
        self._promises: dict[int | None, list[PromiseMade]] = defaultdict(list)
        for promise in chapter.promises:
            self._promises[promise.message if promise.message in self._messages else None].append(promise)

    def events(self) -> Iterator[Happening]:
        """Everything, in no order."""
        decided = {one.message for one in self._chapter.decisions}
        for decision in self._chapter.decisions:
            message = self._messages.get(decision.message) if decision.message is not None else None
            yield Happening(decision.at, self._decision(decision), decision, message)
        for message in self._chapter.messages:
            if message.id not in decided:
                yield Happening(message.queued_at, self._message(message), message, message)
        for reply in self._chapter.replies:
            yield Happening(reply.at, told_reply(reply, self._clock), reply)
        for action in self._chapter.actions:
            yield Happening(action.at, told_action(action, self._clock), action)
        for contact in self._chapter.contacts:
            if contact.message not in self._messages and contact.purpose != RECEIVED:
                yield Happening(contact.at, self._contact(contact), contact)
        for promise in self._promises[None]:
            yield Happening(promise.told_at, self._promise(promise), promise)

    def _decision(self, decision: DecisionTold) -> str:
        kind = kind_of_message(decision.purpose, decision.channel) + notice_words(decision.notice)
        what = f"{kind} about {orders_of(line.order for line in decision.lines)}"
        why = why_due(decision.lines, decision.purpose, self._clock.day_of(decision.at))
        when = f"On {self._clock.at(decision.at)} the bot"
        if decision.verdict == Verdict.SEND:
            return self._sent(decision, when, f"{what}: {why}" if why else what)
        what += f" ({why})" if why else ""
        if decision.verdict == Verdict.HOLD:
            until = f" until {self._clock.at(decision.hold_until)}" if decision.hold_until else ""
            head = f"{when} waited with {what}{until}, because {because(decision.reason)}."
        else:
            head = f"{when} did not write {what}, because {because(decision.reason)}."
        return " ".join(filter(None, (head, _rules(decision.trace, self._brief), self._again(decision))))

    def _sent(self, decision: DecisionTold, when: str, what: str) -> str:
        message = self._messages.get(decision.message) if decision.message is not None else None
        verb = "wrote" if message is not None and message.state in _GONE else "decided to write"
        fate = self._fate(message, decision.at) if message is not None else ""
        return " ".join(filter(None, (f"{when} {verb} {what}.", _rules(decision.trace, self._brief), fate)))

    def _again(self, decision: DecisionTold) -> str:
        if decision.times < 2:
            return ""
        return f"It came to the same {decision.times} times, the last time on {self._clock.at(decision.last_at)}."

    def _message(self, message: MessageTold) -> str:
        kind = kind_of_message(message.purpose, message.channel)
        about = orders_of(line.order for line in message.lines)
        head = f"On {self._clock.at(message.queued_at)} {kind} about {about} was queued."
        return f"{head} {self._fate(message, message.queued_at)}"

    def _fate(self, message: MessageTold, since: datetime) -> str:
        """What became of a message; instants on the day of `since` are told by the hour alone."""
        return " ".join(filter(None, (self._state(message, since), later(message, self._clock, since), twice(message))))

    def _state(self, message: MessageTold, since: datetime) -> str:
        provider = PROVIDER.get(message.channel, "the provider")
        settled = f" {self._clock.then(message.settled_at, since)}" if message.settled_at else ""
        handed = f" {self._clock.then(message.handed_off_at, since)}" if message.handed_off_at else ""
        tries = f" It took {len(message.attempts)} tries." if len(message.attempts) > 1 else ""
        proof, lost = settled_by(message), f"Handed to {provider}{handed}, but no answer came"
        match MessageState(message.state):
            case MessageState.ACCEPTED:
                sent = f"{lost}. Settled{settled}: {proof}." if proof else self._accepted(message, provider, settled)
                said = f"{sent}{tries} {self._told(message, since)}"
            case MessageState.REFUSED:
                refused = f"Refused by {provider}{settled}, because {because(message.reason)}."
                said = f"{f'{lost}. Settled{settled}: {proof}.' if proof else refused}{tries}"
            case MessageState.UNKNOWN:
                said = f"{lost}: nobody knows whether it arrived.{tries} {looked(message, self._clock, since)}".strip()
            case MessageState.HANDED_OFF:
                said = f"Handed to {provider}{handed}; the answer is not there yet.{tries}"
            case MessageState.WITHDRAWN:
                again = " once more" if message.maybe_double else ""
                said = f"It was withdrawn{settled} and not sent{again}, because {because(message.reason)}."
            case MessageState.HELD:
                said = f"It was held back{settled}, because {because(message.reason)}; a person must see to it."
            case MessageState.TAKEN_OVER:
                said = f"It was not sent{settled}, because {because(message.reason)}: it counts as told."
            case MessageState.QUEUED | MessageState.CLAIMED:
                said = self._waiting(message, provider, since)
        return said

    def _accepted(self, message: MessageTold, provider: str, settled: str) -> str:
        if message.mode == DeliveryMode.SHADOW:
            return f"It would have been sent{settled}; in mode shadow nothing is."
        last = message.attempts[-1] if message.attempts else None
        if last is not None and (last.outcome, last.code) == (Outcome.ACCEPTED, _WRITTEN):
            said = f"Written to the folder{settled}, not sent."
        else:
            said = f"Accepted by {provider}{settled}."
        return (
            said
            if message.mode != "redirect"
            else f"{said} It went to the shop's redirect address, not to the customer."
        )

    def _waiting(self, message: MessageTold, provider: str, since: datetime) -> str:
        if not message.attempts:
            return "It waits in the outbox."
        if message.reason == MAYBE_DOUBLE:
            return f"It waits in the outbox to go once more, because {because(message.reason)}."
        again = self._clock.then(message.not_before, since)
        tries = f"{len(message.attempts)} tries" if len(message.attempts) > 1 else "one try"
        return f"After {tries} {provider} has not taken it yet, because {because(message.reason)}; next try {again}."

    def _told(self, message: MessageTold, since: datetime) -> str:
        if message.mode in TELLS_NOBODY:
            return ""
        promises = {(one.order, one.line): one for one in self._promises[message.id]}
        if not promises:
            return "It told no date."
        near, by_dates = self._clock.day_of(since), defaultdict(list)
        for key in dict.fromkeys([*promises, *((line.order, line.line) for line in message.lines)]):
            promise = promises.get(key)
            dates = span(promise.eta_from, promise.eta_to, near) if promise else NO_DATE
            by_dates[dates].append(key[0])
        if len(by_dates) == 1:
            return f"It told {next(iter(by_dates))} as the day of shipping."
        told = listed([f"{dates} for {orders_of(orders)}" for dates, orders in by_dates.items()], "other dates")
        return f"As days of shipping it told {told}."

    def _contact(self, contact: ContactTold) -> str:
        if contact.channel == CALL:
            complained = " and complained" if contact.purpose == HoldReason.COMPLAINT else ""
            said = f": {contact.summary}" if contact.purpose == ANSWER else ""
            call = f"the customer called{complained}{said}"
            return f"On {self._clock.at(contact.at)} {call}; {contact.actor} wrote it down."
        ours = "the bot" if contact.actor == "bot" else contact.actor
        who = "the customer" if contact.direction == Direction.IN else ours
        what = f": {contact.summary}" if contact.summary else "."
        return f"On {self._clock.at(contact.at)} {who} wrote by {way(contact.channel)}{what}"

    def _promise(self, promise: PromiseMade) -> str:
        dates = span(promise.eta_from, promise.eta_to, self._clock.day_of(promise.told_at))
        line = f"order {promise.order}, line {promise.line}"
        return f"On {self._clock.at(promise.told_at)} the customer was told {dates} for {line}."


def _rules(trace: Sequence[RuleSeen], brief: bool) -> str:
    passed = "" if brief else ", ".join(plain(step.rule) for step in trace if step.result == "pass")
    words = f"Rules passed: {passed}." if passed else ""
    for step in trace:
        if step.result != "pass":
            saw = ", ".join(seen(step.rule, name, value) for name, value in step.saw)
            words += f" Decided by the rule {plain(step.rule)}{f' ({saw})' if saw else ''}."
    return words.strip()


def _printable(words: str) -> str:
    """One line without control characters: keys and subjects come from outside, and this goes to a terminal."""
    line = " ".join(words.split())
    return line if line.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in line)

"""What is wrong with the shop, each thing a sentence with what to type, the gravest first. Colour: root.

Called by cli.glance and pipeline.today, on what `glance` saw. Only what needs a person is trouble: a pause is a
person's word, and what waits for its hour or its next try is at work. ops/alerts.yml says the same to Prometheus.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from notifier.pipeline.glance import Glance
from notifier.terms.route import Standing, route_name
from notifier.terms.time import span
from notifier.terms.words import Channel, MessageState, Outcome, Rung

LATE = timedelta(minutes=15)
"""How long a required message, or any while nobody works, may wait once it could go."""

UNKNOWN_LATE = timedelta(minutes=30)
"""How long evidence may take to settle an unknown message."""

NOT_TAKEN_IN = timedelta(minutes=5)
"""How long a text that came may wait to be read by the program: usually it takes no second."""

UNREAD = timedelta(days=1)
"""How long a customer waits for a person before it is trouble."""

NO_PLAN = timedelta(hours=1)
"""How long no plan may end, or three times as long as the clockwork takes, if that is longer."""

REFUSED_SHARE = 0.1
"""Of the last hour's answers."""

ANSWERS = 20
"""Fewer say nothing about a share."""


class About(StrEnum):
    """What kind of thing needs a person."""

    UNSAFE = "unsafe"
    RUN = "run"
    LAW = "law"
    ALARM = "alarm"
    TEXT = "text"
    REPLY = "reply"
    ACTION = "action"
    UNKNOWN = "unknown"
    HELD = "held"
    ROUTE = "route"
    QUEUE = "queue"
    REFUSED = "refused"
    SOURCE = "source"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and the command that shows or mends it; empty where `what` names it already.

    `number` says how many things `what` counts; 0 where it counts none.
    """

    about: About
    what: str
    remedy: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}" if self.remedy else self.what


def troubles(seen: Glance) -> list[Trouble]:
    """Everything that needs a person."""
    looks: list[Callable[[Glance], Iterator[Trouble]]] = [
        _unsafe, _stopped, _withheld, _legal, _texts, _replies, _actions, _unknown, _held, _resting, _late, _idle,
        _refused, _sources, _no_plan,
    ]  # fmt: skip
    return [one for look in looks for one in look(seen)]


def _unsafe(seen: Glance) -> Iterator[Trouble]:
    if seen.unsafe is not None:
        words = str(seen.unsafe)
        yield Trouble(About.UNSAFE, f"{words[:1].upper()}{words[1:]}", "")


def _stopped(seen: Glance) -> Iterator[Trouble]:
    for run in seen.outbox.stopped:
        yield Trouble(About.RUN, f"Run {run} was stopped and waits for a word", "Type: notifier runs", 1)


def _withheld(seen: Glance) -> Iterator[Trouble]:
    for one in seen.outbox.withholding:
        if one.by_law:
            words = withheld_words(one.run, one.customers, one.by_law)
            yield Trouble(About.RUN, words, f"Type: notifier approve {one.run} --required-only", one.by_law)


def withheld_words(run: int, customers: int, by_law: int) -> str:
    """What a run holds back, for how many customers and for how many by law; without a full stop."""
    what = f"what the law requires for {_count(by_law, 'customer')}" if by_law else ""
    news = f"news for {_count(customers, 'customer')}"
    return f"Run {run} holds back {what or news}, until somebody approves it"


def _legal(seen: Glance) -> Iterator[Trouble]:
    if seen.outbox.overdue:
        many = seen.outbox.overdue
        what = f"{_count(many, 'order line')} should have been told of a delay by now, and {_was(many)} not"
        yield Trouble(About.LAW, what, "Type: notifier deadlines", many)
    if alarms := sum(seen.outbox.alarms.values()):
        what = f"The law wants a person to see to {_count(alarms, 'order line')}"
        yield Trouble(About.ALARM, what, "Type: notifier deadlines", alarms)


def _texts(seen: Glance) -> Iterator[Trouble]:
    since, count = seen.outbox.texts.since, seen.outbox.texts.count
    if since is not None and seen.at - since > NOT_TAKEN_IN:
        what = f"{_count(count, 'text')} of customers came and {_was(count)} not taken in, the oldest"
        remedy = "Is notifier web, or run, at work? Its log says why they fail"
        yield Trouble(About.TEXT, f"{what} {span(seen.at - since)} ago", remedy, count)


def _replies(seen: Glance) -> Iterator[Trouble]:
    since, count = seen.outbox.replies.since, seen.outbox.replies.count
    if since is not None and seen.at - since > UNREAD:
        waits = f"{_count(count, 'reply', 'replies')} of customers {'waits' if count == 1 else 'wait'} for a person"
        yield Trouble(About.REPLY, f"{waits}, the oldest for {span(seen.at - since)}", "Type: notifier inbox", count)


def _actions(seen: Glance) -> Iterator[Trouble]:
    since, count = seen.outbox.actions.since, seen.outbox.actions.count
    if since is not None and seen.at - since > UNREAD:
        asked = f"{_count(count, 'action')} that customers asked for {'is' if count == 1 else 'are'} not done"
        yield Trouble(
            About.ACTION, f"{asked}, the oldest after {span(seen.at - since)}", "Type: notifier actions", count
        )


def _unknown(seen: Glance) -> Iterator[Trouble]:
    since, count = seen.outbox.unknown_since, seen.outbox.count(MessageState.UNKNOWN)
    if since is not None and seen.at - since > UNKNOWN_LATE:
        what = f"Nobody knows whether {_count(count, 'message')} went, the oldest {span(seen.at - since)} ago"
        yield Trouble(About.UNKNOWN, what, "Type: notifier unknown list", count)


def _held(seen: Glance) -> Iterator[Trouble]:
    if held := seen.outbox.count(MessageState.HELD):
        what = f"{_count(held, 'message')} cannot be rendered, or lack what the law demands, and are held"
        remedy = "Type: notifier templates check; notifier export messages lists them, with the reason"
        yield Trouble(About.HELD, what, remedy, held)


def _resting(seen: Glance) -> Iterator[Trouble]:
    for channel in Channel:
        if seen.outbox.routes.get(route_name(channel)) is Standing.OPEN:
            what = f"Nothing is sent by {channel}, because its server kept failing; it is tried again by itself"
            yield Trouble(About.ROUTE, what, "If it lasts: notifier check tries the servers")


def _late(seen: Glance) -> Iterator[Trouble]:
    since = seen.outbox.oldest.get(Rung.REQUIRED)
    if since is not None and seen.at - since > LATE and seen.leases:
        what = f"A message that the law requires has waited for {span(seen.at - since)}"
        yield Trouble(About.QUEUE, what, "See what the log of notifier run says; notifier check tries the mail server")


def _idle(seen: Glance) -> Iterator[Trouble]:
    since = min(seen.outbox.oldest.values(), default=None)
    if since is not None and seen.at - since > LATE and not seen.leases and seen.unsafe is None:
        yield Trouble(
            About.QUEUE,
            f"Messages have waited for {span(seen.at - since)}, and nobody sends them",
            "Type: notifier run",
        )


def _refused(seen: Glance) -> Iterator[Trouble]:
    accepted, refused = (seen.hour.outcomes.get(one, 0) for one in (Outcome.ACCEPTED, Outcome.REFUSED))
    answers = accepted + refused
    if answers >= ANSWERS and refused > REFUSED_SHARE * answers:
        what = f"{refused} of {answers} messages of the last hour were refused"
        yield Trouble(About.REFUSED, what, "Type: notifier export messages, and see the reasons", refused)


def _sources(seen: Glance) -> Iterator[Trouble]:
    for one in seen.outbox.sources:
        if one.stale:
            since = f"for {span(seen.at - one.new_at)}" if one.new_at else "yet"
            why = f" ({one.error})" if one.error else ""
            what = f"The source {one.name} has given nothing new {since}, so only what is required goes{why}"
            yield Trouble(About.SOURCE, what, "Type: notifier check")


def _no_plan(seen: Glance) -> Iterator[Trouble]:
    plan = seen.outbox.plan
    if plan is None:
        yield Trouble(About.PLAN, "Nothing has been planned yet", "Type: notifier plan, or notifier run")
    elif seen.at - plan.at > max(NO_PLAN, 3 * seen.plan_every) and seen.unsafe is None:
        yield Trouble(About.PLAN, f"The last plan was {span(seen.at - plan.at)} ago", "Type: notifier run")


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _count(count: int, of: str, many: str = "") -> str:
    return f"{count:,} {of if count == 1 else many or f'{of}s'}"

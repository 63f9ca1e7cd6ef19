"""What Prometheus reads: counted by delivery in this process, and looked up in the database. Colour: door.

Built by serving; the one module that knows Prometheus' library. Each metric is described so that a person understands
it, in seconds and counts. A label is a word of a closed list, the name of a configured source, or a route of breakers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notifier.queries.for_people import Waiting
from notifier.queries.outbox_state import OPEN_STATES, OutboxState
from notifier.terms.meter import OTHER, Step, known_code
from notifier.terms.readiness import NotReady
from notifier.terms.route import Standing, route_name
from notifier.terms.words import Channel, Outcome, Rung

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the histograms: from a hand-off on a fast disk to the deadline of a mail."""

MOST_ROUTES = 50
"""Breakers that are told one by one, the worst first; a route is a word of strangers, so there must be an end."""

ALARMS = frozenset(
    """
    no_valid_notice no_way_to_tell notice_uncertain late_when_first_seen no_consent refund_overdue asked_to_cancel
    shipped_despite_cancellation cancellation_unclear
    """.split()
)
"""Words of legal alarms (`pipeline.alarms.HEADINGS`)."""


class Metrics:
    """All that /metrics says; `meter` is what delivery tells its work to."""

    def __init__(self, state: Callable[[], OutboxState | None], not_ready: Callable[[], Iterable[NotReady]]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.meter = Counted(self._registry)
        self._registry.register(_LookedUp(state, not_ready))

    def text(self) -> bytes:
        """The page, in Prometheus' text format."""
        return generate_latest(self._registry)


class Counted:
    """Keeps terms.meter.Meter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"notifier_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"notifier_{name}", text, labels, registry=registry, buckets=SECONDS)

        self._claimed = counter("messages_claimed", "Messages that this process took from the outbox.")
        self._withdrawn = counter("messages_withdrawn", "Messages claimed that were no longer right, and did not go.")
        self._held = counter("messages_held", "Messages claimed that could not be judged or rendered, and were held.")
        self._rendered = counter("messages_rendered", "Messages that this process rendered.")
        self._attempts = counter(
            "deliveries",
            "Attempts to deliver, by channel, by what the provider said, and by the kind of its answer.",
            "channel", "outcome", "code",
        )  # fmt: skip
        self._steps = histogram("step_seconds", "Seconds that one group of messages took in one step.", "step")
        self._sends = histogram(
            "send_seconds", "Seconds from giving one message to a provider to the answer.", "channel"
        )
        self._made: dict[tuple[Channel, Outcome, str], tuple[Counter, Histogram]] = {}
        for step in Step:
            self._steps.labels(step.value)
        for channel in Channel:
            self._sends.labels(channel.value)

    def claimed(self, count: int) -> None:
        """Messages were claimed."""
        self._claimed.inc(max(count, 0))

    def withdrawn(self, count: int) -> None:
        """Messages were no longer right."""
        self._withdrawn.inc(max(count, 0))

    def held(self, count: int) -> None:
        """Messages wait for a person."""
        self._held.inc(max(count, 0))

    def rendered(self, count: int) -> None:
        """Messages were rendered."""
        self._rendered.inc(max(count, 0))

    def took(self, step: Step, seconds: float) -> None:
        """A step ended."""
        self._steps.labels(step.value).observe(seconds)

    def sent(self, channel: Channel, outcome: Outcome, code: str, seconds: float) -> None:
        """An attempt ended."""
        key = (channel, outcome, known_code(code))
        made = self._made.get(key)
        if made is None:
            # To find both by their labels costs more than to count.
            made = self._attempts.labels(channel.value, outcome.value, key[2]), self._sends.labels(channel.value)
            self._made[key] = made
        made[0].inc()
        made[1].observe(seconds)


class _LookedUp(Collector):
    def __init__(self, state: Callable[[], OutboxState | None], not_ready: Callable[[], Iterable[NotReady]]) -> None:
        self._state, self._not_ready = state, not_ready

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing, else the database would be asked before anybody wants to know."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        why = frozenset(self._not_ready())
        text = "1 where this process can do no work, by the reason; all 0: it is ready."
        yield _gauge("not_ready", text, "why", {one.value: int(one in why) for one in NotReady})
        found = self._state()
        if found is not None:
            yield from _of_outbox(found)
            yield from _of_people(found)
            yield from _of_plan(found)


def _of_outbox(found: OutboxState) -> Iterator[GaugeMetricFamily]:
    messages = GaugeMetricFamily(
        "notifier_messages",
        "Messages that something is still to become of, by state and by rung (what they are about).",
        labels=["state", "rung"],
    )
    for state in OPEN_STATES:
        for rung in Rung:
            messages.add_metric([state.value, rung.word], found.messages.get((state, rung), 0))
    yield messages
    text = "Seconds since the longest waiting message of a rung could have gone; 0: none waits."
    waits = {rung.word: _age(found.oldest.get(rung), found.at) for rung in Rung}
    yield _gauge("oldest_queued_age_seconds", text, "rung", waits)
    text = "Seconds since the oldest message was handed off of which nobody knows whether it went; 0: none."
    yield _plain("unknown_oldest_age_seconds", text, _age(found.unknown_since, found.at))
    text = "Circuit breakers by route: 0 closed, 1 half-open (trying again), 2 open (nothing is sent this way)."
    yield _gauge("breaker_state", text, "route", _breakers(found.routes))


BREAKER: Mapping[Standing, float] = {Standing.CLOSED: 0, Standing.TRYING: 1, Standing.RAMPING: 1, Standing.OPEN: 2}


def _breakers(routes: Mapping[str, Standing]) -> dict[str, float]:
    """Every channel, then the worst of the domains in trouble, MOST_ROUTES at most, and the worst of the rest."""
    channels: dict[str, float] = {
        route_name(one): BREAKER[routes.get(route_name(one), Standing.CLOSED)] for one in Channel
    }
    worst = sorted(((-BREAKER[state], name) for name, state in routes.items() if name not in channels))
    shown = {name: -state for state, name in worst[:MOST_ROUTES]}
    rest = {OTHER: -worst[MOST_ROUTES][0]} if len(worst) > MOST_ROUTES else {}
    return channels | shown | rest


def _of_people(found: OutboxState) -> Iterator[GaugeMetricFamily]:
    yield _plain("stopped_runs", "Runs of plan that the brake stopped and that wait for a person.", len(found.stopped))
    yield _plain("pauses", "Pauses in force.", found.pauses)
    yield _plain("replies_waiting", "Replies of customers that a person must read.", found.replies.count)
    yield _plain("replies_oldest_seconds", "How long the oldest of them waits.", _since(found.replies, found.at))
    yield _plain("actions_waiting", "Actions that customers asked for and the shop has not done.", found.actions.count)
    yield _plain("actions_oldest_seconds", "How long the oldest of them waits.", _since(found.actions, found.at))
    yield _plain("texts_waiting", "Texts of customers that came and are still to be taken in.", found.texts.count)
    yield _plain("texts_oldest_seconds", "How long the oldest of them waits.", _since(found.texts, found.at))
    text = "Order lines that a person must see to because of the law on delays, by the reason."
    known = {word: found.alarms.get(word, 0) for word in sorted(ALARMS)}
    rest = sum(count for word, count in found.alarms.items() if word not in ALARMS)
    yield _gauge("legal_alarms", text, "alarm", known | {OTHER: rest})
    yield _plain(
        "notices_overdue", "Notices that have not gone, half a day after their last day by law.", found.overdue
    )


def _since(waiting: Waiting, now: datetime) -> float:
    return _age(waiting.since, now) if waiting.since is not None else 0


def _of_plan(found: OutboxState) -> Iterator[GaugeMetricFamily]:
    plan = found.plan
    if plan is not None:
        yield _plain("last_plan_age_seconds", "Seconds since the last plan.", _age(plan.at, found.at))
        decisions = {"send": plan.sends, "hold": plan.holds, "skip": plan.skips}
        yield _gauge("last_plan_decisions", "Decisions of the last plan, by verdict.", "verdict", decisions)
    if plan is not None and plan.seconds is not None:
        yield _plain("last_plan_seconds", "Seconds that the last plan took.", plan.seconds)
    text = "Seconds since a configured source last gave something new; none where it never did."
    given = {one.name: _age(one.new_at, found.at) for one in found.sources if one.new_at}
    yield _gauge("source_news_age_seconds", text, "source", given)
    text = "1 where a source gave nothing new for longer than its stale_after_hours, so that only required messages go."
    yield _gauge("source_stale", text, "source", {one.name: int(one.stale) for one in found.sources})


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _plain(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"notifier_{name}", text, value=value)


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"notifier_{name}", text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family

"""What /metrics says: labels from closed lists, and a text that a person understands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from notifier.pipeline.alarms import HEADINGS
from notifier.queries.outbox_state import LastPlan, OutboxState, SourceSeen
from notifier.terms.meter import CODES, OTHER, Step
from notifier.terms.readiness import NotReady
from notifier.terms.route import Standing
from notifier.terms.words import Channel, MessageState, Outcome, Rung, RunState, Verdict
from notifier.web.metrics import ALARMS, MOST_ROUTES, Metrics

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
STATE = OutboxState(
    at=NOW,
    messages={(MessageState.QUEUED, Rung.REQUIRED): 3, (MessageState.HELD, Rung.PROGRESS): 1},
    oldest={Rung.REQUIRED: NOW - timedelta(seconds=40)},
    unknown_since=NOW - timedelta(minutes=2),
    stopped=(12,),
    pauses=1,
    alarms={"no_consent": 2, "ann@shop.example.com": 1},
    overdue=1,
    plan=LastPlan(12, NOW - timedelta(minutes=5), RunState.DONE, 1.5, 7, 8, 9),
    sources=(SourceSeen("erp", NOW, NOW - timedelta(hours=1), "", stale=True),),
)
STRANGE = "550 ann@shop.example.com said <b>no</b> to +12125550187"


def metrics(state: OutboxState | None = STATE, why: Iterable[NotReady] = ()) -> Metrics:
    return Metrics(lambda: state, lambda: why)


def samples(found: Metrics) -> Iterator[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(found.text().decode()):
        yield from ((one.name, one.labels, one.value) for one in family.samples)


def value(found: Metrics, name: str, **labels: str) -> float:
    return next(amount for one, its, amount in samples(found) if (one, its) == (f"notifier_{name}", labels))


def busy() -> Metrics:
    """Metrics to which everything was told, with words that are no labels among them."""
    found = metrics(why=[NotReady.RESTORED])
    for channel in Channel:
        for outcome in Outcome:
            found.meter.sent(channel, outcome, "sent", 0.2)
            found.meter.sent(channel, outcome, STRANGE, 0.2)
    for step in Step:
        found.meter.took(step, 0.01)
    return found


ROUTES = {"email", "sms"}
BOUNDED = {
    "channel": {one.value for one in Channel},
    "outcome": {one.value for one in Outcome},
    "code": CODES | {OTHER},
    "step": {one.value for one in Step},
    "state": {one.value for one in MessageState},
    "rung": {one.word for one in Rung},
    "why": {one.value for one in NotReady},
    "alarm": set(HEADINGS) | {OTHER},
    "verdict": {one.value for one in Verdict},
    "source": {"erp"},
    "route": ROUTES,
}


def test_every_label_is_a_word_of_a_closed_list() -> None:
    strange = [
        (name, key, word)
        for name, labels, _ in samples(busy())
        for key, word in labels.items()
        if key != "le" and word not in BOUNDED[key]
    ]
    assert strange == []


def test_what_a_stranger_says_makes_no_more_than_one_series() -> None:
    found = metrics()
    for number in range(500):
        found.meter.sent(Channel.EMAIL, Outcome.REFUSED, f"x{number}", 0.1)
    assert value(found, "deliveries_total", channel="email", outcome="refused", code=OTHER) == 500


def breakers(routes: dict[str, Standing]) -> dict[str, float]:
    found = samples(metrics(replace(STATE, routes=routes)))
    return {labels["route"]: amount for name, labels, amount in found if name == "notifier_breaker_state"}


def test_only_so_many_routes_are_told_one_by_one_the_worst_first() -> None:
    many = {f"email:domain{number:03}.example": Standing.RAMPING for number in range(MOST_ROUTES + 20)}
    found = breakers(many | {"email:zebra.example": Standing.OPEN})
    assert (len(found), found["email:zebra.example"], found[OTHER]) == (2 + MOST_ROUTES + 1, 2, 1)


def test_a_channel_whose_breaker_is_closed_shows_too() -> None:
    assert breakers({"sms": Standing.OPEN}) == {"email": 0, "sms": 2}


def test_every_alarm_that_the_team_hears_of_has_its_word() -> None:
    assert set(HEADINGS) == ALARMS


def test_every_metric_is_described() -> None:
    text = busy().text().decode()
    named = set(re.findall(r"^# TYPE (notifier_\S+)", text, re.MULTILINE))
    assert named == set(re.findall(r"^# HELP (notifier_\S+) \S+ \S+", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("messages", {"state": "queued", "rung": "required"}, 3),
        ("messages", {"state": "queued", "rung": "loyalty"}, 0),
        ("oldest_queued_age_seconds", {"rung": "required"}, 40),
        ("oldest_queued_age_seconds", {"rung": "progress"}, 0),
        ("unknown_oldest_age_seconds", {}, 120),
        ("stopped_runs", {}, 1),
        ("pauses", {}, 1),
        ("legal_alarms", {"alarm": "no_consent"}, 2),
        ("legal_alarms", {"alarm": OTHER}, 1),
        ("notices_overdue", {}, 1),
        ("last_plan_seconds", {}, 1.5),
        ("last_plan_age_seconds", {}, 300),
        ("last_plan_decisions", {"verdict": "hold"}, 8),
        ("source_news_age_seconds", {"source": "erp"}, 3600),
        ("source_stale", {"source": "erp"}, 1),
        ("not_ready", {"why": "restored"}, 0),
    ],
)
def test_what_the_database_says_is_told(name: str, labels: dict[str, str], expected: float) -> None:
    assert value(metrics(), name, **labels) == expected


def test_without_a_database_the_reason_and_the_counters_are_told_all_the_same() -> None:
    found = metrics(None, [NotReady.DATABASE])
    found.meter.claimed(5)
    names = {name for name, _, _ in samples(found)}
    told = (value(found, "not_ready", why="database"), value(found, "messages_claimed_total"))
    assert (told, "notifier_messages" in names) == ((1, 5), False)


def test_nothing_is_asked_of_the_database_before_somebody_reads() -> None:
    asked = []
    Metrics(lambda: asked.append("state"), lambda: asked.append("ready") or ())
    assert asked == []


def test_seconds_of_sending_are_kept_by_channel() -> None:
    found = metrics()
    found.meter.sent(Channel.SMS, Outcome.ACCEPTED, "sent", 0.3)
    assert value(found, "send_seconds_bucket", channel="sms", le="0.5") == 1

"""What needs a person, and what does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.errors import Unsafe
from notifier.pipeline.glance import Glance
from notifier.pipeline.trouble import troubles
from notifier.queries.for_people import Waiting
from notifier.queries.outbox_state import LastHour, LastPlan, Lease, OutboxState, SourceSeen
from notifier.queries.runs import Withholds
from notifier.terms.readiness import NotReady
from notifier.terms.route import Standing
from notifier.terms.words import MessageState, Outcome, Rung, RunState

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STATE = OutboxState(
    at=NOW,
    messages={(MessageState.QUEUED, Rung.REQUIRED): 12},
    oldest={Rung.REQUIRED: NOW - MINUTE},
    unknown_since=None,
    stopped=(),
    pauses=0,
    alarms={},
    overdue=0,
    plan=LastPlan(7, NOW - 5 * MINUTE, RunState.DONE, 1.5, 1, 2, 3),
    sources=(SourceSeen("erp", NOW, NOW, "", stale=False),),
)
WELL = Glance(STATE, LastHour({Outcome.ACCEPTED: 100, Outcome.REFUSED: 5}, True), (), (), 5 * MINUTE)
AT_WORK = (Lease("a:1", 500, NOW + MINUTE),)


def seen(**changes: object) -> Glance:
    return replace(WELL, outbox=replace(STATE, **changes))


def said(glance: Glance) -> list[str]:
    return [str(one) for one in troubles(glance)]


def test_a_shop_at_work_has_no_trouble() -> None:
    assert said(WELL) == []


def test_a_run_that_holds_back_what_the_law_requires_is_trouble_with_the_command() -> None:
    (told,) = said(seen(withholding=(Withholds(7, 5, 3), Withholds(8, 2, 0))))
    assert told == (
        "Run 7 holds back what the law requires for 3 customers, until somebody approves it."
        " Type: notifier approve 7 --required-only"
    )


def test_a_text_that_is_not_taken_in_is_trouble_after_minutes() -> None:
    told = "1 text of customers came and was not taken in, the oldest 6 minutes ago. Is notifier web, or run, at work?"
    assert said(seen(texts=Waiting(1, NOW - 6 * MINUTE)))[0].startswith(told)


def test_a_text_that_has_just_come_is_no_trouble() -> None:
    assert said(seen(texts=Waiting(40, NOW - MINUTE))) == []


def test_a_pause_is_a_persons_word_and_no_trouble() -> None:
    assert said(replace(seen(pauses=1), paused=("everything, by Lee",))) == []


def test_an_unknown_message_that_is_still_being_settled_is_no_trouble() -> None:
    state = seen(messages={(MessageState.UNKNOWN, Rung.PLACED): 1}, unknown_since=NOW - 10 * MINUTE)
    assert said(state) == []


def test_few_refusals_say_nothing_about_a_share() -> None:
    assert said(replace(WELL, hour=LastHour({Outcome.ACCEPTED: 5, Outcome.REFUSED: 5}, True))) == []


def test_a_clockwork_that_plans_rarely_may_take_its_time() -> None:
    plan = replace(STATE.plan, at=NOW - 90 * MINUTE) if STATE.plan else None
    assert said(replace(seen(plan=plan), plan_every=60 * MINUTE)) == []


@pytest.mark.parametrize(
    ("glance", "words", "command"),
    [
        (seen(stopped=(12,)), "Run 12 was stopped", "notifier runs"),
        (seen(overdue=2), "2 order lines should have been told", "notifier deadlines"),
        (seen(alarms={"no_consent": 1}), "a person to see to 1 order line.", "notifier deadlines"),
        (
            seen(messages={(MessageState.UNKNOWN, Rung.PLACED): 3}, unknown_since=NOW - 120 * MINUTE),
            "whether 3 messages went, the oldest 2 hours ago",
            "notifier unknown list",
        ),
        (
            seen(messages={(MessageState.HELD, Rung.PLACED): 1}),
            "1 message cannot be rendered",
            "notifier templates check",
        ),
        (
            replace(seen(oldest={Rung.REQUIRED: NOW - 20 * MINUTE}), leases=AT_WORK),
            "the law requires has waited for 20 minutes",
            "notifier check",
        ),
        (seen(oldest={Rung.LOYALTY: NOW - 20 * MINUTE}), "20 minutes, and nobody sends them", "notifier run"),
        (
            replace(WELL, hour=LastHour({Outcome.ACCEPTED: 80, Outcome.REFUSED: 20}, True)),
            "20 of 100 messages of the last hour were refused",
            "notifier export messages",
        ),
        (
            seen(sources=(SourceSeen("erp", NOW, NOW - 3000 * MINUTE, "no such host", stale=True),)),
            "erp has given nothing new for 2 days",
            "notifier check",
        ),
        (seen(plan=None), "Nothing has been planned yet", "notifier run"),
        (seen(plan=replace(STATE.plan, at=NOW - 130 * MINUTE)), "The last plan was 2 hours ago", "notifier run"),  # type: ignore[type-var]
        (
            replace(
                WELL, unsafe=Unsafe("x", "this shop is not live. Type: notifier go-live --by NAME", NotReady.NOT_LIVE)
            ),
            "This shop is not live",
            "notifier go-live",
        ),
    ],
)
def test_what_needs_a_person_is_told_with_what_to_type(glance: Glance, words: str, command: str) -> None:
    found = said(glance)
    assert len(found) == 1 and words in found[0] and command in found[0]


def test_a_backlog_that_somebody_works_off_is_no_trouble() -> None:
    assert said(replace(seen(oldest={Rung.LOYALTY: NOW - 200 * MINUTE}), leases=AT_WORK)) == []


def test_a_channel_that_rests_is_told_and_a_domain_or_a_ramp_is_not() -> None:
    routes = {"email": Standing.OPEN, "email:gmx.example": Standing.OPEN, "sms": Standing.RAMPING}
    (told,) = said(seen(routes=routes))
    assert told.startswith("Nothing is sent by email")


def test_a_reply_that_waits_for_a_person_for_over_a_day_is_trouble() -> None:
    waiting = seen(replies=Waiting(2, NOW - timedelta(hours=30)))
    assert said(waiting) == ["2 replies of customers wait for a person, the oldest for 30 hours. Type: notifier inbox"]


def test_a_reply_of_today_is_no_trouble() -> None:
    assert said(seen(replies=Waiting(2, NOW - timedelta(hours=3)))) == []


def test_an_action_that_is_not_done_for_over_a_day_is_trouble() -> None:
    found = said(seen(actions=Waiting(1, NOW - timedelta(hours=30))))
    assert found == ["1 action that customers asked for is not done, the oldest after 30 hours. Type: notifier actions"]


@pytest.mark.parametrize(
    ("glance", "number"),
    [
        (seen(stopped=(12,)), 1),
        (seen(overdue=2), 2),
        (seen(alarms={"no_consent": 1, "late": 2}), 3),
        (seen(messages={(MessageState.HELD, Rung.PLACED): 4}), 4),
        (seen(replies=Waiting(5, NOW - timedelta(hours=30))), 5),
        (replace(WELL, hour=LastHour({Outcome.ACCEPTED: 80, Outcome.REFUSED: 20}, True)), 20),
    ],
)
def test_what_a_trouble_counts_is_its_number(glance: Glance, number: int) -> None:
    assert [one.number for one in troubles(glance)] == [number]


def test_a_message_that_waits_too_long_does_not_count_those_whose_time_has_not_come() -> None:
    (late,) = troubles(replace(seen(oldest={Rung.REQUIRED: NOW - 20 * MINUTE}), leases=AT_WORK))
    assert late.number == 0

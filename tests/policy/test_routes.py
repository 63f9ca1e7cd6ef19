"""Rate limits, circuit breaker and ramp: never more than allowed, rest after trouble, slowly back (HOSTILE 53)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.routes import LONGEST_REST, TRIP, Told, admit, after, next_times, told
from notifier.terms.route import Route, Standing
from notifier.terms.words import Outcome

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FAILED, WORKED = Told(True), Told(False)


def seconds(number: float) -> datetime:
    return NOON + timedelta(seconds=number)


@given(
    rate=st.floats(0.2, 50),
    asks=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 40)), min_size=1, max_size=40),
)
def test_in_no_window_more_goes_than_the_rate_and_one_second_of_it(rate: float, asks: list[tuple[float, int]]) -> None:
    route, now, went = Route("email"), 0.0, []
    for pause, wanted in asks:
        now += pause
        found = admit(route, wanted, rate, seconds(now))
        route = found.route
        went.append((now, found.granted))
    for begin, _ in went:
        for end, _ in went:
            if begin <= end:
                inside = sum(number for at, number in went if begin <= at <= end)
                assert inside <= rate * (end - begin) + max(rate, 1) + 1e-6


@given(rate=st.floats(0.2, 50), wanted=st.integers(1, 500))
def test_what_had_to_wait_may_go_when_it_was_told(rate: float, wanted: int) -> None:
    found = admit(Route("email"), wanted, rate, NOON)
    again = admit(found.route, 1, rate, found.next_at + timedelta(milliseconds=1))
    assert again.granted == 1


def test_a_fast_provider_gets_its_whole_rate() -> None:
    route, went = Route("email"), 0
    for tenth in range(101):
        found = admit(route, 100, 20, seconds(tenth / 10))
        route, went = found.route, went + found.granted
    assert went == 20 + 10 * 20


def test_without_limit_and_trouble_everything_goes() -> None:
    assert admit(Route("email"), 1000, 0, NOON).granted == 1000


def open_route(now: datetime = NOON) -> Route:
    return after(Route("email"), [FAILED] * TRIP, now)


def test_failures_in_a_row_open_the_breaker() -> None:
    assert (open_route().standing(NOON), admit(open_route(), 9, 0, NOON).granted) == (Standing.OPEN, 0)


def test_a_success_between_keeps_it_closed() -> None:
    said = [FAILED] * (TRIP - 1) + [WORKED] + [FAILED] * (TRIP - 1)
    assert after(Route("email"), said, NOON).standing(NOON) is Standing.CLOSED


def test_what_was_under_way_when_it_opened_makes_the_rest_no_longer() -> None:
    late = after(open_route(), [FAILED] * 30, seconds(1))
    assert late.rests_until == open_route().rests_until


def test_after_a_rest_one_message_tries_it_whoever_asks() -> None:
    now = seconds(31)
    first = admit(open_route(), 16, 0, now)
    second = admit(first.route, 16, 0, now)
    assert (first.granted, second.granted) == (1, 0)


def test_each_failed_try_doubles_the_rest_up_to_its_longest() -> None:
    route, now, rests = open_route(), NOON, []
    for _ in range(9):
        assert route.rests_until is not None
        rests.append(route.rests_until - now)
        now = route.rests_until
        route = after(admit(route, 1, 0, now).route, [FAILED], now)
    assert [rest.total_seconds() for rest in rests[:4]] == [30, 60, 120, 240]
    assert rests[-1] == LONGEST_REST


def recovered(at: datetime = NOON) -> Route:
    tried = admit(open_route(at - timedelta(seconds=31)), 1, 0, at).route
    return after(tried, [WORKED], at)


def test_after_an_outage_the_rate_doubles_from_one_a_second() -> None:
    went: dict[int, int] = {}
    route = recovered()
    for second in range(140):
        found = admit(route, 10_000, 0, seconds(second))
        route = found.route
        went[second] = found.granted
    assert sum(went[n] for n in range(10)) <= 20
    assert 600 <= sum(went[n] for n in range(60, 70)) <= 1400
    assert went[139] == 10_000


def test_a_ramp_that_fails_rests_longer_than_before() -> None:
    again = after(recovered(), [FAILED] * TRIP, seconds(1))
    assert again.rests_until == seconds(1) + timedelta(seconds=60)


def test_a_limit_holds_within_a_ramp() -> None:
    assert admit(replace(recovered(), works_since=seconds(-80)), 100, 5, NOON).granted == 5


def test_the_providers_own_wish_stops_the_meter_for_so_long() -> None:
    wished = after(Route("sms"), [Told(None, wait=30)], NOON)
    assert (admit(wished, 1, 10, seconds(28)).granted, admit(wished, 1, 10, seconds(30)).granted) == (0, 1)


def test_a_wish_is_kept_where_there_is_no_limit() -> None:
    wished = after(Route("sms"), [Told(None, wait=600)], NOON)
    assert (admit(wished, 8, 0, seconds(599)).granted, admit(wished, 8, 0, seconds(600)).granted) == (0, 8)


def test_a_wish_longer_than_the_rest_makes_the_rest_longer() -> None:
    wished = after(Route("sms"), [FAILED] * (TRIP - 1) + [Told(True, wait=600)], NOON)
    assert (admit(wished, 8, 0, seconds(599)).granted, admit(wished, 8, 0, seconds(600)).granted) == (0, 1)


@pytest.mark.parametrize(
    ("outcome", "code", "provider", "domain"),
    [
        (Outcome.ACCEPTED, "sent", False, False),
        (Outcome.REFUSED, "bad_recipient", False, False),
        (Outcome.DEFERRED, "no_connection", True, None),
        (Outcome.DEFERRED, "auth", True, None),
        (Outcome.DEFERRED, "bad_sender", False, None),
        (Outcome.UNKNOWN, "no_answer", True, None),
        (Outcome.DEFERRED, "greylisted", False, None),
        (Outcome.DEFERRED, "try_later", False, True),
        (Outcome.DEFERRED, "lease_over", None, None),
        (Outcome.REFUSED, "not_in_only_to", None, None),
    ],
)
def test_a_result_blames_whom_it_is_about(outcome: Outcome, code: str, provider: bool, domain: bool) -> None:
    assert (told(outcome, code, domain=False), told(outcome, code, domain=True)) == (provider, domain)


def test_what_waits_comes_back_one_after_the_other() -> None:
    found = admit(open_route(), 3, 2, NOON)
    times = next_times(found, 2, 3)
    assert [(at - seconds(30)).total_seconds() for at in times] == [0, 0.5, 1]


@given(st.lists(st.sampled_from(["fail", "work", "ask", "wait"]), max_size=120))
def test_whatever_happens_a_route_is_asked_again_within_its_longest_rest(story: list[str]) -> None:
    route, now = Route("email"), NOON
    acts: dict[str, Callable[[Route], Route]] = {
        "fail": lambda one: after(one, [FAILED], now),
        "work": lambda one: after(one, [WORKED], now),
        "ask": lambda one: admit(one, 5, 0, now).route,
        "wait": lambda one: one,
    }
    for act in story:
        route = acts[act](route)
        now += timedelta(seconds=20 if act == "wait" else 0.1)
    assert admit(route, 1, 0, now + LONGEST_REST).granted == 1

"""How fast a way out is fed, and when it rests: rate limit, circuit breaker, ramp after an outage. Colour: pure.

Called by pipeline in the transactions of the hand-off and of the settling, so that what is said here holds over all
workers together. A route is a provider (its channel) or, for email, one domain of recipients behind it.

The rate is a leaky bucket as a meter (GCRA, ITU-T I.371): one instant tells all, and it never lets more go in any
window of a second than twice the rate. The breaker opens after TRIP failures in a row, lets one message try after a
while that doubles from time to time, and after its success the rate doubles every DOUBLING from SLOWEST upwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier.terms.route import Route, Standing
from notifier.terms.words import Outcome

TRIP = 5
"""Failures in a row after which a route rests."""

FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)

SLOWEST, FAST_ENOUGH = 1.0, 500.0
"""Messages a second with which the ramp begins, and with which it ends."""

DOUBLING = timedelta(seconds=10)

_PROVIDER = frozenset(
    "auth server_refuses_us no_connection timed_out tls_failed rate_limited server_full no_answer provider_error"
    " disk_full folder_unwritable".split()
)
"""Codes that say that the provider, or our way to it, is in trouble. A sender it refuses is one brand's trouble."""

_DOMAIN = frozenset("try_later rate_limited server_full".split())
"""Codes with which a relay passes on what the recipients' own server said."""


_OURS = frozenset(
    "lease_over window_over not_in_only_to bad_address too_large needs_smtputf8 needs_8bitmime sender_failed".split()
)
"""Codes that are found before anybody is asked."""


@dataclass(frozen=True, slots=True)
class Admission:
    """How many may go at once, and when the next one may."""

    granted: int
    next_at: datetime
    route: Route


def admit(route: Route, wanted: int, limit: float, now: datetime) -> Admission:
    """How many of `wanted` messages may go at `now`; `limit` is messages a second, 0: no limit.

    Who tries an open route after its rest takes the only try: the next one comes after another rest.
    """
    standing = route.standing(now)
    if standing is Standing.OPEN:
        return Admission(0, route.rests_until or now, route)
    if standing is Standing.TRYING:
        tried = replace(route, rests_until=now + _rest(route.rests - 1), tried_at=now)
        return Admission(min(wanted, 1), tried.rests_until or now, tried)
    ramp = _ramp(route, now)
    if ramp >= FAST_ENOUGH:
        route, ramp = replace(route, works_since=None), 0.0
    rate = min(filter(None, (limit, ramp)), default=0.0)
    if rate:
        return _metered(route, wanted, rate, now)
    wished = route.free_at is not None and route.free_at > now
    return Admission(0, route.free_at or now, route) if wished else Admission(wanted, now, route)


def _metered(route: Route, wanted: int, rate: float, now: datetime) -> Admission:
    one, burst = timedelta(seconds=1 / rate), timedelta(seconds=max(1.0, 1 / rate))
    begins = max(route.free_at or now, now)
    room = int((now + burst - begins) / one)
    granted = max(0, min(wanted, room))
    free_at = begins + granted * one
    return Admission(granted, max(now, free_at + one - burst), replace(route, free_at=free_at))


def next_times(admission: Admission, limit: float, count: int) -> list[datetime]:
    """When `count` messages that had to wait may be looked at again: one after the other, not all at once."""
    rate = limit or FAST_ENOUGH
    return [admission.next_at + timedelta(seconds=place / rate) for place in range(count)]


def _ramp(route: Route, now: datetime) -> float:
    """Messages a second that a route may get which works again; 0 for one that always did."""
    if route.works_since is None:
        return 0.0
    doublings = min(max((now - route.works_since) / DOUBLING, 0.0), 60.0)
    return float(SLOWEST * 2.0**doublings)


def _rest(rests: int) -> timedelta:
    doubled: timedelta = FIRST_REST * 2 ** min(max(rests, 0), 10)
    return min(doubled, LONGEST_REST)


@dataclass(frozen=True, slots=True)
class Told:
    """What one result tells of a route: `failed` None says nothing; `wait` in seconds is the provider's own wish."""

    failed: bool | None
    wait: float = 0.0


def told(outcome: Outcome, code: str, *, domain: bool) -> bool | None:
    """Whether a result is a failure of the provider (or of the recipients' `domain`); None: it says nothing of it."""
    if code in (_DOMAIN if domain else _PROVIDER):
        return True
    if code in _OURS or outcome is Outcome.UNKNOWN or (domain and outcome is Outcome.DEFERRED):
        return None
    return False


def after(route: Route, results: Sequence[Told], now: datetime) -> Route:
    """How a route stands after these results, in the order in which they came."""
    for one in results:
        if one.failed:
            route = _failed(route, now)
        elif one.failed is False:
            route = _worked(route, now)
        if one.wait > 0:
            wished = now + timedelta(seconds=one.wait)
            rests_until = max(route.rests_until, wished) if route.rests_until else None
            route = replace(route, free_at=max(route.free_at or wished, wished), rests_until=rests_until)
    return route


def _failed(route: Route, now: datetime) -> Route:
    failures = route.failures + 1
    if route.rests_until is None and failures < TRIP:
        return replace(route, failures=failures)
    if route.rests_until is not None and route.tried_at is None:
        # It was under way when the route was closed.
        return replace(route, failures=failures)
    rests_until = now + _rest(route.rests)
    return Route(route.name, None, failures, rests_until, route.rests + 1)


def _worked(route: Route, now: datetime) -> Route:
    if route.rests_until is None:
        return replace(route, failures=0, rests=route.rests if route.works_since else 0)
    return Route(route.name, None, 0, None, route.rests, None, works_since=now)

"""The occasion of progress messages: half-way, some days before, or at intervals. Colour: pure. Called by occasions."""

# ruff: noqa: ARG001  (the shape of every occasion)

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from notifier.policy.figures import Policy, figure
from notifier.policy.lines import BEFORE, HALF, REWARDED, WAIT, is_open, start_of, times_told, today
from notifier.policy.occurrence import NEVER, Occurrence
from notifier.terms.facts import CustomerFacts, LineFacts, Telling
from notifier.terms.purpose import Purpose
from notifier.terms.time import local_day

QUIET_DAYS = 2
"""Days after any other telling in which a customer needs no word that nothing has changed."""


def waiting(line: LineFacts, customer: CustomerFacts, purpose: Purpose, policy: Policy, now: datetime) -> Occurrence:
    """Half-way between the last news (else the order) and the ETA's last day, then `days_before` it.

    Without a date: every `every_days` since the customer last heard. Never sooner than `every_days` after the last
    one or two days after any other word, and at most `most_without_news` between two pieces of news.
    """
    if line.covered or not is_open(line, now):
        return NEVER
    since = _since_news(line, purpose)
    if len({told.occasion for told in since}) >= figure("most_without_news", purpose, policy):
        return NEVER
    earliest = _earliest(line, purpose, policy)
    marks = list(_marks(line, since, purpose, policy))
    day = today(policy, now)
    due = [key for key, first, last in marks if max(first, earliest) <= day <= last]
    ahead = [max(first, earliest) for _, first, last in marks if day < max(first, earliest) <= last]
    look_again = start_of(min(ahead), policy) if ahead else None
    return Occurrence(due[-1] if due else None, look_again=look_again)


def _since_news(line: LineFacts, purpose: Purpose) -> list[Telling]:
    """The purpose's own tellings since the newest one that had news."""
    own: list[Telling] = []
    for told in line.tellings:
        if told.purpose == purpose.name:
            own.append(told)
        elif told.occasion != REWARDED:
            own.clear()
    return own


def _anchor(line: LineFacts, purpose: Purpose, policy: Policy) -> date:
    news = [told.at for told in line.tellings if told.purpose != purpose.name and told.occasion != REWARDED]
    return local_day(news[-1] if news else line.ordered_at, policy.timezone)


def _earliest(line: LineFacts, purpose: Purpose, policy: Policy) -> date:
    """The first day on which politeness allows another word."""
    every = figure("every_days", purpose, policy)
    return max(
        (
            local_day(told.at, policy.timezone) + timedelta(days=every if told.purpose == purpose.name else QUIET_DAYS)
            for told in line.tellings
        ),
        default=date.min,
    )


def _marks(line: LineFacts, since: list[Telling], purpose: Purpose, policy: Policy) -> Iterator[tuple[str, date, date]]:
    """(key, first day, last day) of each mark not yet told, in order of time."""
    anchor = _anchor(line, purpose, policy)
    eta = line.forecast.eta
    if eta is None:
        heard = local_day(line.told.at if line.told else line.ordered_at, policy.timezone)
        yield f"{WAIT}{times_told(line)}", heard + timedelta(days=figure("every_days", purpose, policy)), date.max
        return
    half = anchor + (eta.last - anchor) // 2
    before = eta.last - timedelta(days=figure("days_before", purpose, policy))
    if anchor < half < before and not any(told.occasion.startswith(HALF) for told in since):
        yield f"{HALF}{eta.last.isoformat()}", half, before - timedelta(days=1)
    if anchor < before and not any(told.occasion.startswith(BEFORE) for told in since):
        yield f"{BEFORE}{eta.last.isoformat()}", before, eta.last

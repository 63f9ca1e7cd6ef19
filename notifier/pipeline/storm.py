"""Pauses a purpose whose messages keep being refused, before the rest meets the same (HOSTILE 54). Colour: root.

Called by the ledger after a settling in which something was refused. What the law requires goes on; the team is told.
"""

from collections.abc import Iterable
from datetime import datetime

from notifier.outbox import answers_of
from notifier.pipeline.house import House
from notifier.pipeline.pauses import pause
from notifier.store.pauses import paused, resumed_at
from notifier.terms.pause import Pause

BY = "notifier"
"""Who paused."""


def pause_what_fails(house: House, purposes: Iterable[str], now: datetime) -> dict[str, str]:
    """Look at these purposes; returns those that are paused now and were not before, and why, in words."""
    found: dict[str, str] = {}
    for purpose in sorted(set(purposes)):
        what = Pause(purpose)
        why = _why(house, what)
        if why:
            pause(house, what, BY, why, now)
            found[purpose] = why
    return found


def _why(house: House, what: Pause) -> str:
    rules = house.storm
    if not rules.percent:
        return ""
    with house.store.read() as tx:
        if any(one in (what, Pause()) or one.purpose == what.purpose for one in paused(tx)):
            return ""
        answers = answers_of(tx, what.purpose, rules.of_last, resumed_at(tx, what))
    refused = len(answers) - sum(answers)
    if len(answers) < rules.of_last or refused * 100 < rules.percent * len(answers):
        return ""
    return f"{refused} of the last {len(answers)} were refused"

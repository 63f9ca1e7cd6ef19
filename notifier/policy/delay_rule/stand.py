"""The one question to the law: where does this line stand? Colour: pure. Called by decide, and by pipeline."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.days import soonest
from notifier.policy.delay_rule.plain import by_promise
from notifier.policy.delay_rule.us_435 import by_us_435
from notifier.terms.facts import LineFacts
from notifier.terms.law import OWED, Jurisdiction, LegalFacts, LegalStanding


def stand(line: LineFacts, figures: DelayFigures, now: datetime) -> LegalStanding | None:
    """Where `line` stands before the law at the aware instant `now`.

    None where no law is asked (`line.law` is None), for an order that is yet to be placed, and for a line that is
    neither open nor shipped nor cancelled, unless its buyer had cancelled it. What an unlawful order of sending could
    bring is decided for the buyer: silence is consent only where F3 says so.
    """
    law = line.law
    if law is None or line.ordered_at > now:
        return None
    covered = law.jurisdiction is Jurisdiction.US_435 and not law.exempt
    found = (by_us_435 if covered else by_promise)(line, law, figures, now)
    if found is None:
        return None
    ahead = soonest(now, found.look_again, *_ahead(line, law))
    return found if ahead == found.look_again else replace(found, look_again=ahead)


def is_issued(line: LineFacts, standing: LegalStanding) -> bool:
    """Whether the notice that `standing` owes exists already, on its way, unknown or failed: never a second (F13).

    The line still owes it, because one that did not arrive is none (F9): a person is told instead.
    """
    if line.law is None or standing.state not in OWED or not standing.notice:
        return False
    return any((one.answers, one.kind) == (standing.answers, standing.notice) for one in line.law.notices)


def _ahead(line: LineFacts, law: LegalFacts) -> Iterator[datetime | None]:
    """Instants of known facts; those that lie ahead will count."""
    yield from (line.shipped_at, line.cancelled_at, law.refunded_at)
    yield from (one.sent_at for one in law.notices)
    yield from (one.at for one in law.answers)
    yield from (one.at for one in line.tellings)

"""When a line can ship, and from which day it counts as unable to ship by its limit. Colour: pure.
Called by us_435 and plain.
"""

from datetime import date, datetime

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.days import begins, plus
from notifier.terms.facts import LineFacts
from notifier.terms.law import LegalFacts


def latest_ship_day(line: LineFacts, figures: DelayFigures, today: date) -> date | None:
    """The last day on which the line is expected to ship; None where nobody knows.

    Stock that covers it ships within `handling_days`. A forecast that is over without a shipment says nothing.
    """
    if line.covered:
        return plus(today, figures.handling_days)
    eta = line.forecast.eta
    return eta.last if eta is not None and eta.last >= today else None


def unable_from(line: LineFacts, limit: date, figures: DelayFigures, today: date, *, first: bool) -> date:
    """The first day on which the line counts as unable to ship by `limit`, should no fact change (F1).

    A known day after the limit counts at once. An unknown one counts when the decision is due, so that the buyer still
    has time to choose: `decide_days` before the limit, or `lead_days` where that is more. `first`: no notice yet.
    """
    if line.covered:
        # Goods on the shelf may leave today. Only a handling of days rules T out, and once only: the day on which they
        # are expected to leave moves on with every day, and would ask for one renewed notice after the other.
        return plus(limit, 2 - max(figures.handling_days, 1)) if first else plus(limit, 1)
    decided = plus(limit, -max(figures.decide_days, figures.lead_days))
    latest = latest_ship_day(line, figures, today)
    if latest is None:
        return decided
    return today if latest > limit else max(plus(latest, 1), decided)


def send_from(law: LegalFacts, deadline: date, figures: DelayFigures) -> datetime:
    """When an owed notice may go: once the dates have settled, but no later than `lead_days` before its deadline."""
    settled = (law.forecast_since or law.first_seen_at) + figures.settle
    return min(settled, begins(plus(deadline, -figures.lead_days), figures.timezone))

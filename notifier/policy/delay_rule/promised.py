"""The promised ship date T of a line (RULES F1, U1). Colour: pure. Called by pipeline when it builds facts."""

from dataclasses import dataclass
from datetime import date, datetime

from notifier.policy.delay_figures import DelayFigures
from notifier.policy.delay_rule.days import plus
from notifier.terms.law import Jurisdiction
from notifier.terms.time import local_day

UNSTATED_DAYS = 30
CREDIT_DAYS = 50
"""F1: where the order states no date, and where the buyer applied to the seller for credit to pay."""


@dataclass(frozen=True, slots=True)
class StatedPromise:
    """What the shop promised at ordering, as it stood then.

    `ship_by` and `deliver_by` are the upper ends of what was stated; `paid_at` is None where nobody knows it.
    """

    ordered_at: datetime
    paid_at: datetime | None = None
    ship_by: date | None = None
    deliver_by: date | None = None
    buyer_credit: bool = False


def promised_ship_date(stated: StatedPromise, jurisdiction: Jurisdiction, figures: DelayFigures) -> date:
    """T as a day in the shop's zone, never before the day of ordering.

    F1: the stated ship date, else the stated delivery less `transit_days`, else 30 days after the order was complete
    (50 on the seller's credit). U1: the agreed delivery counts first, else 30 days from the contract, both less
    `transit_days`, because the law there speaks of delivery.
    """
    ordered = local_day(stated.ordered_at, figures.timezone)
    delivered = plus(stated.deliver_by, -figures.transit_days) if stated.deliver_by else None
    if jurisdiction is Jurisdiction.EU:
        by_law = plus(ordered, UNSTATED_DAYS - figures.transit_days)
        found = delivered or stated.ship_by or by_law
    else:
        completed = local_day(stated.paid_at or stated.ordered_at, figures.timezone)
        by_law = plus(completed, CREDIT_DAYS if stated.buyer_credit else UNSTATED_DAYS)
        found = stated.ship_by or delivered or by_law
    return max(found, ordered)

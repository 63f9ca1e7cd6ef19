"""The ship dates a customer may be told about one line. Colour: pure. Called by pipeline with allocation's coverage.

A customer never reads a date that is past, reversed or beyond belief (HOSTILE 13): then none is known; `why` says so.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from notifier.forecast.allocation import Coverage, Source
from notifier.terms.facts import Eta
from notifier.terms.time import EtaRange


@dataclass(frozen=True, slots=True)
class LineInputs:
    """What the shop itself says of a line: its ship date range, and a promise that it edited after ordering."""

    eta_from: date | None = None
    eta_to: date | None = None
    edited_promise: date | None = None


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """Calendar days from a supply's arrival to shipping, and how many days ahead a date is still believed."""

    handling_days: int = 2
    max_days_ahead: int = 730


def eta_of(line: LineInputs, coverage: Coverage, shop: ShopFigures, today: date) -> Eta:
    """Forecast one line on `today`, a day in the shop's zone.

    The first source that says anything decides: the line's own dates, an edited promise, the supply that serves it
    (its date + handling days). A range that has begun is clipped to begin today.
    """
    first, last, source, origin = _stated(line, coverage, shop)
    if first is None or last is None:
        return Eta(None, "none", origin)
    if first > last:
        return Eta(None, "none", f"{origin} ends on {last} before it begins on {first}")
    if last < today:
        return Eta(None, "none", f"{origin} named {last}, which is over")
    if (last - today).days > shop.max_days_ahead:
        return Eta(None, "none", f"{origin} names {last}, more than {shop.max_days_ahead} days ahead")
    return Eta(EtaRange(max(first, today), last), source, origin)


def turns_on(line: LineInputs, coverage: Coverage, shop: ShopFigures, today: date) -> date | None:
    """The next day on which `eta_of` answers differently although nothing was imported; None when it never does.

    The caller merges it into `LineFacts.changes_at`, so that planning looks again in time.
    """
    first, last, _, _ = _stated(line, coverage, shop)
    if first is None or last is None or first > last or last < today:
        return None
    ahead = (last - today).days
    days = ahead - shop.max_days_ahead if ahead > shop.max_days_ahead else ahead + 1
    return today + timedelta(days=days)


def _stated(line: LineInputs, coverage: Coverage, shop: ShopFigures) -> tuple[date | None, date | None, str, str]:
    if line.eta_from or line.eta_to:
        return line.eta_from or line.eta_to, line.eta_to or line.eta_from, "line", "the line's own date"
    if line.edited_promise:
        return line.edited_promise, line.edited_promise, "promise", "the shop's edited promise"
    day, origin = _by_supply(coverage, shop)
    return day, day, "supply", origin


def _by_supply(coverage: Coverage, shop: ShopFigures) -> tuple[date | None, str]:
    if coverage.source is Source.STOCK:
        return None, "stock covers the line"
    if coverage.supply is None:
        return None, f"no supply covers {coverage.short} of its units" if coverage.short else "no supply is known"
    origin = f"purchase order {coverage.supply.po}"
    if coverage.supply.promised_on is None:
        return None, f"{origin} has no date"
    try:
        return coverage.supply.promised_on + timedelta(days=shop.handling_days), origin
    except OverflowError:
        return None, f"{origin} names {coverage.supply.promised_on}, which is beyond the calendar"

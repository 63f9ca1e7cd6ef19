"""A supplier slipped: whom it concerns and what they would read, then the new day, written by the road of an import.

Colour: root. Called by cli and web. To look changes nothing: all is judged in a transaction that is taken back. To
approve writes the day and wakes the customers; the next plan tells them, and its brake asks nobody about them again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from notifier.errors import Stopped, UsageError
from notifier.forecast.allocation import cover
from notifier.pipeline import legal
from notifier.pipeline.facts import read_facts
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.pipeline.market import Market, read_market
from notifier.pipeline.pauses import under_pauses
from notifier.pipeline.plan import judge_these
from notifier.pipeline.slip_letters import Letter, letters_of
from notifier.pipeline.slip_look import Before, SlipLook, positions_of
from notifier.pipeline.stopped_run import GROWTH
from notifier.pipeline.withheld import hold_withheld
from notifier.records import slips as written
from notifier.records.slips import Moves, Signed, lines_by_id
from notifier.store import slips
from notifier.store.engine import Transaction
from notifier.store.gather import due_customers
from notifier.store.lookup import AnyRow, batches
from notifier.store.unfinished import concerned
from notifier.terms.facts import LineFacts
from notifier.terms.slip import Slip, named
from notifier.terms.time import EtaRange, local_day

CUSTOMERS_A_BATCH = 2000

_OWN = ("eta_from", "eta_to", "promised_edit")
"""What a line says itself of its date, before its delivery is asked."""


def look(house: House, slip: Slip, now: datetime) -> tuple[SlipLook, list[Letter]]:
    """What the slip would do at the UTC instant `now`, and some of its messages, still to be rendered. Stores nothing.

    Raises UsageError where nothing open is called so, Stopped where an import that concerns it is not at its end.
    """
    with house.store.taken_back() as tx:
        asked = _Asked(in_force(tx, under_pauses(tx, house)), slip, Signed("", now, house.sending.mode))
        found = _write(tx, asked)
        letters = letters_of(tx, asked.house, found.asked, now)
    found.id = None
    return found, letters


def approve(house: House, slip: Slip, shown: Mapping[str, int], by: str, now: datetime) -> SlipLook:
    """Write the slip by the word of `by`, who was `shown` so many customers by purpose and kind (`SlipLook.shown`).

    Raises as `look` does, UsageError where it moves nothing, and Stopped where of any kind more than that and a tenth
    would be told.
    """
    with house.store.write() as tx:
        found = _write(tx, _Asked(in_force(tx, under_pauses(tx, house)), slip, Signed(by, now, house.sending.mode)))
        if not found.moved:
            raise UsageError("your records say so already, so there is nothing to write down")
        grown = [
            f"{name} from {shown.get(name, 0)} to {count} customers"
            for name, count in found.shown.items()
            if count > ceil(shown.get(name, 0) * GROWTH)
        ]
        if grown:
            raise Stopped(
                f"it concerns more than when it was shown ({', '.join(grown)}), so nothing was done."
                " Look at it again, and approve it then"
            )
        slips.keep_news(tx, found.id or 0, found.news)
        written.keep_count(tx, found.id or 0, found.customers)
    return found


def undo(house: House, slip_id: int, by: str, now: datetime) -> int:
    """Let the dates be as before the slip; returns how many fields went back.

    What a newer file or a later slip says is left as it is. Raises UsageError where there is no such slip, it is undone
    already, or somebody may have read of it, and Stopped where an import that concerns it is not at its end.
    """
    with house.store.write() as tx:
        tx.lock(RECORDS_LOCK)
        tx.lock(LOCK)
        row = slips.slip_by_id(tx, slip_id)
        if row is None:
            raise UsageError(f"there is no slip {slip_id}; see the list of slips")
        if row.undone_at is not None:
            raise UsageError(f"slip {slip_id} was undone already, by {row.undone_by}")
        if gone := slips.on_their_way(tx, row):
            raise UsageError(
                f"{gone} messages about slip {slip_id} are on their way or read already. Say the day that is right now"
                " as a new slip: then these customers hear of it"
            )
        _require_whole_records(tx, written.concerned(tx, slip_id, now))
        return written.take_back(tx, slip_id, Signed(by, now, house.sending.mode))


def taken_back(fields: int) -> str:
    """What an undo has done that let so many fields go back."""
    if not fields:
        return "a newer file or a later slip says otherwise of all that it moved, so that stays"
    return f"{fields} {'date or reason is' if fields == 1 else 'dates and reasons are'} as before"


@dataclass(frozen=True, slots=True)
class PastSlip:
    """One slip that was approved: by whom, when (UTC), what, and how many customers it concerned."""

    id: int
    at: datetime
    by: str
    what: str
    day: date | None
    reason: str
    customers: int
    undone_at: datetime | None
    undone_by: str


def past(house: House, most: int = 20) -> list[PastSlip]:
    """The newest slips, the last one first."""
    with house.store.read() as tx:
        return [_past(row) for row in slips.last_slips(tx, most)]


def _past(row: AnyRow) -> PastSlip:
    what = named(row.po, row.sku)
    return PastSlip(row.id, row.at, row.by, what, row.day, row.reason, row.customers, row.undone_at, row.undone_by)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What slipped by whose word, in which house."""

    house: House
    slip: Slip
    signed: Signed

    @property
    def now(self) -> datetime:
        return self.signed.at


def _write(tx: Transaction, asked: _Asked) -> SlipLook:
    """Write the slip, and judge everybody whom it concerns."""
    tx.spread_out()
    tx.lock(RECORDS_LOCK)
    tx.lock(LOCK)
    house, slip, now = asked.house, asked.slip, asked.now
    today = local_day(now, house.judging.policy.timezone)
    _require_a_day_to_come(house, slip, today)
    supply = written.on_the_way(tx, slip, today)
    if slip.po and not supply:
        raise UsageError(f"nothing of {slip.what} is on its way. See how your records write it, or name the SKU alone")
    skus = sorted({row.sku for row in supply} or {slip.sku})
    query = written.waiting(skus, now)
    due = due_customers(tx, query)
    if not due and not supply:
        raise UsageError(f"nobody waits for {slip.what}, and none of it is on its way. See how your records write it")
    _require_whole_records(tx, due)
    before = _before(tx, asked, (list(due), {(row.po, row.sku) for row in supply}), skus)
    rows = lines_by_id(tx, before.served)
    lines = _own_words(asked, rows, bool(supply))
    found = SlipLook(slip, positions_of(supply), own_dates=sum(_gives_way(rows[one], lines[one]) for one in lines))
    found.id, found.moved = written.write_slip(tx, slip, Moves(supply, lines, skus), asked.signed)
    for batch in judge_these(tx, house, due, query, now):
        decisions = hold_withheld(tx, house.sending.mode, batch.decisions, now)
        found.take(batch, legal.without_noticed(tx, house, decisions), before)
    return found


def _require_a_day_to_come(house: House, slip: Slip, today: date) -> None:
    """Nobody is told a day that is over or beyond belief (HOSTILE 13): they would read that there is none."""
    most = house.judging.shop.max_days_ahead
    if slip.day is not None and not 0 <= (slip.day - today).days <= most:
        wrong = "is over" if slip.day < today else f"is more than {most} days ahead ([eta] max_days_ahead)"
        raise UsageError(f"{slip.day} {wrong}. Say the day on which the goods arrive, or that nobody knows one")


def _require_whole_records(tx: Transaction, due: Collection[int]) -> None:
    apart = concerned(tx)
    if apart is not None and any(row.customer_id in due for row in tx.connection.execute(apart)):
        raise Stopped(
            "an import that concerns some of these customers has not come to its end, so nothing was done. Wait for it,"
            " or import the same file again where it was cut off"
        )


def _before(tx: Transaction, asked: _Asked, whom: tuple[list[int], set[tuple[str, str]]], skus: list[str]) -> Before:
    """How the lines of these SKUs stand before the slip; `whom` are the customers, and the positions that slip."""
    ids, moved = whom
    house, now, wanted = asked.house, asked.now, set(skus)
    today = local_day(now, house.judging.policy.timezone)
    etas: dict[int, EtaRange | None] = {}
    served: set[int] = set()
    for some in batches(ids, CUSTOMERS_A_BATCH):
        market = read_market(tx, now, some, today)
        for customer in read_facts(tx, some, market, house.judging, now):
            for line in customer.lines:
                if line.sku in wanted and line.open_quantity > 0:
                    etas[line.id] = line.forecast.eta
                    if _waits_for(line, market, moved):
                        served.add(line.id)
    return Before(etas, served)


def _waits_for(line: LineFacts, market: Market, moved: set[tuple[str, str]]) -> bool:
    """Whether the delivery was to serve the line; where none is known, every line that stock does not serve."""
    if line.covered:
        return False
    if not moved:
        return True
    if line.id not in market.ahead:
        return False
    product = market.products.get(line.sku)
    supplies = market.supplies.get(line.sku, ())
    coverage = cover(market.ahead[line.id], line.open_quantity, product.stock if product else None, supplies)
    return coverage.supply is not None and (coverage.supply.po, coverage.supply.sku) in moved


def _own_words(asked: _Asked, rows: Mapping[int, AnyRow], supplied: bool) -> dict[int, dict[str, Any]]:
    """The new values of the lines: the reason, and dates of their own, which give way to the delivery's."""
    slip, shop = asked.slip, asked.house.judging.shop
    ships = slip.day + timedelta(days=shop.handling_days) if slip.day and not supplied else None
    new: dict[str, Any] = {"delay_reason": slip.reason} if slip.reason else {}
    new |= dict.fromkeys(_OWN) if supplied else {"eta_from": ships, "eta_to": ships, "promised_edit": None}
    return dict.fromkeys(rows, new)


def _gives_way(row: AnyRow, new: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != new[name] for name in _OWN)

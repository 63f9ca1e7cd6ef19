"""Every line's standing before the law, the soonest day first. Colour: root. Called by cli.law, and later by the web.

Judged afresh at the moment asked for, by the very functions that plan uses; nothing is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from notifier.pipeline.customer_facts import with_every_line
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force
from notifier.store.engine import Transaction
from notifier.store.gather import due_customers, due_query
from notifier.store.lookup import batches
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.law import SETTLED, LegalState

CUSTOMERS_A_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Deadline:
    """One line as `notifier deadlines` lists it; dates are plain days in the shop's zone."""

    order: str
    line: str
    customer: str
    state: str
    notice: str
    rule: str
    promised: date
    revised: date | None
    deadline: date | None
    refund_by: date | None

    @property
    def place(self) -> tuple[bool, date, str, str]:
        """By what the list is sorted: lines that need nobody any more stand last.

        The law of the EU sets none to a line of whose delay was told: there the day told counts, else the promise. Who
        agreed to wait however long it takes (F6) waits for no day.
        """
        told = date.max if self.state == LegalState.CONSENTED_INDEFINITE else self.revised or self.promised
        return self.state in SETTLED, self.deadline or self.refund_by or told, self.order, self.line

    def as_json(self) -> dict[str, Any]:
        """One object of `notifier deadlines --json`."""
        days = {name: getattr(self, name) for name in ("promised", "revised", "deadline", "refund_by")}
        words = {name: getattr(self, name) for name in ("order", "line", "customer", "state", "notice", "rule")}
        return words | {name: day.isoformat() if day else None for name, day in days.items()}


def deadlines(house: House, now: datetime) -> list[Deadline]:
    """Where every line that a law looks at stands at the UTC instant `now`, soonest first."""
    with house.store.read() as tx:
        house = in_force(tx, house)
        found = [_deadline(customer, line) for customer in everybody(tx, house, now) for line in customer.lines]
    return sorted((one for one in found if one), key=lambda one: one.place)


def everybody(tx: Transaction, house: House, now: datetime) -> Iterator[CustomerFacts]:
    """All customers with any line, with every line they have, some thousands in memory at once."""
    ids = list(due_customers(tx, due_query(now, every=True)))
    for some in batches(ids, CUSTOMERS_A_BATCH):
        yield from with_every_line(tx, house, some, now)


def _deadline(customer: CustomerFacts, line: LineFacts) -> Deadline | None:
    law, legal = line.law, line.legal
    if law is None or legal is None:
        return None
    return Deadline(
        order=line.order,
        line=line.line,
        customer=customer.key,
        state=legal.state.value,
        notice=legal.notice.value,
        rule=legal.rule,
        promised=law.promised,
        revised=legal.revised,
        deadline=legal.deadline,
        refund_by=legal.refund_by,
    )

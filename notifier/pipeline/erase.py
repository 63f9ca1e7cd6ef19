"""Erases one person, as the law asks (RULES.md U4): evidence first, then everything personal. Colour: root.

Called by cli.people and the web. What lies outside of the database is out of reach, and `OUT_OF_REACH` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import consent, outbox, rewards
from notifier.errors import ErasureRefused
from notifier.pipeline.house import House
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.pipeline.people import Asked, operator_name, the_customer
from notifier.store.engine import Transaction
from notifier.store.evidence import Kept, keep_evidence, kept_of
from notifier.store.forget import addresses_of, alone_in, drop_consents, forget
from notifier.store.hashing import erased_key, evidence_hash
from notifier.store.lookup import AnyRow
from notifier.store.newcomers import newcomers_at
from notifier.store.persons import going_out, mark_erased, open_orders, refunds_owed
from notifier.terms.time import add_years
from notifier.terms.words import ERASED

OUT_OF_REACH = (
    "Not in the database, so not erased: the files you imported and their .rejects and .warnings files, messages that"
    " mode folder wrote, your backups, and what your mail server, the journal mailbox and Twilio keep (docs/privacy.md)"
)

MOST_ORDERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was done, by whom. `again`: the person had been erased before, at `at`, and nothing was left to do.

    `refunds_owed` are orders whose refund is still due: erasing a person ends no debt to them.
    """

    customer: str
    brand: str
    at: datetime
    by: str
    again: bool
    suppressed: int
    shared: int
    kept: Kept
    refunds_owed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier erase --json` prints; no address and no name is in it."""
        return {
            "customer": self.customer,
            "brand": self.brand,
            "refused": False,
            "erased_at": self.at.isoformat(),
            "erased_by": self.by,
            "already_erased": self.again,
            "addresses_suppressed": self.suppressed,
            "addresses_shared": self.shared,
            "refunds_owed": list(self.refunds_owed),
            "evidence": self.kept.as_json(),
        }


def erase(house: House, asked: Asked, by: str, now: datetime) -> ErasureReport:
    """Erase one customer at the UTC instant `now`, and keep on record that the operator `by` did it.

    Raises ErasureRefused while a line is open or a message is just going out, UsageError for somebody unknown.
    """
    terms, by = house.remembering, operator_name(by)
    with house.store.write() as tx:
        tx.lock(RECORDS_LOCK)
        tx.lock(LOCK)
        row = the_customer(tx, asked, terms.hash_key)
        hashed = evidence_hash(terms.hash_key, row.brand, row.key)
        known_as = erased_key(terms.hash_key, row.brand, row.key)
        if row.erased_at is not None:
            return ErasureReport(known_as, row.brand, row.erased_at, row.erased_by, True, 0, 0, kept_of(tx, hashed))
        _refuse_open(tx, row, known_as, now)
        ids = _same_person(tx, row)
        recalled = outbox.recall(tx, ids, ERASED, now)
        _refuse_in_flight(tx, ids, row, known_as)
        rewards.void(tx, recalled, now)
        addresses = addresses_of(tx, ids)
        keep_evidence(tx, terms.hash_key, dict.fromkeys(ids, add_years(now, terms.evidence_years)))
        alone = alone_in(tx, row.brand, addresses, ids)
        suppressed = consent.suppress_addresses(tx, row.brand, alone, now)
        drop_consents(tx, ids, addresses, refusals=True)
        forget(tx, ids, addresses, terms.hash_key)
        for one in ids:
            mark_erased(tx, one, by, now)
        kept, owed = kept_of(tx, hashed), tuple(refunds_owed(tx, row.id))
    house.store.tidy()
    return ErasureReport(known_as, row.brand, now, by, False, suppressed, len(addresses.shared), kept, owed)


def _refuse_open(tx: Transaction, row: AnyRow, known_as: str, now: datetime) -> None:
    orders = open_orders(tx, row.id, now)
    if orders:
        named = ", ".join(orders[:MOST_ORDERS_NAMED]) + (" and others" if len(orders) > MOST_ORDERS_NAMED else "")
        why = (
            f"nothing was erased: order {named} has open lines, and the law on delays holds for them. Ship or cancel"
            " them, import that, and erase again; until then `notifier hold` keeps offers and progress messages back"
        )
        raise _refused(row, known_as, why, {"reason": "open_orders", "orders": orders, "message": None})


def _same_person(tx: Transaction, row: AnyRow) -> list[int]:
    """The customer, and what the same person is known as who signed up for a product before ordering anything."""
    found = addresses_of(tx, [row.id])
    return [row.id, *(one.id for one in newcomers_at(tx, row.brand, [*found.own, *found.shared]) if one.id != row.id)]


def _refuse_in_flight(tx: Transaction, ids: Sequence[int], row: AnyRow, known_as: str) -> None:
    going = min(going_out(tx, ids).values(), default=None)
    if going is not None:
        why = f"nothing was erased: message {going} is just going out. Try again in a minute"
        raise _refused(row, known_as, why, {"reason": "going_out", "orders": [], "message": going})


def _refused(row: AnyRow, known_as: str, why: str, what: dict[str, object]) -> ErasureRefused:
    """The refusal with the object that `notifier erase --json` prints; no address and no name is in it."""
    return ErasureRefused(why, {"customer": known_as, "brand": row.brand, "refused": True} | what | {"why": why})

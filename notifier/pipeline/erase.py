"""Erases one person, as the law asks (RULES.md U4): evidence first, then everything personal. Colour: root.

Called by cli.people and the web. What lies outside of the database is out of reach, and `OUT_OF_REACH` says so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import consent, outbox, rewards
from notifier.errors import ErasureRefused
from notifier.pipeline.house import House
from notifier.pipeline.people import Asked, the_customer
from notifier.pipeline.plan import LOCK, RECORDS_LOCK
from notifier.store.engine import Transaction
from notifier.store.evidence import Kept, keep_evidence, kept_of
from notifier.store.forget import addresses_of, alone_in, drop_consents, forget
from notifier.store.hashing import erased_key, evidence_hash
from notifier.store.lookup import AnyRow
from notifier.store.persons import going_out, mark_erased, open_orders, refunds_owed
from notifier.terms.time import add_years
from notifier.terms.words import ERASED

OUT_OF_REACH = (
    "Not in the database, so not erased: the files you imported and their .rejects and .warnings files, messages that"
    " mode folder wrote, your backups, and what your mail server and Twilio keep (docs/privacy.md)"
)

MOST_ORDERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was done. `again`: the person had been erased before, at `at`, and nothing was left to do.

    `refunds_owed` are orders whose refund is still due: erasing a person ends no debt to them.
    """

    customer: str
    brand: str
    at: datetime
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
            "erased_at": self.at.isoformat(),
            "already_erased": self.again,
            "addresses_suppressed": self.suppressed,
            "addresses_shared": self.shared,
            "refunds_owed": list(self.refunds_owed),
            "evidence": self.kept.as_json(),
        }


def erase(house: House, asked: Asked, now: datetime) -> ErasureReport:
    """Erase one customer at the UTC instant `now`.

    Raises ErasureRefused while a line is open or a message is just going out, UsageError for somebody unknown.
    """
    terms = house.remembering
    with house.store.write() as tx:
        tx.lock(RECORDS_LOCK)
        tx.lock(LOCK)
        row = the_customer(tx, asked, terms.hash_key)
        hashed = evidence_hash(terms.hash_key, row.brand, row.key)
        known_as = erased_key(terms.hash_key, row.brand, row.key)
        if row.erased_at is not None:
            return ErasureReport(known_as, row.brand, row.erased_at, True, 0, 0, kept_of(tx, hashed))
        _refuse_open(tx, row, now)
        recalled = outbox.recall(tx, [row.id], ERASED, now)
        _refuse_in_flight(tx, row)
        rewards.void(tx, recalled, now)
        addresses = addresses_of(tx, [row.id])
        keep_evidence(tx, terms.hash_key, {row.id: add_years(now, terms.evidence_years)})
        alone = alone_in(tx, row.brand, addresses, [row.id])
        suppressed = consent.suppress_addresses(tx, row.brand, alone, now)
        drop_consents(tx, [row.id], addresses, refusals=True)
        forget(tx, [row.id], addresses, terms.hash_key)
        mark_erased(tx, row.id, now)
        kept, owed = kept_of(tx, hashed), tuple(refunds_owed(tx, row.id))
    house.store.tidy()
    return ErasureReport(known_as, row.brand, now, False, suppressed, len(addresses.shared), kept, owed)


def _refuse_open(tx: Transaction, row: AnyRow, now: datetime) -> None:
    orders = open_orders(tx, row.id, now)
    if orders:
        named = ", ".join(orders[:MOST_ORDERS_NAMED]) + (" and others" if len(orders) > MOST_ORDERS_NAMED else "")
        raise ErasureRefused(
            f"nothing was erased: order {named} has open lines, and the law on delays holds for them. Ship or cancel"
            " them, import that, and erase again; until then `notifier hold` keeps offers and progress messages back"
        )


def _refuse_in_flight(tx: Transaction, row: AnyRow) -> None:
    going = going_out(tx, [row.id])
    if going:
        raise ErasureRefused(f"nothing was erased: message {going[row.id]} is just going out. Try again in a minute")

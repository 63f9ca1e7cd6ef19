"""Which customer a command is about. Colour: root. Used by pipeline's erase, holds and person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notifier.errors import UsageError
from notifier.queries.masks import masked_if_address
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.persons import customer_of, customers_by_key, customers_by_order

if TYPE_CHECKING:
    from notifier.pipeline.house import House

MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """One customer by the shop's id, or by the number of an order; `brand` where two brands have it."""

    customer: str = ""
    order: str = ""
    brand: str = ""

    @property
    def words(self) -> str:
        """How the question reads in an answer: no address that was typed is in it whole."""
        return f"customer {masked_if_address(self.customer)!r}" if self.customer else f"order {self.order!r}"


def operator_name(by: str) -> str:
    """The name of who acts on somebody, as it is kept on record. Raises UsageError for what is no name."""
    if not by.strip() or len(by) > MOST_NAME or not by.isprintable():
        raise UsageError(f"say who says so, by a name of at most {MOST_NAME} printable characters")
    return by.strip()


def asked_for(house: "House", customer_id: int) -> Asked:
    """The question for a customer by our own id, as a page names them. Raises UsageError for one who is not there."""
    with house.store.read() as tx:
        row = customer_of(tx, customer_id)
        return Asked(row.key, brand=row.brand)


def the_customer(tx: Transaction, asked: Asked, hash_key: bytes) -> AnyRow:
    """The one customer asked for. Raises UsageError where there is none, or one in several brands."""
    if bool(asked.customer) == bool(asked.order):
        raise UsageError("say about whom: name the customer, or an order of theirs, and not both")
    if asked.customer:
        found: Sequence[AnyRow] = customers_by_key(tx, asked.customer, asked.brand, hash_key)
    else:
        found = customers_by_order(tx, asked.order, asked.brand)
    if not found:
        within = f" of brand {asked.brand!r}" if asked.brand else ""
        raise UsageError(f"there is no {asked.words}{within}; write it as the shop's own system does")
    if len(found) > 1:
        brands = ", ".join(sorted({row.brand for row in found}))
        raise UsageError(f"there is a {asked.words} in several brands ({brands}); say which brand")
    return found[0]

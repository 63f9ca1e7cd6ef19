"""Money: a Decimal and an ISO 4217 currency, never a float. Colour: ground."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency.

    Raises ValueError for a number that is not finite or a code that is not three capitals.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is no amount of money")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is no ISO 4217 currency code")


def money_of(amount: Decimal | None, currency: str) -> Money | None:
    """Both halves as one; None where either is not known. Raises as Money does."""
    return Money(amount, currency) if amount is not None and currency else None

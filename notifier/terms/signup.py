"""Signing up for news of a product: what somebody typed, and where an entry of the waitlist stands. Colour: ground.

Made by web and cli; taken in by pipeline.signup.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class EntryState(StrEnum):
    """Where an entry of the waitlist stands."""

    PENDING = "pending"
    WAITING = "waiting"
    ALERTED = "alerted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SignUp:
    """What came in by the form: one of `email` and `phone` as it was typed, the product, and the wording that the
    ticked box stood beside. `evidence` is the address and the browser that it came from.
    """

    brand: str
    sku: str
    locale: str
    wording: str
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ByOperator:
    """What an operator says that a customer wants: who says so, the words the customer agreed to (empty: none, so the
    customer is asked), and what proves it.
    """

    by: str
    wording: str = ""
    evidence: str = ""

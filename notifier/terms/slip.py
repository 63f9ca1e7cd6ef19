"""What a supplier said about a delivery: which one, the new day or none, and why. Colour: ground.

Made by the doors, looked at and written by `pipeline.slip`.
"""

from dataclasses import dataclass
from datetime import date

LONGEST_REASON = 300
"""Characters: it stands in the messages."""

NO_LAW, EU = "none", "EU"
"""Legal kinds of those affected, beside F3, F4 and F5 (RULES.md F and U)."""

KINDS = ("F3", "F4", "F5", EU, NO_LAW)
"""Every legal kind, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A purchase order, or one SKU of it (`po` and `sku`), or all that is on its way of a SKU (`sku` alone).

    `day` is when it arrives at the shop, a plain day in the shop's zone; None: nobody knows. Customers read `reason`.
    Raises ValueError, with the remedy, where it names nothing, says nothing, or its reason cannot stand in a message.
    """

    po: str = ""
    sku: str = ""
    day: date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.po and not self.sku:
            raise ValueError("Name the purchase order, the SKU, or both")
        if self.day is None and not self.reason:
            raise ValueError("Without a new day, customers must read why (RULES F4): write the reason")
        if len(self.reason) > LONGEST_REASON:
            raise ValueError(f"The reason has {len(self.reason)} characters: write at most {LONGEST_REASON}")
        if any(not letter.isprintable() for letter in self.po + self.sku + self.reason):
            raise ValueError("There is a line break or an invisible character in it: write plain lines")

    @property
    def what(self) -> str:
        """What slipped, as it is named to people."""
        return named(self.po, self.sku)


def named(po: str, sku: str) -> str:
    """What slipped, as it is named to people."""
    if po and sku:
        return f"purchase order {po}, SKU {sku}"
    return f"purchase order {po}" if po else f"SKU {sku}"

"""Which order lines a wish is about, and whether beyond doubt (RULES.md S7). Colour: pure. Used by answering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.policy.line_answers import open_lines
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.incoming import Choice
from notifier.terms.reply import DESTRUCTIVE, Wish

NO_SUCH_ORDER = "names an order that this customer does not have, or that is not open"


@dataclass(frozen=True, slots=True)
class Target:
    """The lines; `sure`: beyond doubt, else `why` not, in words for a person."""

    lines: tuple[LineFacts, ...] = ()
    sure: bool = False
    why: str = ""

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the lines."""
        return tuple(line.id for line in self.lines)


def target(wish: Wish, bound: Sequence[int], choice: Choice | None, customer: CustomerFacts, now: datetime) -> Target:
    """What `wish` is about.

    A choice names its lines; so does an order number; a digit means the line of the message it answers. Words mean the
    lines of that message, and without one the customer's only open order. What ends an order by words alone must be
    about all that is open of it: nobody knows whether the rest is to come.
    """
    if choice is not None and choice.line_ids:
        return Target(tuple(line for line in customer.lines if line.id in choice.line_ids), sure=True)
    waiting = open_lines(customer, now)
    if wish.order:
        named = tuple(line for line in waiting if _key(line.order) == _key(wish.order))
        return Target(named, sure=bool(named), why="" if named else NO_SUCH_ORDER)
    about = tuple(line for line in customer.lines if line.id in bound)
    if about and (wish.bound_to or wish.intent not in DESTRUCTIVE):
        return Target(about, sure=True)
    orders = {line.order for line in about}
    whole = tuple(line for line in waiting if line.order in orders) if about else tuple(waiting)
    one_order = len({line.order for line in whole}) == 1
    if about:
        return Target(about, sure=one_order and {line.id for line in whole} <= {line.id for line in about})
    return Target(whole if one_order else (), sure=one_order)


def _key(order: str) -> str:
    """An order's number as people write it: no #, no case, no leading zeros."""
    return order.strip().lstrip("#").casefold().lstrip("0")

"""What a customer's page shows, as values. Colour: ground. Made by pipeline.page, told in words by web.pages.

All dates are plain ship dates in the shop's zone, as in `terms.content`; instants are in the customer's own zone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from notifier.terms.content import BrandLook, Item
from notifier.terms.effects import ActionKind, ActionState, Kind
from notifier.terms.facts import Alternative
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, MessageClass, Scope

MOST_TOGETHER = 500
"""Lines of one choice: a form with more of them is refused, and none is offered."""


class Act(StrEnum):
    """What can be chosen for order lines. KEEP takes a cancellation or an exchange back."""

    ACCEPT = "accept"
    KEEP = "keep"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    SWAP = "swap"


class Stage(StrEnum):
    """Where a line stands, in a customer's eyes.

    STOPPING, SWAPPING and WITHDRAWING: the customer asked for it, and the shop has not said that it is done. LAPSED: it
    counts as cancelled by law, because it did not ship in time (RULES.md F2, F4, F5). CLOSED: it left the shop's
    records, and nobody said why.
    """

    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    STOPPING = "stopping"
    SWAPPING = "swapping"
    WITHDRAWING = "withdrawing"
    UNCLEAR = "unclear"
    READY = "ready"
    LATE = "late"
    WAITING = "waiting"
    CLOSED = "closed"


class Silence(StrEnum):
    """What it means to do nothing, where that means something (RULES.md F3 to F6, U1).

    CONSENTS: one agrees to wait until `Item.revised`. CANCELS: the line is cancelled after `Item.answer_by`. NEITHER: a
    new date needs agreement. AGREED: the customer has agreed to wait.
    """

    NOTHING = ""
    CONSENTS = "consents"
    CANCELS = "cancels"
    NEITHER = "neither"
    AGREED = "agreed"


class Dates(StrEnum):
    """How far the last told date holds. LATER: it is no longer expected to; a new one is told by message, not here."""

    TOLD = "told"
    LATER = "later"
    NONE = "none"
    NEVER_TOLD = "never_told"


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: an act for these order lines, and the product taken by a SWAP."""

    act: Act
    line_ids: tuple[int, ...]
    sku: str = ""


@dataclass(frozen=True, slots=True)
class PromiseTold:
    """One date that a customer was told. `told_at` None: at ordering. `eta` None: it was said that there is none."""

    told_at: datetime | None
    channel: str
    eta: EtaRange | None


@dataclass(frozen=True, slots=True)
class StandIn:
    """A product that may be taken instead. `dearer`: only by buying it in the shop (RULES.md F10)."""

    product: Alternative
    dearer: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """One order line. `told` is the newest date that the customer knows, as `dates` says."""

    id: int
    item: Item
    stage: Stage
    dates: Dates
    told: EtaRange | None
    silence: Silence
    promises: tuple[PromiseTold, ...]
    acts: tuple[Act, ...]
    stand_ins: tuple[StandIn, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order, with those of its lines that were ordered with the address of the link."""

    key: str
    ordered_on: date
    lines: tuple[LineView, ...]

    @property
    def together(self) -> tuple[Option, ...]:
        """What can be chosen for several lines at once."""
        plain = [act for act in Act if act is not Act.SWAP]
        by_act = {act: tuple(line.id for line in self.lines if act in line.acts) for act in plain}
        return tuple(Option(act, ids) for act, ids in by_act.items() if 1 < len(ids) <= MOST_TOGETHER)


@dataclass(frozen=True, slots=True)
class HeardView:
    """One thing that the customer said, and where it stands.

    `foreign`: `at` is by the shop's clock, because nobody knows the customer's. `kind` None: a question. `state` is
    that of the action asked for, `detail` a product or a reason; `waits`: a person is to answer.
    """

    at: datetime
    foreign: bool
    kind: Kind | None
    items: tuple[str, ...]
    action: ActionKind | None = None
    state: ActionState | None = None
    detail: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether messages of a class come by a channel. `can_start`: a tick on the page may begin them again.

    `only_start`: the customer wrote STOP, and the provider has blocked the number: only START opens it (RULES.md S5).
    """

    channel: Channel
    about: MessageClass | Scope
    on: bool
    can_start: bool = True
    only_start: bool = False

    @property
    def name(self) -> str:
        """How a form calls it: email.marketing."""
        return f"{self.channel}.{self.about}"


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything that the link of one message opens.

    `ends` is what its unsubscribe link ends by one click (RULES.md E5).
    """

    message_id: int
    brand: BrandLook
    locale: str
    customer_name: str
    channel: Channel
    today: date
    transit_days: int
    orders: tuple[OrderView, ...]
    heard: tuple[HeardView, ...]
    preferences: tuple[Preference, ...]
    ends: tuple[MessageClass | Scope, ...]

    @property
    def line_ids(self) -> frozenset[int]:
        """All order lines that it shows."""
        return frozenset(line.id for order in self.orders for line in order.lines)

    @property
    def options(self) -> frozenset[Option]:
        """Everything that can be chosen for order lines."""
        found: list[Option] = []
        for order in self.orders:
            found += order.together
            for line in order.lines:
                found += [Option(act, (line.id,)) for act in line.acts if act is not Act.SWAP]
                found += [Option(Act.SWAP, (line.id,), one.product.sku) for one in line.stand_ins if not one.dearer]
        return frozenset(found)

    def agreed_to(self, option: Option) -> str:
        """The dates that somebody who waits agrees to, and the notices that named them; empty for other choices."""
        if option.act not in (Act.ACCEPT, Act.KEEP):
            return ""
        its = [line for order in self.orders for line in order.lines if line.id in option.line_ids]
        return repr([(it.id, it.told, it.dates, it.item.revised, it.item.answer_by, it.promises) for it in its])

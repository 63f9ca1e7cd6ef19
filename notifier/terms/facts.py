"""Facts: everything `policy.decide` may look at for one customer. Colour: ground.

Built by `store.facts` from the database, and by tests by hand. Instants are aware UTC, dates are in the shop's zone.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from notifier.terms.effects import Asked, Wished
from notifier.terms.law import LegalFacts, LegalStanding
from notifier.terms.money import Money
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, HoldReason, LineStatus, MessageClass, Scope


@dataclass(frozen=True, slots=True)
class Address:
    """One address an order was placed with.

    `region` is the ISO country of a phone number, `timezones` are the IANA zones it may lie in, `textable` says S12
    passed.
    """

    id: int
    channel: Channel
    value: str
    region: str = ""
    textable: bool = False
    timezones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """A word of a customer on channel × class (or scope) within the brand; for all addresses unless it names one.

    `evidenced`: its wording and its source are kept beside its time, as a written consent needs (RULES.md S1).
    """

    channel: Channel
    message_class: MessageClass | Scope
    granted: bool
    at: datetime
    source: str
    address_id: int | None = None
    evidenced: bool = False


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that must not be used, whatever the consent."""

    address_id: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerHold:
    """An operator's word that stops progress and offers to a customer. `until` None: until somebody lifts it."""

    reason: HoldReason
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastContact:
    """An outgoing message that counts against caps: accepted, or still on its way.

    `at` is its hand-off; for one that still waits (`sent` is False) the moment of the judgement, for it goes no
    earlier. `orders` are the keys of the orders that a text of the last day was about (RULES.md S9).
    """

    message_id: int
    at: datetime
    channel: Channel
    message_class: MessageClass
    purpose: str
    address_id: int
    customer_id: int
    sent: bool = True
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One message that told, or is on its way to tell, a customer about one line, with the ETA it named.

    `sent` is False while it waits in the outbox, where it may still be withdrawn. `lost`: it went once more because
    nobody knew whether it had arrived, and nobody knows it now either.
    """

    message_id: int
    purpose: str
    channel: Channel
    at: datetime
    occasion: str
    eta: EtaRange | None
    sent: bool = True
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Eta:
    """The forecast for a line. `eta` is None when no believable date is known;
    `source` is line, promise, supply, none.
    """

    eta: EtaRange | None
    source: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A product in stock that may stand in for the delayed one."""

    sku: str
    name: str
    price: Money | None
    url: str
    image_url: str


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One order line as it stands at `now`. `promised` is T, frozen at ordering; `covered`: stock now covers it.

    `gone_quantity` are the units that a shipped or cancelled line is about; `stocked` is False for a virtual or parent
    product, of which no stock says anything. `law` is what a law on delays looks at (None: no such law), `legal` where
    the line stands by it, filled in by `policy.legal`. `silenced`: news, as (purpose, occasion), that a
    person rejected. `asked`: the customer's own cancellation or swap that the shop has not acted on yet, or one that is
    not clear and waits for a person, or a cancellation that the shop says is done.
    """

    id: int
    order: str
    line: str
    sku: str
    product: str
    open_quantity: int
    price: Money | None
    ordered_at: datetime
    status: LineStatus
    covered: bool
    forecast: Eta
    promised: date | None = None
    email: Address | None = None
    phone: Address | None = None
    locale: str = ""
    country: str = ""
    sales_channel: str = ""
    delay_reason: str = ""
    shipped_at: datetime | None = None
    cancelled_at: datetime | None = None
    changes_at: datetime | None = None
    tellings: tuple[Telling, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    product_url: str = ""
    image_url: str = ""
    gone_quantity: int = 0
    stocked: bool = True
    law: LegalFacts | None = None
    legal: LegalStanding | None = None
    silenced: frozenset[tuple[str, str]] = frozenset()
    asked: Asked = Asked.NOTHING
    wished: Wished | None = None

    @property
    def told(self) -> Telling | None:
        """The newest telling about this line, by whatever channel; None for a customer who knows nothing yet."""
        return self.tellings[-1] if self.tellings else None

    def address(self, channel: Channel) -> Address | None:
        """The address this line was ordered with on `channel`."""
        return self.email if channel is Channel.EMAIL else self.phone


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """One customer of one brand with every line that may still matter, and all that was said before.

    `doubted` are the addresses (ids) from which an objection may have come that is still to be read.
    """

    id: int
    key: str
    brand: str
    name: str
    locale: str
    country: str
    region: str
    postal_code: str
    timezone: str
    preferred_channel: Channel | None
    lines: tuple[LineFacts, ...]
    consents: tuple[Consent, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    contacts: tuple[PastContact, ...] = ()
    rewards_this_year: int = 0
    stale_source: str = ""
    reward_budget_left: bool = True
    phone_timezones: tuple[str, ...] = field(default=())
    hold: CustomerHold | None = None
    doubted: frozenset[int] = frozenset()

    def without(self, message_id: int) -> "CustomerFacts":
        """The same customer as if `message_id` had never been planned: a message never counts against itself."""
        lines = tuple(_unsaid(line, message_id) for line in self.lines)
        contacts = tuple(c for c in self.contacts if c.message_id != message_id)
        return replace(self, lines=lines, contacts=contacts)


def _unsaid(line: LineFacts, message_id: int) -> LineFacts:
    law = line.law
    if law is not None:
        law = replace(law, notices=tuple(one for one in law.notices if one.message_id != message_id))
    tellings = tuple(one for one in line.tellings if one.message_id != message_id)
    return replace(line, tellings=tellings, law=law, legal=None)

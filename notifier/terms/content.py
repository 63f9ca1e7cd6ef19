"""What a message says, as values: the input of render/. Colour: ground.

Built by pipeline, pickled to the render pool.
"""

from dataclasses import dataclass
from datetime import date

from notifier.terms.facts import Alternative
from notifier.terms.money import Money
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, MessageClass


@dataclass(frozen=True, slots=True)
class BrandLook:
    """How a brand presents itself. `sender` is `Name <address>` or a bare address; `colour` is #rrggbb."""

    key: str
    name: str
    sender: str
    reply_address: str
    text_sender: str
    postal_address: str
    logo: str
    colour: str
    timezone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Item:
    """One order line as the customer reads it; all dates are ship dates, plain days in the shop's zone."""

    order: str
    line: str
    sku: str
    name: str
    quantity: int
    price: Money | None
    ordered_on: date
    promised: date | None
    eta: EtaRange | None
    told_eta: EtaRange | None
    reason: str
    shipped_on: date | None
    url: str
    image_url: str


@dataclass(frozen=True, slots=True)
class RewardOffer:
    """A single-use code: either `percent` off or `amount` off, valid through `expires_on`."""

    code: str
    percent: int | None
    amount: Money | None
    expires_on: date


@dataclass(frozen=True, slots=True)
class Links:
    """Signed https links of one message; each is empty where `[web] public_url` is.

    `short` is the one for texts (S13).
    """

    page: str = ""
    short: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything one message says."""

    purpose: str
    message_class: MessageClass
    channel: Channel
    brand: BrandLook
    locale: str
    customer_name: str
    items: tuple[Item, ...]
    alternatives: tuple[Alternative, ...]
    reward: RewardOffer | None
    links: Links
    today: date
    transit_days: int


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """An email before MIME: header-safe subject, full html document, plain text."""

    subject: str
    html: str
    text: str
    version: str


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A text message with what it costs: billed segments and encoding (GSM-7 or UCS-2)."""

    text: str
    segments: int
    encoding: str
    version: str

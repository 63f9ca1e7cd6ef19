"""What a message says, as values: the input of render/. Colour: ground.

Built by pipeline, pickled to the render pool.
"""

from dataclasses import dataclass
from datetime import date, datetime

from notifier.terms.effects import ActionKind, Kind
from notifier.terms.facts import Alternative
from notifier.terms.law import Jurisdiction, Said
from notifier.terms.money import Money
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, MessageClass, NoticeKind, Tone


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
    tone: Tone = Tone.FORMAL


@dataclass(frozen=True, slots=True)
class Item:
    """One order line as the customer reads it; all dates are plain days in the shop's zone.

    They are ship dates, but for the last: `revised` is R, the ship date that a required notice stands on, None where
    it names none; `told` the date that an owed notice answers, T or the R before, None where none is owed; `answer_by`
    the day by which that notice needs the customer's consent (F4, F5), None where silence is consent; `refund_by` the
    last day for the refund (F8). `ended_by` is what ended a cancelled line: CANCEL, the customer asked; CONFIRM, its
    time was up; None: the shop has not said.
    """

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
    revised: date | None = None
    told: date | None = None
    answer_by: date | None = None
    refund_by: date | None = None
    ended_by: Said | None = None


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
class Told:
    """One effect of a reply as the customer reads it: about which products, `detail` a product taken or a reason."""

    kind: Kind
    action: ActionKind | None
    items: tuple[str, ...]
    detail: str = ""
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a message says of the customer's own reply: received at `at`, in the customer's zone.

    `person`: somebody will read it and answer. `foreign`: the customer's zone is not known, so `at` is in the brand's,
    and must be told with its name.
    """

    at: datetime
    told: tuple[Told, ...]
    person: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What a request for consent, or an alert, says of a sign-up: the names of the `products` waited for, and of the
    first of them the page, the picture and the price. `wording` is what is agreed to, `confirm` the signed link to do
    so, and `days` how long that counts; an alert has none of them.
    """

    products: tuple[str, ...] = ()
    url: str = ""
    image_url: str = ""
    price: Money | None = None
    wording: str = ""
    confirm: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """Everything one message says. `notice` is the legal kind of a required one, `law` whose law it speaks by.

    `answers` is set where it acknowledges a reply, `signed_up` where it asks for consent or says that a product is
    back: then there may be no items. `offers` are the words of terms.reply.OrderAction, in small letters, by which a
    text may be answered (RULES.md S6, S7).

    Raises ValueError for a notice whose lines lack the day that its words turn on: F3 stands on R, F4 and F5 on the
    day of the answer.
    """

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
    notice: NoticeKind = NoticeKind.NONE
    law: Jurisdiction = Jurisdiction.NONE
    answers: Acknowledgement | None = None
    signed_up: SignedUp | None = None
    offers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.notice is NoticeKind.F3 and any(item.revised is None for item in self.items):
            raise ValueError("a notice of kind F3 needs the revised ship date of every line")
        by_consent = self.notice in (NoticeKind.F4, NoticeKind.F5)
        if by_consent and any(item.answer_by is None for item in self.items):
            raise ValueError(f"a notice of kind {self.notice} needs the day of the answer for every line")

    @property
    def is_answer(self) -> bool:
        """Whether it only answers what the customer has just done: there is nothing to unsubscribe from."""
        return self.answers is not None or (self.signed_up is not None and bool(self.signed_up.wording))


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

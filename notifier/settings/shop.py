"""Who writes: the shop, its brands, its web address, its team. Colour: root. Part of Settings."""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Literal

from pydantic import Field

from notifier.settings.values import (
    Address,
    Colour,
    Country,
    Host,
    Line,
    Listen,
    LocaleTag,
    Networks,
    Section,
    Sender,
    Url,
    Whole,
    Zone,
    mailbox,
    place_of,
)
from notifier.terms.content import BrandLook
from notifier.terms.words import Tone

PLACEHOLDER_ADDRESS = "orders@shop.example"
"""Where mail seems to come from until the shop sets a sender; live mode refuses it."""

DEFAULT_COLOUR = "#1f5f8b"


class Shop(Section):
    """The shop: what every brand falls back to."""

    name: Line = Field("Your Shop", min_length=1, description="The shop's name, as customers know it.")
    country: Country = Field(
        "US", description="ISO 3166 country where the shop is; phone numbers without +.. are read as its."
    )
    timezone: Zone = Field(
        "UTC", min_length=1, description="IANA zone in which promised dates and ETAs are calendar days."
    )
    locale: LocaleTag = Field(
        "en", min_length=1, description="Language of a customer of whom none is known: en, de, pt-BR ..."
    )
    postal_address: str = Field(
        "", description="Postal address for the foot of emails; live sending needs it (CAN-SPAM)."
    )
    address: Literal["formal", "informal"] = Field(
        "formal",
        description="How customers are addressed, where their language knows a difference: Sie or du, vous or tu.",
    )
    handling_days: Whole = Field(
        1, le=365, description="Calendar days from the arrival of supply to handing a parcel over."
    )
    transit_days: Whole = Field(
        3, le=365, description="Calendar days from shipping to delivery, for messages that tell both."
    )


class BrandSection(Section):
    """One brand; what is empty comes from the shop."""

    name: Line = Field("", description="The brand's name; empty: the shop's.")
    sender: Sender = Field(
        "", description="Sender of emails, like Your Shop <orders@shop.example>; live sending needs one."
    )
    reply_address: Address = Field("", description="Where answers by email go; empty: the sender's address.")
    text_sender: Line = Field("", description="From-number or sender name of texts, where no messaging service is set.")
    postal_address: str = Field("", description="Postal address for the foot of emails; empty: the shop's.")
    logo: Url = Field("", description="https address of a logo for emails, shown up to 200 pixels wide.")
    colour: Colour = Field(DEFAULT_COLOUR, description="Colour of buttons and links, like #1f5f8b.")
    link_domain: Host = Field("", description="Host of the links in texts; empty: they begin with [web] public_url.")
    timezone: Zone = Field(
        "", description="IANA zone of the brand's customers where theirs is unknown; empty: the shop's."
    )
    locale: LocaleTag = Field("", description="Language where the customer's is unknown; empty: the shop's.")
    address: Literal["", "formal", "informal"] = Field(
        "",
        description="How customers are addressed, formal or informal (Sie or du, vous or tu); empty: as the shop does.",
    )
    default: bool = Field(
        False, description="true for the brand of orders that name none; a single brand is it anyway."
    )


class Web(Section):
    """Where customers and Twilio reach us."""

    listen: Listen = Field(
        "",
        description="Where notifier web, and notifier run, serve what public_url leads to, like 127.0.0.1:8080; empty:"
        " nowhere (docs/webhooks.md).",
    )
    public_url: Url = Field(
        "", description="https address of the customers' pages; empty: no links, answers go by email."
    )
    proxies: Networks = Field(
        ("127.0.0.1", "::1"),
        description="Addresses of the proxies before listen: of them alone X-Forwarded-For is believed.",
    )

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port; None: not served."""
        return place_of(self.listen) if self.listen else None


class Team(Section):
    """Whom the product tells about trouble."""

    email: Address = Field(
        "", description="Address that is told of stale sources, brakes and failures; empty: only the log."
    )


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand with every fall-back resolved. `sender` is `Name <address>`; `link_domain` alone has none."""

    key: str
    name: str
    sender: str
    reply_address: str
    text_sender: str
    postal_address: str
    logo: str
    colour: str
    link_domain: str
    timezone: str
    locale: str
    tone: Tone

    @property
    def placeholder(self) -> bool:
        """True while the sender is the one that nobody reads."""
        return parseaddr(self.sender)[1] == PLACEHOLDER_ADDRESS

    @property
    def look(self) -> BrandLook:
        """The brand as render takes it."""
        return BrandLook(
            key=self.key,
            name=self.name,
            sender=self.sender,
            reply_address=self.reply_address,
            text_sender=self.text_sender,
            postal_address=self.postal_address,
            logo=self.logo,
            colour=self.colour,
            timezone=self.timezone,
            locale=self.locale,
            tone=self.tone,
        )


def resolved(key: str, section: BrandSection, shop: Shop) -> Brand:
    """Return the brand `key` with the shop's values where it has none of its own."""
    name = section.name or shop.name
    sender = section.sender or mailbox(name, PLACEHOLDER_ADDRESS)
    return Brand(
        key=key,
        name=name,
        sender=sender,
        reply_address=section.reply_address or parseaddr(sender)[1],
        text_sender=section.text_sender,
        postal_address=section.postal_address or shop.postal_address,
        logo=section.logo,
        colour=section.colour,
        link_domain=section.link_domain,
        timezone=section.timezone or shop.timezone,
        locale=section.locale or shop.locale,
        tone=Tone(section.address or shop.address),
    )

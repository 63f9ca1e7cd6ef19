"""When customers are written to: caps, hours, marketplaces, and the figures of each purpose. Colour: root."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from notifier.policy import figures
from notifier.settings.values import Amount, Count, Currency, Line, Period, Section, Whole, Words
from notifier.terms.words import Channel, MessageClass

_MARKETPLACES = (
    "allegro",
    "amazon",
    "bol",
    "cdiscount",
    "ebay",
    "etsy",
    "kaufland",
    "mercadolibre",
    "newegg",
    "otto",
    "rakuten",
    "target",
    "temu",
    "tiktok",
    "walmart",
    "wayfair",
    "zalando",
)


class DelayRule(Section):
    """The law on delays."""

    jurisdiction: Literal["auto", "us_435", "eu", "none"] = Field(
        "none", description="auto: by the customer's country; us_435 (16 CFR 435), eu, or none for all customers."
    )
    decide_days: Count = Field(
        7, le=90, description="Days before a promised ship date from which a line without a date counts as late."
    )
    lead_days: Count = Field(3, le=90, description="Days before the deadline from which a notice waits for nothing.")
    settle_minutes: Whole = Field(
        0, le=1440, description="Minutes that a new date must stand before its notice goes; 0: at once."
    )
    on_lapse: Literal["ask", "cancel"] = Field(
        "ask", description="A line whose time is up by law: ask waits for notifier confirm; cancel tells the customer."
    )


class Cap(Section):
    """At most so many messages in a period, for each customer and each address, within one brand."""

    count: Count = Field(description="Most messages in the period, for one customer and for one address of a brand.")
    period: Period = Field(description="The period, like 24h or 7d; it rolls: no stretch of this length holds more.")
    channel: Literal["all", "email", "sms"] = Field("all", description="all channels together, or only email or sms.")
    message_class: Literal["all", "required", "service", "marketing"] = Field(
        "all",
        alias="class",
        description="all classes together, or only one: marketing, service, required (a required email always goes).",
    )
    brand: Line = Field("", description="Only in this brand; empty: in every brand, each counted for itself.")

    @property
    def as_judged(self) -> figures.Cap:
        """The cap as policy reads it."""
        channel = None if self.channel == "all" else Channel(self.channel)
        kind = None if self.message_class == "all" else MessageClass(self.message_class)
        return figures.Cap(self.count, self.period, channel, kind, self.brand)


DEFAULT_CAPS = (
    Cap(count=2, period=timedelta(hours=24), channel="all"),
    Cap(count=1, period=timedelta(hours=24), channel="sms"),
    Cap(count=3, period=timedelta(days=7), channel="all"),
)


class Policy(Section):
    """Hours, caps, marketplaces."""

    email_from: time = Field(time(8), description="From this hour in the customer's zone, email that no law requires.")
    email_until: time = Field(time(20), description="Until this hour.")
    text_from: time = Field(
        time(9),
        description="From this hour in the customer's zone, texts: 09:00 or later; a state's law may be narrower.",
    )
    text_until: time = Field(time(20), description="Until this hour: 20:00 or earlier.")
    text_sunday_from: time = Field(time(12), description="On Sundays, texts only from this hour: 12:00 or later.")
    offers_on_holidays: bool = Field(
        False, description="Send offers on public holidays of the customer's country and state, too."
    )
    marketplaces: Words = Field(
        _MARKETPLACES, description="Sales channels that are marketplaces and own their customers."
    )
    marketplaces_enabled: Words = Field(
        (), description="Those of them whose customers may be written to, never marketing."
    )
    soft_opt_in: bool = Field(
        False,
        description="true: marketing email after a sale, with no consent, where the law allows it and nobody objected.",
    )
    quiet_after_call_days: Whole = Field(
        14, description="Days without progress messages and offers after a phone call that an operator logged."
    )
    caps: tuple[Cap, ...] = Field(DEFAULT_CAPS, description="Frequency caps; tables of your own replace all of these.")


class Placed(Section):
    """A new backorder."""

    max_age_days: Whole = Field(
        3, description="Orders older than this many days get no message that they are backordered."
    )


class EtaChange(Section):
    """The ETA moved."""

    min_days: Count = Field(3, description="Days that an ETA must move, either way, before it is told.")


class Progress(Section):
    """Still waiting."""

    every_days: Count = Field(14, description="Least days between two of them.")
    days_before: Whole = Field(5, description="Days before the ETA for the last one.")
    max_without_news: Whole = Field(3, description="After this many without any news, no more.")


class Reward(Section):
    """A code for patience; off until percent or amount is set."""

    percent: Whole = Field(0, le=100, description="Discount in percent; 0: not this way.")
    amount: Amount = Field(Decimal(0), description="Discount as an amount of currency; 0: not this way.")
    currency: Currency = Field("", description="Currency of amount, like USD.")
    after_days: Count = Field(21, description="Days of waiting after which a customer gets a code.")
    valid_days: Count = Field(30, description="Days that a code is valid.")
    budget: Amount = Field(
        Decimal(0), description="Most that all codes of a calendar year may cost; a reward needs one."
    )
    budget_currency: Currency = Field("", description="Currency of budget, like USD.")
    per_customer_per_year: Count = Field(1, description="Most codes for one customer in a calendar year.")

    @property
    def on(self) -> bool:
        """True once the shop has set a discount."""
        return self.percent > 0 or self.amount > 0


class EtaBelief(Section):
    """Which ETAs are believed."""

    max_days_ahead: Count = Field(
        730, le=3650, description="An ETA further ahead is a slip of the keyboard: nobody is told."
    )


class Retention(Section):
    """How long people are remembered."""

    days: Count = Field(
        730,
        description="Days after which bodies, and people with no open line, are forgotten if nothing was said since.",
    )
    evidence_years: Count = Field(
        5, le=30, description="Years for which the evidence of notices and consents is kept, also of who was erased."
    )

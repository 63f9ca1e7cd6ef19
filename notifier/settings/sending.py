"""Where messages go and how: database, delivery, email, texts, signing, brakes, the clockwork. Colour: root."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from notifier.settings.values import (
    Address,
    Amount,
    Count,
    Countries,
    Country,
    Currency,
    Domain,
    Line,
    Phone,
    Section,
    Url,
    Whole,
    Words,
)
from notifier.terms.delivery import TextLimits
from notifier.terms.money import Money, money_of
from notifier.terms.words import DeliveryMode

TEXTS_PATH = "/webhooks/twilio/text"
"""Path under [web] public_url to which Twilio sends what customers wrote."""


def _long_enough(given: object) -> object:
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    if isinstance(text, str) and 0 < len(text) < 32:
        raise ValueError("is too short to sign with; use 32 random characters or more")
    return given


def _each_long_enough(given: object) -> object:
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    if isinstance(text, str):
        for one in filter(None, (part.strip() for part in text.split(","))):
            if one != KEY:
                _long_enough(one)
    return given


def _each(secret: SecretStr) -> tuple[str, ...]:
    """The secrets in one that holds several."""
    return tuple(one.strip() for one in secret.get_secret_value().split(",") if one.strip())


class Database(Section):
    """Where everything is kept."""

    url: str = Field(
        "sqlite:///notifier.db",
        repr=False,
        pattern=r"^(sqlite:///[^:].*|postgres(ql)?(\+psycopg)?://.+)$",
        description="sqlite:///FILE beside this file, or postgresql://user@host/name (or NOTIFIER_DATABASE__URL).",
    )


class Delivery(Section):
    """The outbox's way out."""

    mode: DeliveryMode = Field(
        DeliveryMode.FOLDER,
        description="shadow: nothing goes, what would have gone is kept; folder: files only; redirect: all to the"
        " address below, marked; live: to customers.",
    )
    folder: str = Field(
        "outbox", min_length=1, description="Where mode folder writes .eml and .txt files; beside this file."
    )
    redirect_to_email: Address = Field("", description="Who gets every email in mode redirect.")
    redirect_to_phone: Phone = Field("", description="Who gets every text in mode redirect, like +14155550123.")
    only_to: Words = Field((), description="In mode live, only these addresses and numbers; empty: everybody.")
    claim_size: Count = Field(500, le=10_000, description="Messages that a worker takes at once.")
    lease_seconds: Count = Field(
        45,
        ge=10,
        le=3600,
        description="Seconds after which another worker takes over from one that gives no sign of life.",
    )
    max_attempts: Count = Field(
        6, le=50, description="Tries for a message before a transient error counts as a refusal."
    )
    retry_first_seconds: Count = Field(
        300, le=86_400, description="Seconds before the second try; it doubles from try to try."
    )
    render_workers: Whole = Field(0, le=64, description="Processes that render; 0: one for each processor core.")
    settle_minutes: Count = Field(
        15,
        le=1440,
        description="Minutes to look for proof that a message went of which nobody knows it; then a required email goes"
        " once more, and the rest waits for a person.",
    )


class Email(Section):
    """The SMTP server."""

    host: Line = Field("localhost", min_length=1, description="Host name of the SMTP server.")
    port: Count = Field(587, le=65_535, description="Its port: 587 with starttls, 465 with tls, 25 with none.")
    security: Literal["tls", "starttls", "none"] = Field(
        "starttls", description="tls from the first byte, starttls, or none (for a server on this machine)."
    )
    username: Line = Field("", description="User name for the SMTP server; empty: no login.")
    password: SecretStr = Field(SecretStr(""), description="Password for the SMTP server.")
    timeout_seconds: Count = Field(60, le=600, description="Seconds that one email may take as a whole.")
    connections: Count = Field(8, le=200, description="Connections kept open to the server at once.")
    hello_name: Line = Field("", description="Name for EHLO; empty: this machine's.")
    per_second: Whole = Field(0, le=10_000, description="Most emails in a second, over all workers; 0: no limit.")
    per_second_by_domain: dict[Domain, Count] = Field(
        {}, description='Most emails in a second to one domain of recipients, like { "mail.example" = 5 }.'
    )


class Journal(Section):
    """A mailbox that holds a copy of each email that went: what lies there need not go twice."""

    host: Line = Field("", description="Host name of the IMAP server; empty: there is no journal.")
    port: Count = Field(993, le=65_535, description="Its port: 993 with tls, 143 with starttls.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls from the first byte, starttls, or none (for a server on this machine)."
    )
    username: Line = Field("", description="User name for the IMAP server.")
    password: SecretStr = Field(SecretStr(""), description="Password for the IMAP server.")
    folder: Line = Field("INBOX", min_length=1, description='Folder in which the copies lie, like INBOX or "Sent".')
    bcc: Address = Field(
        "",
        description="Address that gets a blind copy of each email; empty: the mail server itself keeps copies there.",
    )
    timeout_seconds: Count = Field(10, le=120, description="Seconds that one step of a look may take.")


class Sms(Section):
    """Twilio."""

    enabled: bool = Field(False, description="true: texts are sent; false: email only.")
    account_sid: Line = Field(
        "", pattern="^(AC[0-9a-f]{32})?$", description="Twilio's account SID, AC and 32 hex digits."
    )
    auth_token: SecretStr = Field(SecretStr(""), description="Twilio's auth token.")
    other_auth_tokens: SecretStr = Field(
        SecretStr(""),
        description="Auth tokens that may sign webhooks too while the token is exchanged, with commas between.",
    )
    shared_keys: SecretStr = Field(
        SecretStr(""), description="Secrets of Twilio's SharedKeys that may sign webhooks, with commas between."
    )
    messaging_service_sid: Line = Field(
        "", pattern="^(MG[0-9a-f]{32})?$", description="Messaging service SID; empty: each brand's text_sender."
    )
    allowed_countries: Countries = Field(
        (), description="ISO countries that texts may go to; empty: the shop's country only."
    )
    daily_limit: Count = Field(1000, description="Most texts on one day (UTC) in all; what is over goes the next day.")
    daily_limit_by_country: dict[Country, Whole] = Field(
        {},
        description="Most texts on one day by ISO country, like { CA = 500 }; others than the shop's own have 100.",
    )
    daily_limit_by_range: Whole = Field(
        0,
        description="Most texts on one day to numbers that differ in the last three digits only, against fraud;"
        " 0: a tenth of daily_limit.",
    )
    timeout_seconds: Count = Field(10, le=120, description="Seconds that one text may take as a whole.")
    api_base: Url = Field("", description="Another address of the Messages API, for tests; empty: Twilio's own.")
    status_callback_path: str = Field(
        "/webhooks/twilio/status",
        pattern="^(/[A-Za-z0-9._~-]+)+$",
        description="Path under [web] public_url to which Twilio sends receipts.",
    )
    per_second: Whole = Field(0, le=10_000, description="Most texts in a second, over all workers; 0: no limit.")
    price_per_segment: Amount = Field(Decimal(0), description="What a segment costs, for estimates; 0: unknown.")
    price_currency: Currency = Field("", description="Currency of price_per_segment, like USD.")

    @property
    def segment_price(self) -> Money | None:
        """What a segment costs; None where the shop has not said."""
        return money_of(self.price_per_segment or None, self.price_currency)

    @property
    def believed_tokens(self) -> tuple[str, ...]:
        """Every auth token by which a webhook may be signed."""
        return (*_each(self.auth_token), *_each(self.other_auth_tokens))

    @property
    def believed_shared_keys(self) -> tuple[str, ...]:
        """Every SharedKey's secret by which a webhook may be signed."""
        return _each(self.shared_keys)

    def limits(self, home: str) -> TextLimits:
        """The daily limits; `home` is the shop's own country (ISO)."""
        return TextLimits(self.daily_limit, home, self.daily_limit_by_country, self.daily_limit_by_range)


class Signing(Section):
    """The secret behind links and address hashes."""

    key: Annotated[SecretStr, BeforeValidator(_long_enough)] = Field(
        SecretStr(""), description="Secret that signs links and hashes addresses, 32 characters or more."
    )
    key_file: str = Field(
        "signing.key",
        min_length=1,
        description="File with the secret, made by notifier migrate; back it up, never share it.",
    )

    link_keys: Annotated[SecretStr, BeforeValidator(_each_long_enough)] = Field(
        SecretStr(""),
        description="Secrets that sign links instead, with commas between: the first signs, all open; the word key"
        " stands for the secret above (docs/pages.md).",
    )

    def link_secrets(self, own: bytes) -> tuple[bytes, ...]:
        """What signs links, the newest first; KEY, or nothing at all, stands for the secret itself, which is `own`."""
        return tuple(own if one == KEY else one.encode() for one in _each(self.link_keys) or (KEY,))


KEY = "key"


class Safety(Section):
    """Brakes."""

    max_per_run: Count = Field(
        500, description="A plan after which more customers would be written to within an hour stops and asks."
    )
    surge_factor: Whole = Field(
        5, le=1000, description="So does one of more customers than so many times the usual run (median); 0: off."
    )
    surge_least: Whole = Field(0, description="A run of at most so many customers is never too large for the usual.")
    failed_percent: Whole = Field(
        30,
        le=100,
        description="A purpose is paused (but what is required) once so many percent of its last failed_of messages"
        " were refused; 0: never.",
    )
    failed_of: Count = Field(50, le=1000, description="How many messages of a purpose are looked at for that.")
    tick_file: str = Field(
        "notifier.tick",
        min_length=1,
        description="File on this machine that shows whether the database is an older copy; never in a backup.",
    )


class Schedule(Section):
    """How often notifier run does what."""

    plan_minutes: Count = Field(5, le=1440, description="Minutes between two plans.")
    deliver_seconds: Count = Field(1, le=3600, description="Seconds between two looks into the outbox.")
    cleanup_hours: Count = Field(24, le=744, description="Hours between two clean-ups.")


class Templates(Section):
    """The words."""

    folder: str = Field("templates", min_length=1, description="Folder with your own templates; it need not exist.")
    second_person: bool = Field(
        False, description="What is published in the console needs the approval of another person than its author."
    )

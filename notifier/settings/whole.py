"""All sections as one frozen value, with paths and brands resolved. Colour: root. Built by `load`, read by app."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from notifier.errors import SettingsError
from notifier.settings.actions import Actions
from notifier.settings.console import Console
from notifier.settings.contact import DelayRule, EtaBelief, EtaChange, Placed, Policy, Progress, Retention, Reward
from notifier.settings.inbox import Inbox
from notifier.settings.oidc import Oidc
from notifier.settings.sending import Database, Delivery, Email, Journal, Safety, Schedule, Signing, Sms, Templates
from notifier.settings.shop import Brand, BrandSection, Shop, Team, Web, resolved
from notifier.settings.signup import SignupSection
from notifier.settings.sources import Profile, Source
from notifier.settings.values import Section
from notifier.settings.watching import Logging, Metrics
from notifier.terms.words import Tone


class Sections(Section):
    """settings.toml as it is written."""

    shop: Shop = Field(Shop(), description="The shop: what every brand falls back to.")
    brands: dict[str, BrandSection] = Field({}, description="Brands of the shop; none: one brand, made from [shop].")
    database: Database = Field(Database(), description="Where everything is kept.")
    delivery: Delivery = Field(Delivery(), description="Where messages really go.")
    email: Email = Field(Email(), description="The SMTP server.")
    journal: Journal = Field(Journal(), description="A mailbox with a copy of each email that went, read by IMAP.")
    actions: Actions = Field(Actions(), description="What the shop's own system must do for customers.")
    inbox: Inbox = Field(Inbox(), description="The mailbox of customers' answers, read by IMAP (docs/operations.md).")
    sms: Sms = Field(Sms(), description="Text messages through Twilio.")
    web: Web = Field(Web(), description="The customers' pages, and Twilio's webhooks.")
    console: Console = Field(Console(), description="The support team's console (docs/console.md).")
    oidc: Oidc = Field(Oidc(), description="Signing in to the console by your own identity provider (docs/console.md).")
    signup: SignupSection = Field(SignupSection(), description="The sign-up form for what is out of stock.")
    signing: Signing = Field(Signing(), description="The secret behind links and address hashes.")
    delay_rule: DelayRule = Field(DelayRule(), description="The law on delays.")
    safety: Safety = Field(Safety(), description="Brakes.")
    policy: Policy = Field(Policy(), description="When customers are written to, and how often at most.")
    placed: Placed = Field(Placed(), description="Purpose placed: a new backorder.")
    eta_change: EtaChange = Field(EtaChange(), description="Purpose eta_change: the expected date moved.")
    progress: Progress = Field(Progress(), description="Purpose progress: still waiting.")
    reward: Reward = Field(
        Reward(), description="Purpose reward: a code for patience; off until percent or amount is set."
    )
    eta: EtaBelief = Field(EtaBelief(), description="Which expected dates are believed.")
    retention: Retention = Field(Retention(), description="How long people are remembered (docs/privacy.md).")
    templates: Templates = Field(Templates(), description="Your own words; what is not there comes with the product.")
    team: Team = Field(Team(), description="Whom the product tells about trouble.")
    schedule: Schedule = Field(Schedule(), description="How often notifier run does what.")
    metrics: Metrics = Field(Metrics(), description="Metrics for Prometheus, and health (docs/operations.md).")
    logging: Logging = Field(Logging(), description="What is written to stderr.")
    sources: tuple[Source, ...] = Field((), description="Where records come from, for notifier run.")
    profiles: dict[str, Profile] = Field({}, description="How a foreign export is read.")


class Settings(Sections):
    """The settings in force. `base` is the folder that relative paths start from: that of the settings file.

    `variables` are the places that the environment sets, with the variable's name.
    """

    base: Path = Field(description="Folder that relative paths start from; not a key of settings.toml.")
    variables: dict[tuple[str | int, ...], str] = Field({}, description="Places that a variable sets; no key either.")

    @property
    def delivery_folder(self) -> Path:
        """Where mode folder writes."""
        return self.base / self.delivery.folder

    @property
    def template_folder(self) -> Path:
        """The shop's own templates; it may not exist."""
        return self.base / self.templates.folder

    @property
    def upload_folder(self) -> Path:
        """Where files lie that are being imported at the console."""
        return self.base / self.console.uploads

    @property
    def key_file(self) -> Path:
        """The file with the signing secret."""
        return self.base / self.signing.key_file

    @property
    def tick_file(self) -> Path:
        """The machine's own counter."""
        return self.base / self.safety.tick_file

    @property
    def database_url(self) -> str:
        """The database's URL with its driver, and with SQLite's file resolved."""
        url = self.database.url
        if url.startswith("sqlite:///"):
            return f"sqlite:///{self.base / url.removeprefix('sqlite:///')}"
        return f"postgresql+psycopg://{url.partition('://')[2]}"

    @property
    def console_url(self) -> str:
        """Scheme and host of the console; empty: it is not served."""
        public = self.web.public_url.rstrip("/")
        at_public = public if not urlsplit(public).path else ""
        return (self.console.url or at_public) if self.console.on and self.web.listen else ""

    @property
    def text_countries(self) -> frozenset[str]:
        """ISO countries that texts may go to (RULES S12)."""
        return frozenset(self.sms.allowed_countries or (self.shop.country,))

    @property
    def brand_keys(self) -> tuple[str, ...]:
        """The keys of all brands, the default one first."""
        return tuple(sorted(self._brands(), key=lambda key: (not self._is_default(key), key)))

    @property
    def informal_brands(self) -> frozenset[str]:
        """The keys of the brands that address their customers informally."""
        return frozenset(key for key in self.brand_keys if self.brand(key).tone is Tone.INFORMAL)

    @property
    def default_brand(self) -> Brand:
        """The brand of orders that name none."""
        return self.brand(self.brand_keys[0])

    def brand(self, key: str) -> Brand:
        """The brand `key`, resolved; the empty key means the default. Raises SettingsError for one not there."""
        if not key:
            return self.default_brand
        section = self._brands().get(key)
        if section is None:
            raise SettingsError(
                [f"[brands.{key}]: is no brand of this shop; add the table, or name one of {self.brand_keys}"]
            )
        return resolved(key, section, self.shop)

    def profile(self, name: str) -> Profile:
        """The profile `name`; the empty name means our own column names. Raises SettingsError for one not there."""
        if name and name not in self.profiles:
            raise SettingsError(
                [f"[profiles.{name}]: is not there; add the table, or name one of {sorted(self.profiles)}"]
            )
        return self.profiles[name] if name else Profile()

    def source_profile(self, source: Source) -> Profile:
        """The profile of `source`, with its kind filled in."""
        found = self.profile(source.profile)
        return found.model_copy(update={"kind": source.kind or found.kind})

    def _brands(self) -> dict[str, BrandSection]:
        return self.brands or {"default": BrandSection()}

    def _is_default(self, key: str) -> bool:
        return self._brands()[key].default

"""What every pipeline function needs, built once by app: store, words, policy, secrets. Colour: root."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from notifier.outbox import Backoff, Lease
from notifier.pipeline.facts import Judging
from notifier.pipeline.guard import Guards
from notifier.render.catalogue import Catalogue, TextsByPlace
from notifier.render.links import Keys
from notifier.rewards import RewardTerms
from notifier.settings import Settings
from notifier.store.engine import Store
from notifier.terms.content import BrandLook
from notifier.terms.delivery import TextLimits
from notifier.terms.operator import Role
from notifier.terms.purpose import Purpose
from notifier.terms.words import DeliveryMode


@dataclass(frozen=True, slots=True)
class Web:
    """Where links lead: the pages' address (empty: no links), each brand's link host, and the signing keys."""

    public_url: str
    link_domains: Mapping[str, str]
    keys: Keys = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rates:
    """Most messages in a second, by route; none: no limit."""

    by_route: Mapping[str, float] = field(default_factory=dict)

    def of(self, name: str) -> float:
        """The limit of a route; 0: none."""
        return self.by_route.get(name, 0.0)


@dataclass(frozen=True, slots=True)
class Sending:
    """How the outbox is emptied. `mode` is that of delivery; `copy_to` is the journal, which gets every email too."""

    lease: Lease
    claim_size: int
    backoff: Backoff
    mode: DeliveryMode
    message_id_domain: str
    text_limits: TextLimits
    rates: Rates = field(default_factory=Rates)
    copy_to: str = ""


@dataclass(frozen=True, slots=True)
class Remembering:
    """How long people are remembered, how long a call keeps a customer quiet, and the key of the hashes that stay."""

    hash_key: bytes = field(repr=False)
    keep: timedelta
    evidence_years: int
    quiet_after_call: timedelta


def remembering(settings: Settings, hash_key: bytes) -> Remembering:
    """The settings on people; `hash_key` is that of the address hashes."""
    quiet = timedelta(days=settings.policy.quiet_after_call_days)
    return Remembering(hash_key, timedelta(days=settings.retention.days), settings.retention.evidence_years, quiet)


@dataclass(frozen=True, slots=True)
class Brake:
    """When a run is too large to go by itself: more than `customers` in an hour, or `surge_factor` times the usual run
    (0: no such limit), where that is more than `surge_least`.
    """

    customers: int
    surge_factor: int = 5
    surge_least: int = 0


@dataclass(frozen=True, slots=True)
class Storm:
    """When a purpose is paused: `percent` of its last `of_last` messages were refused; 0: never."""

    percent: int = 0
    of_last: int = 50


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read of the database when it stood at `mark`: `catalogue` is that of the files `written` with it.

    `settings` are those `read` from the file with the console's figures over them; None: nobody has set any there.
    """

    mark: str
    written: TextsByPlace = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    read: Settings | None = field(default=None, repr=False)
    settings: Settings | None = field(default=None, repr=False)


@dataclass(slots=True)
class Published:
    """What was read last of what the team has published (`pipeline.in_force`), for as long as the process lives."""

    newest: Gathered | None = None


@dataclass(frozen=True, slots=True)
class House:
    """One shop, ready to work.

    `stale_after` is each configured source's limit, `lapse` what happens to a line whose time is up by law: ask (a
    person confirms) or cancel. `reply_to` is the mailbox that answers are read from, to be signed for each message;
    empty: they go to the brand's own address. `texts_read`: what customers text comes in by the webhook;
    `numbers_shared`: any of the provider's numbers may text for any brand.
    `alert_hold` is how long a unit is held back for somebody who was told that it is there, `signups_a_day` how many
    are asked to confirm a sign-up in 24 hours, by each channel. `catalogue` is that of the files until
    `pipeline.in_force` lays over it what the team has published; `second_person`: another than its author approves.
    `settings` are what it was built from, without the figures that the team has set at the console;
    `least_by_password` is the least role that a password opens.
    """

    store: Store = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    judging: Judging
    brands: Mapping[str, BrandLook]
    web: Web
    sending: Sending
    brake: Brake
    remembering: Remembering
    stale_after: Mapping[str, timedelta] = field(default_factory=dict)
    reward: RewardTerms | None = None
    lapse: str = "ask"
    guards: Guards = field(default_factory=Guards)
    storm: Storm = Storm()
    reply_to: str = ""
    alert_hold: timedelta = timedelta(hours=24)
    signups_a_day: int = 300
    helpdesk: str = ""
    texts_read: bool = False
    numbers_shared: bool = False
    second_person: bool = False
    settings: Settings | None = field(default=None, compare=False, repr=False)
    least_by_password: Role = Role.VIEWER
    published: Published = field(default_factory=Published, compare=False, repr=False)

    @property
    def purposes(self) -> Sequence[Purpose]:
        """All purposes that templates exist for, in the order of their names."""
        return [self.catalogue.purposes[name] for name in sorted(self.catalogue.purposes)]

    def purpose_at(self, occasion: str) -> Purpose | None:
        """The purpose with this occasion; None where the shop's templates have none."""
        return next((one for one in self.purposes if one.occasion == occasion), None)

    def brand(self, key: str) -> BrandLook:
        """The look of a brand; one that settings no longer name is written to as the default one (the first)."""
        return self.brands.get(key) or next(iter(self.brands.values()))

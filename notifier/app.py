"""The composition root: the only place that constructs, and the only one that reads clocks. Colour: root.

Called by the doors (cli, schedule): settings and secrets in, a House and its Wires out.
"""

import asyncio
import gc
import hmac
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from typing import TYPE_CHECKING

from notifier.channels import open_sender
from notifier.channels.folder import FolderAccess, FolderSender
from notifier.channels.redirect import OnlyToSender, RedirectedTexts, RedirectSender
from notifier.channels.shadow import ShadowSender
from notifier.deliver import Pace
from notifier.errors import SettingsError, Transient, UsageError
from notifier.outbox import Backoff, Lease
from notifier.pipeline.deliver import Wires
from notifier.pipeline.guard import guards_of
from notifier.pipeline.house import Brake, House, Rates, Sending, Storm, Web, remembering
from notifier.pipeline.judged_by import judging, reward_terms
from notifier.pipeline.mailboxes import KeptPositions
from notifier.pipeline.mailroom import Mailroom
from notifier.pipeline.readiness import PATIENCE
from notifier.pipeline.team import Team
from notifier.pipeline.unknown import Evidence
from notifier.pipeline.watch import Watch
from notifier.policy.occasions import check_purposes
from notifier.records.profile import ShopContext
from notifier.render.links import Keys, signing
from notifier.render_pool import BESIDE, Limits, RenderPool
from notifier.settings import Settings
from notifier.settings.access import email_access, inbox_access, journal_access, provider_access, sms_access
from notifier.settings.hosts import far_hosts
from notifier.store.engine import DATABASE_FAULTS as DATABASE_FAULTS  # noqa: PLC0414 - for the doors
from notifier.store.engine import DATABASE_TROUBLE as DATABASE_TROUBLE  # noqa: PLC0414
from notifier.store.engine import Store, open_engine
from notifier.store.migrate import open_store, upgrade
from notifier.template_files import shop_catalogue
from notifier.terms.delivery import ChannelSender
from notifier.terms.evidence import Journal, TextList
from notifier.terms.incoming import HeardTexts
from notifier.terms.mailbox import RawMail
from notifier.terms.operator import Role
from notifier.terms.outside import IdentityProvider
from notifier.terms.route import route_name
from notifier.terms.time import zone
from notifier.terms.words import STAYS_HERE, Channel, DeliveryMode

if TYPE_CHECKING:
    from notifier.replies.mailbox import MailboxReader, ReadingThread

KEY_BYTES = 32

LISTING_SECONDS = 30.0
"""That the list of a day's texts may take, page by page."""


def clock() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """Seconds of this machine, sleep included where the system can say so (Linux); only their differences mean much."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs links, and what hashes addresses; without link_keys both are derived from one secret."""

    links: Keys
    addresses: bytes


def settle_in() -> None:
    """For a process that lives for weeks, once all is opened: what is there now is no garbage and is not looked through
    again, what comes is looked at less often. Python's own pace would cost a tenth of delivery.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def read_secrets(settings: Settings) -> Secrets:
    """The keys of this shop. Raises SettingsError with the command to type where there are none yet."""
    given = settings.signing.key.get_secret_value().encode()
    if not given:
        try:
            given = settings.key_file.read_bytes().strip()
        except FileNotFoundError as error:
            raise SettingsError(
                [f"[signing] key_file: {settings.key_file.name} is not there. Type: notifier migrate"]
            ) from error
        except OSError as error:
            raise SettingsError([f"[signing] key_file: cannot be read: {error.strerror}. Mend its rights"]) from error
    if len(given) < KEY_BYTES:
        raise SettingsError(["[signing] key: is shorter than 32 characters. Restore it from your backup"])
    first, *older = (_derived(one, b"links") for one in settings.signing.link_secrets(given))
    return Secrets(signing(first, tuple(older)), _derived(given, b"addresses"))


def _derived(secret: bytes, what: bytes) -> bytes:
    return hmac.new(secret, b"notifier." + what, sha256).digest()


def migrate(settings: Settings) -> tuple[str | None, str, bool]:
    """Bring the database to this code's schema and make the signing key (mode 0600) where there is none.

    Returns the schema before and after, and whether a key was made.
    """
    made = not settings.signing.key.get_secret_value() and not settings.key_file.exists()
    if made:
        settings.key_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")
    engine = open_engine(settings.database_url)
    try:
        before, after = upgrade(engine)
    finally:
        engine.dispose()
    return before, after, made


def open_house(settings: Settings, store: Store | None = None) -> House:
    """Everything that pipeline needs, on `store` where one is open already. The caller closes `house.store`."""
    secrets_ = read_secrets(settings)
    catalogue = shop_catalogue(settings.template_folder, settings.informal_brands)
    check_purposes(list(catalogue.purposes.values()))
    brands = {key: settings.brand(key) for key in settings.brand_keys}
    web = Web(settings.web.public_url, {key: one.link_domain for key, one in brands.items()}, secrets_.links)
    return House(
        store=store or open_store(settings.database_url),
        catalogue=catalogue,
        judging=judging(settings),
        brands={key: one.look for key, one in brands.items()},
        web=web,
        sending=_sending(settings),
        brake=Brake(settings.safety.max_per_run, settings.safety.surge_factor, settings.safety.surge_least),
        storm=Storm(settings.safety.failed_percent, settings.safety.failed_of),
        guards=guards_of(settings, clock),
        remembering=remembering(settings, secrets_.addresses),
        stale_after={one.name: timedelta(hours=one.stale_after_hours) for one in settings.sources},
        reward=reward_terms(settings),
        lapse=settings.delay_rule.on_lapse,
        reply_to=settings.inbox.address if settings.inbox.host else "",
        alert_hold=timedelta(hours=settings.signup.hold_hours),
        signups_a_day=settings.signup.most_a_day,
        helpdesk=settings.inbox.forward_to,
        texts_read=bool(settings.sms.enabled and settings.web.public_url and settings.web.listen),
        numbers_shared=bool(settings.sms.messaging_service_sid),
        second_person=settings.templates.second_person,
        settings=settings,
        least_by_password=Role.LEAD if settings.oidc.only else Role.VIEWER,
    )


def _sending(settings: Settings) -> Sending:
    said = settings.delivery
    return Sending(
        lease=Lease(f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}", said.lease_seconds, said.mode),
        claim_size=said.claim_size,
        backoff=Backoff(said.retry_first_seconds, said.max_attempts),
        mode=said.mode,
        text_limits=settings.sms.limits(settings.shop.country),
        rates=_rates(settings),
        copy_to=settings.journal.bcc,
        message_id_domain=parseaddr(settings.default_brand.sender)[1].rpartition("@")[2],
    )


def _rates(settings: Settings) -> Rates:
    said = {route_name(Channel.EMAIL): settings.email.per_second, route_name(Channel.SMS): settings.sms.per_second}
    domains = settings.email.per_second_by_domain.items()
    return Rates(said | {route_name(Channel.EMAIL, domain): most for domain, most in domains})


def open_senders(settings: Settings) -> dict[Channel, ChannelSender]:
    """The way out for each channel, as `[delivery] mode` says."""
    mode = settings.delivery.mode
    if mode is DeliveryMode.SHADOW:
        return dict.fromkeys(Channel, ShadowSender(settings.email.connections))
    if mode is DeliveryMode.FOLDER:
        folder = FolderSender(FolderAccess(settings.delivery_folder, clock, settings.email.connections))
        return dict.fromkeys(Channel, folder)
    senders = {Channel.EMAIL: open_sender(Channel.EMAIL, email_access(settings))}
    if settings.sms.enabled:
        senders[Channel.SMS] = open_sender(Channel.SMS, sms_access(settings))
    if mode is DeliveryMode.LIVE:
        only_to = settings.delivery.only_to
        return {name: OnlyToSender(one, only_to) for name, one in senders.items()} if only_to else senders
    to = {Channel.EMAIL: settings.delivery.redirect_to_email, Channel.SMS: settings.delivery.redirect_to_phone}
    return {name: RedirectSender(one, to[name]) for name, one in senders.items() if to[name]}


def open_evidence(settings: Settings) -> Evidence:
    """Who can be asked whether a message went. Nobody where nothing leaves this machine."""
    patience = timedelta(minutes=settings.delivery.settle_minutes)
    journal: Journal | None = None
    texts: TextList | None = None
    if settings.delivery.mode in STAYS_HERE:
        return Evidence(patience)
    if settings.journal.host:
        from notifier.channels.journal import JournalMailbox

        journal = JournalMailbox(journal_access(settings))
    if settings.sms.enabled:
        from notifier.channels.sms_search import SmsSearch

        texts = SmsSearch(sms_access(settings))
        if settings.delivery.mode is DeliveryMode.REDIRECT:
            texts = RedirectedTexts(texts, settings.delivery.redirect_to_phone)
    return Evidence(patience, journal, texts)


def open_heard_texts(settings: Settings) -> HeardTexts | None:
    """Who knows the texts that came in; None where no webhook takes them in, or nothing leaves this machine."""
    if settings.delivery.mode in STAYS_HERE or not (settings.sms.enabled and settings.web.public_url):
        return None
    from notifier.channels.texts_heard import TextsHeard

    senders = (settings.brand(key).text_sender for key in settings.brand_keys)
    numbers = frozenset(one for one in senders if one.startswith("+"))
    return TextsHeard(replace(sms_access(settings), timeout=LISTING_SECONDS), numbers)


def open_provider(settings: Settings) -> IdentityProvider | None:
    """Who vouches for people at the console; None where all sign in by password. For one event loop."""
    if not settings.oidc.on:
        return None
    from notifier.oidc_provider import OidcProvider

    return OidcProvider(provider_access(settings))


def open_mailbox(
    settings: Settings, store: Store, take: Callable[[RawMail], None], tell: Callable[[str], None]
) -> "MailboxReader | None":
    """Who reads the answers by email, where a mailbox is named: each mail goes to `take`, trouble to `tell`."""
    said = settings.inbox
    if not said.host:
        return None
    from notifier.replies.mailbox import Intake, MailboxReader, Reading

    reading = Reading(timedelta(days=said.first_days), said.poll_seconds, said.quarantine_folder)
    intake = Intake(KeptPositions(store), take, clock, (Transient, *DATABASE_TROUBLE), tell)
    return MailboxReader(inbox_access(settings), reading, intake)


def reading_thread(reader: "MailboxReader") -> "ReadingThread":
    """The same reader beside all other work."""
    from notifier.replies.mailbox import ReadingThread

    return ReadingThread(reader)


@contextmanager
def open_mailroom(house: House) -> Iterator[Mailroom]:
    """Who opens incoming mails, in a limited process that ends with the block."""
    from notifier.replies.mail_process import MailReader

    with MailReader(frozenset({house.sending.message_id_domain})) as reader:
        yield Mailroom(house, reader.read, clock)


async def close_evidence(evidence: Evidence) -> None:
    """Give back connections."""
    if evidence.texts:
        await evidence.texts.close()


def team(settings: Settings) -> Team:
    """Who is told about trouble; their mail is never redirected and needs no place in `only_to`."""
    live = settings.delivery.mode is not DeliveryMode.FOLDER
    channel = open_sender(Channel.EMAIL, email_access(settings)) if live else open_senders(settings)[Channel.EMAIL]
    return Team(settings.team.email, settings.default_brand.sender, channel)


def open_pool(settings: Settings) -> RenderPool:
    """The limited processes that render. The caller closes them."""
    return RenderPool(settings.delivery.render_workers or os.cpu_count() or 1, Limits())


def open_wires(settings: Settings) -> Wires:
    """The senders and the limited processes. The caller closes the pool, and each sender."""
    pool = open_pool(settings)
    pace = Pace(group=settings.email.connections, most=settings.delivery.claim_size)
    return Wires(open_senders(settings), pool, pace, ticks)


def open_previews() -> RenderPool:
    """A limited process for the console's previews. Nothing starts before it is used; the caller closes it."""
    return RenderPool(1, BESIDE)


async def close_wires(wires: Wires) -> None:
    """Give back connections and processes."""
    for sender in dict.fromkeys(wires.senders.values()):
        await sender.close()
    await asyncio.to_thread(wires.pool.close)


def shop_context(settings: Settings) -> ShopContext:
    """What an import must know of the shop."""
    brands = [settings.brand(key) for key in settings.brand_keys]
    own = {parseaddr(text)[1].lower() for one in brands for text in (one.sender, one.reply_address)}
    return ShopContext(
        brand=settings.default_brand.key,
        brands=frozenset(settings.brand_keys),
        timezone=zone(settings.shop.timezone),
        country=settings.shop.country,
        hash_key=read_secrets(settings).addresses,
        own_addresses=frozenset(own),
    )


def open_watch(settings: Settings, house: House) -> Watch:
    """A look at `house` from beside its work, by connections that give up soon. The caller closes it."""
    beside = Store(open_engine(settings.database_url, pool_size=2, patience=PATIENCE))
    return Watch(replace(house, store=beside), clock)


def beside(settings: Settings, house: House) -> House:
    """The same shop on connections of its own: who is served keeps no worker waiting for one. The caller closes it."""
    return replace(house, store=Store(open_engine(settings.database_url), beside=house.store))


def refuse_time_travel(settings: Settings) -> None:
    """Raise UsageError where `--now` could put a made-up date before a customer: only STAYS_HERE and loopback not."""
    if settings.delivery.mode in STAYS_HERE:
        return
    for setting, host in far_hosts(settings).items():
        raise UsageError(
            f"--now is refused, because {setting} reaches {host}; use it with mode folder or shadow, or at a"
            " test's port of loopback"
        )

"""Looks at everything a shop needs before it writes to anybody, and says how to mend it. Colour: root. Called by cli.

Each look answers with findings; none raises for what it looks at, so that one screen shows all.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from notifier.errors import NotifierError, SchemaError, SettingsError
from notifier.pipeline.lawful import survey
from notifier.pipeline.sample import sample_content
from notifier.policy.delay_rule import RULE_SETS, jurisdiction_of
from notifier.policy.occasions import check_purposes
from notifier.render.catalogue import Catalogue
from notifier.render_pool import Limits, RenderFailure, RenderJob, RenderPool
from notifier.settings import Settings, Source
from notifier.source_fetch import Limits as FetchLimits
from notifier.source_fetch import Seen, fetch
from notifier.store.ask import columns_of
from notifier.store.migrate import head, reachable_schema
from notifier.template_files import shop_catalogue
from notifier.terms.law import Jurisdiction
from notifier.terms.time import local_day, zone
from notifier.terms.words import STAYS_HERE, Channel, DeliveryMode

_OTHERS = 0o077
_WORKERS = 2
_URL_SECONDS = 60.0


if TYPE_CHECKING:
    from notifier.channels.email import EmailAccess
    from notifier.channels.sms import SmsAccess


class Level(StrEnum):
    """How bad a finding is. SKIPPED: not looked at, and why."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the screen: what was looked at, how it is, in a sentence with the remedy in it."""

    what: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Access:
    """How app reads the signing key and a source's profile, and how it reaches the SMTP server and Twilio.

    The first two raise NotifierError with the remedy.
    """

    key: Callable[[Settings], object]
    profile: Callable[[Settings, Source], object]
    email: Callable[[Settings], object]
    texts: Callable[[Settings], object]


def check(settings: Settings, access: Access, now: datetime) -> list[Finding]:
    """Look at everything, at the UTC instant `now`."""
    return [*surroundings(settings, access, now), *templates(settings, now)]


def surroundings(settings: Settings, access: Access, now: datetime) -> list[Finding]:
    """All but the templates; takes as long as the slowest server may take to answer."""
    return [
        _settings(settings),
        _look("signing key", lambda: _key(settings, access)),
        _law(settings),
        *asyncio.run(_sources(settings, access)),
        _look("database", lambda: _database(settings.database_url)),
        *asyncio.run(_network(settings, access)),
        *_journal(settings, now),
        *_inbox(settings),
        *asyncio.run(_provider(settings)),
    ]


def settings_faults(error: SettingsError) -> list[Finding]:
    """The findings where settings cannot be read, so that nothing else can be looked at."""
    return [Finding("settings", Level.FAULT, fault) for fault in error.faults]


def _look(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except NotifierError as fault:
        return Finding(what, Level.FAULT, str(fault))


def _settings(settings: Settings) -> Finding:
    mode = settings.delivery.mode
    nobody = [key for key in settings.brand_keys if settings.brand(key).placeholder]
    if nobody and mode not in STAYS_HERE:
        text = f"no sender is set for {', '.join(nobody)}. Set [brands.{nobody[0]}] sender"
        return Finding("settings", Level.WARNING, text)
    words = {
        DeliveryMode.SHADOW: "nothing is sent; notifier shadow lists what would have been",
        DeliveryMode.FOLDER: f"messages become files in {settings.delivery.folder}/",
        DeliveryMode.REDIRECT: "every message goes to the redirect address",
        DeliveryMode.LIVE: "messages go to customers"
        if not settings.delivery.only_to
        else "only listed customers get messages",
    }
    return Finding("settings", Level.OK, f"mode {mode.value}: {words[mode]}")


def _law(settings: Settings) -> Finding:
    """Which law on delays is followed, and whether the shop's own country has one that is not."""
    said, country = settings.delay_rule.jurisdiction, settings.shop.country
    own = RULE_SETS[jurisdiction_of("auto", country)]
    if said == "none" and jurisdiction_of("auto", country) is not Jurisdiction.NONE:
        text = f"no delay notices go out, though {country} has a law on them ({own.source}). Set [delay_rule]"
        level = Level.OK if settings.delivery.mode in STAYS_HERE else Level.WARNING
        return Finding("delay rule", level, f'{text} jurisdiction = "auto"')
    rules = own if said in ("auto", "none") else RULE_SETS[Jurisdiction(said)]
    return Finding("delay rule", Level.OK, f"{said}; in {country}: {rules.source}, as of {rules.version}")


def _key(settings: Settings, access: Access) -> Finding:
    access.key(settings)
    if settings.signing.key.get_secret_value():
        return Finding("signing key", Level.OK, "there, given by the environment")
    if settings.key_file.stat().st_mode & _OTHERS:
        return Finding("signing key", Level.WARNING, f"others may read it. Type: chmod 600 {settings.key_file.name}")
    return Finding("signing key", Level.OK, "there, and only its owner may read it")


def templates(settings: Settings, now: datetime) -> list[Finding]:
    """Every purpose × locale × brand × channel is compiled, rendered with a sample, and must say what law demands."""
    try:
        catalogue = shop_catalogue(settings.template_folder, settings.informal_brands)
        check_purposes(list(catalogue.purposes.values()))
        jobs = [*_samples(settings, catalogue, now), *_ready_answers(settings, catalogue, now)]
        with RenderPool(settings.delivery.render_workers or _WORKERS, Limits()) as pool:
            answers = pool.render(jobs)
            looks = [settings.brand(key).look for key in settings.brand_keys]
            unlawful = {text for texts in survey(catalogue, looks, pool).values() for text in texts}
    except SettingsError as error:
        return [Finding("templates", Level.FAULT, fault) for fault in error.faults]
    except NotifierError as fault:
        return [Finding("templates", Level.FAULT, str(fault))]
    pairs = zip(jobs, answers, strict=True)
    broken = {_told(job, answer) for job, answer in pairs if isinstance(answer, RenderFailure)} | unlawful
    locales = sorted({locale or "en" for name in catalogue.purposes for locale in catalogue.locales(name)})
    brands = _counted(len(settings.brand_keys), "brand")
    faults = [Finding("templates", Level.FAULT, text) for text in sorted(broken)]
    fine = f"{_counted(len(catalogue.purposes), 'purpose')} in {', '.join(locales)}, for {brands}"
    return faults or [Finding("templates", Level.OK, fine)]


def _samples(settings: Settings, catalogue: Catalogue, now: datetime) -> Iterator[RenderJob]:
    today = local_day(now, zone(settings.shop.timezone))
    for name, purpose in sorted(catalogue.purposes.items()):
        for locale in catalogue.locales(name):
            for key in settings.brand_keys:
                source = catalogue.source(name, locale or "en", key)
                look = settings.brand(key).look
                for channel in Channel:
                    yield RenderJob(source, sample_content(purpose, locale, look, channel, today))


def _ready_answers(settings: Settings, catalogue: Catalogue, now: datetime) -> Iterator[RenderJob]:
    """What the team may send from the inbox, as an answer to a made-up reply."""
    today = local_day(now, zone(settings.shop.timezone))
    purposes = [one for one in catalogue.purposes.values() if one.occasion == "answered"]
    for name, locale in sorted(catalogue.answers) if purposes else ():
        for key in settings.brand_keys:
            content = sample_content(purposes[0], locale, settings.brand(key).look, Channel.EMAIL, today)
            yield RenderJob(catalogue.answer(name, locale, key), content)


def _told(job: RenderJob, failure: RenderFailure) -> str:
    locale = f"/{job.source.locale}" if job.source.locale else ""
    where = failure.where or job.source.purpose
    return f"{job.source.purpose}{locale} ({job.content.channel}, {where}): {failure.text}"


async def _sources(settings: Settings, access: Access) -> list[Finding]:
    if not settings.sources:
        return [Finding("sources", Level.SKIPPED, "none set; give files by hand with: notifier import backorders FILE")]
    return list(await asyncio.gather(*(_source(settings, source, access) for source in settings.sources)))


async def _source(settings: Settings, source: Source, access: Access) -> Finding:
    what = f"source {source.name}"
    try:
        access.profile(settings, source)
        if not source.glob:
            return Finding(what, Level.OK, await asyncio.to_thread(_reach, source))
    except NotifierError as fault:
        return Finding(what, Level.FAULT, str(fault))
    matches = len(glob(str(settings.base / source.glob), recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
    if not matches:
        return Finding(what, Level.WARNING, f"no file is at {source.glob} now. Put one there, or mend glob")
    return Finding(what, Level.OK, f"{_counted(matches, 'file')} at {source.glob}")


async def _probe(settings: Settings, access: Access, channel: Channel) -> str:
    # Late, because twilio alone takes longer to import than the rest of the program.
    from notifier.channels.probes import probe_email, probe_sms

    if channel is Channel.EMAIL:
        return await probe_email(cast("EmailAccess", access.email(settings)))
    return await probe_sms(cast("SmsAccess", access.texts(settings)))


def _reach(source: Source) -> str:
    """Ask a source that is no file, as an import would."""
    if not source.url:
        columns = columns_of(source.database_url.get_secret_value(), source.select)
        return f"the database answers, with {_counted(len(columns), 'column')}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer"
        fetch(source.url, path, Seen(), FetchLimits(seconds=_URL_SECONDS))
        return f"the url answers, with {_counted(path.stat().st_size, 'byte')}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _database(url: str) -> Finding:
    found = reachable_schema(url)
    if found is None:
        raise SchemaError("it is empty. Type: notifier migrate")
    if found != head():
        raise SchemaError(f"it has schema {found}, this version needs {head()}. Type: notifier migrate")
    return Finding("database", Level.OK, f"{url.partition(':')[0].partition('+')[0]}, schema {found}")


async def _network(settings: Settings, access: Access) -> list[Finding]:
    return list(await asyncio.gather(*(_channel(settings, access, channel) for channel in Channel)))


def _journal(settings: Settings, now: datetime) -> list[Finding]:
    """The journal mailbox, where there is one and anything leaves this machine."""
    if not settings.journal.host or settings.delivery.mode in STAYS_HERE:
        return []
    from notifier.channels.journal import JournalMailbox
    from notifier.settings.access import journal_access

    def look() -> Finding:
        JournalMailbox(journal_access(settings)).holding(["nobody@notifier.invalid"], now.date())
        return Finding("journal", Level.OK, f"{settings.journal.host} lets us look into {settings.journal.folder}")

    return [_look("journal", look)]


def _inbox(settings: Settings) -> list[Finding]:
    """The mailbox of replies, where there is one. Nothing is read."""
    if not settings.inbox.host:
        return []
    from notifier.imap_box import opened
    from notifier.settings.access import inbox_access

    def look() -> Finding:
        with opened(inbox_access(settings), readonly=False) as box:
            quarantine = settings.inbox.quarantine_folder
            told = f"{settings.inbox.host} lets us read {settings.inbox.folder}"
            if quarantine and not box.can("MOVE"):
                return Finding("inbox", Level.OK, f"{told}; mails that cannot be read are flagged there (no MOVE)")
            return Finding("inbox", Level.OK, told)

    return [_look("inbox", look)]


async def _provider(settings: Settings) -> list[Finding]:
    """Whether the identity provider answers, where there is one; nobody signs in."""
    if not settings.oidc.on:
        return []
    from notifier.oidc_provider import OidcProvider
    from notifier.settings.access import provider_access

    access = provider_access(settings)
    try:
        await OidcProvider(access).look()
    except NotifierError as fault:
        return [Finding("sign-in", Level.FAULT, str(fault))]
    return [Finding("sign-in", Level.OK, f"{access.issuer} answers; register {access.redirect_uri} with it")]


async def _channel(settings: Settings, access: Access, channel: Channel) -> Finding:
    what = {Channel.EMAIL: "email", Channel.SMS: "texts"}[channel]
    if channel is Channel.SMS and not settings.sms.enabled:
        return Finding(what, Level.SKIPPED, "switched off; [sms] enabled = true switches them on")
    for_team = channel is Channel.EMAIL and settings.delivery.mode is DeliveryMode.SHADOW and settings.team.email
    if settings.delivery.mode in STAYS_HERE and not for_team:
        return Finding(what, Level.SKIPPED, f"not tried: in mode {settings.delivery.mode.value} nothing is sent")
    try:
        return Finding(what, Level.OK, await _probe(settings, access, channel))
    except NotifierError as fault:
        return Finding(what, Level.FAULT, str(fault))

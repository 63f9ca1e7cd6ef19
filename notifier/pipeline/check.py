"""Looks at everything a shop needs before it writes to anybody, and says how to mend it. Colour: root. Called by cli.

Each look answers with findings; none raises for what it looks at, so that one screen shows all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from glob import glob
from pathlib import Path

from notifier.errors import NotifierError, SchemaError, SettingsError
from notifier.pipeline.sample import sample_content
from notifier.policy.occasions import check_purposes
from notifier.render.catalogue import Catalogue
from notifier.render_pool import RenderFailure, RenderJob, RenderPool
from notifier.settings import Settings, Source
from notifier.store.migrate import head, reachable_schema
from notifier.terms.time import local_day, zone
from notifier.terms.words import Channel, DeliveryMode

_OTHERS = 0o077


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


Probe = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the looks need, given by the door: how to read keys, templates and profiles, the pool, the probes.

    All but `pool` raise NotifierError with the remedy. `reach` asks one source that is no file and says what it found.
    """

    read_key: Callable[[], object]
    read_templates: Callable[[], Catalogue]
    read_profile: Callable[[Source], object]
    reach: Callable[[Source], Awaitable[str]]
    probes: Mapping[Channel, Probe]
    pool: RenderPool


def check(settings: Settings, tools: Tools, now: datetime) -> list[Finding]:
    """Look at everything, at the UTC instant `now`; takes as long as the slowest server may take to answer."""
    key_file = settings.key_file if not settings.signing.key.get_secret_value() else None
    return [
        _settings(settings),
        _look("signing key", lambda: _key(tools, key_file)),
        *_templates(settings, tools, now),
        *asyncio.run(_sources(settings, tools)),
        _look("database", lambda: _database(settings.database_url)),
        *asyncio.run(_network(settings, tools)),
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
    if nobody and mode is not DeliveryMode.FOLDER:
        text = f"no sender is set for {', '.join(nobody)}. Set [brands.{nobody[0]}] sender"
        return Finding("settings", Level.WARNING, text)
    words = {
        DeliveryMode.FOLDER: f"messages become files in {settings.delivery.folder}/",
        DeliveryMode.REDIRECT: "every message goes to the redirect address",
        DeliveryMode.LIVE: "messages go to customers"
        if not settings.delivery.only_to
        else "only listed customers get messages",
    }
    return Finding("settings", Level.OK, f"mode {mode.value}: {words[mode]}")


def _key(tools: Tools, key_file: Path | None) -> Finding:
    tools.read_key()
    if key_file is not None and key_file.stat().st_mode & _OTHERS:
        return Finding("signing key", Level.WARNING, f"others may read it. Type: chmod 600 {key_file.name}")
    return Finding("signing key", Level.OK, "there" if key_file is None else "there, and only its owner may read it")


def _templates(settings: Settings, tools: Tools, now: datetime) -> list[Finding]:
    """Every purpose × locale × brand × channel is compiled and rendered with a sample."""
    try:
        catalogue = tools.read_templates()
        check_purposes(list(catalogue.purposes.values()))
        jobs = list(_samples(settings, catalogue, now))
        answers = tools.pool.render(jobs)
    except SettingsError as error:
        return [Finding("templates", Level.FAULT, fault) for fault in error.faults]
    except NotifierError as fault:
        return [Finding("templates", Level.FAULT, str(fault))]
    pairs = zip(jobs, answers, strict=True)
    broken = {_told(job, answer) for job, answer in pairs if isinstance(answer, RenderFailure)}
    locales = {locale or "en" for name in catalogue.purposes for locale in catalogue.locales(name)}
    fine = f"{len(catalogue.purposes)} purposes in {', '.join(sorted(locales))} for {_counted(len(settings.brand_keys), 'brand')}"
    faults = [Finding("templates", Level.FAULT, text) for text in sorted(broken)]
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


def _told(job: RenderJob, failure: RenderFailure) -> str:
    locale = f"/{job.source.locale}" if job.source.locale else ""
    where = failure.where or job.source.purpose
    return f"{job.source.purpose}{locale} ({job.content.channel}, {where}): {failure.text}"


async def _sources(settings: Settings, tools: Tools) -> list[Finding]:
    if not settings.sources:
        return [Finding("sources", Level.SKIPPED, "none set; give files by hand with: notifier import backorders FILE")]
    return list(await asyncio.gather(*(_source(settings, source, tools) for source in settings.sources)))


async def _source(settings: Settings, source: Source, tools: Tools) -> Finding:
    what = f"source {source.name}"
    try:
        tools.read_profile(source)
        if not source.glob:
            return Finding(what, Level.OK, await tools.reach(source))
    except NotifierError as fault:
        return Finding(what, Level.FAULT, str(fault))
    matches = len(glob(str(settings.base / source.glob), recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
    if not matches:
        return Finding(what, Level.WARNING, f"no file is at {source.glob} now. Put one there, or mend glob")
    return Finding(what, Level.OK, f"{_counted(matches, 'file')} at {source.glob}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _database(url: str) -> Finding:
    found = reachable_schema(url)
    if found is None:
        raise SchemaError("it is empty. Type: notifier migrate")
    if found != head():
        raise SchemaError(f"it has schema {found}, this version needs {head()}. Type: notifier migrate")
    return Finding("database", Level.OK, f"{url.partition(':')[0].partition('+')[0]}, schema {found}")


async def _network(settings: Settings, tools: Tools) -> list[Finding]:
    return list(await asyncio.gather(*(_channel(settings, tools, channel) for channel in Channel)))


async def _channel(settings: Settings, tools: Tools, channel: Channel) -> Finding:
    what = {Channel.EMAIL: "email", Channel.SMS: "texts"}[channel]
    if channel is Channel.SMS and not settings.sms.enabled:
        return Finding(what, Level.SKIPPED, "switched off; [sms] enabled = true switches them on")
    if settings.delivery.mode is DeliveryMode.FOLDER:
        return Finding(what, Level.SKIPPED, "not tried: in mode folder nothing is sent")
    try:
        return Finding(what, Level.OK, await tools.probes[channel]())
    except NotifierError as fault:
        return Finding(what, Level.FAULT, str(fault))

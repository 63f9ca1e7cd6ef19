"""Configured sources: what is new is imported by the same road as a file given by hand. Colour: root. Called by
schedule.

The network and the other database are done with before our transaction opens.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from notifier.errors import ImportRefused, NotifierError
from notifier.pipeline.house import House
from notifier.pipeline.team import Team, tell_team
from notifier.records.importer import import_file
from notifier.records.profile import Profile, ShopContext
from notifier.records.report import ImportReport, ImportRequest
from notifier.records.sources import (
    News,
    Stale,
    content_digest,
    fingerprint_of,
    new_files,
    note_failure,
    note_reading,
    note_told_stale,
    spool_query,
    stale_sources,
)
from notifier.source_fetch import Seen, fetch

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """One [[sources]] table: exactly one of `glob`, `url`, `database_url` says where; `rejects` is where rejects go."""

    name: str
    kind: str
    profile: Profile | None
    every: timedelta
    rejects: Path
    glob: str = ""
    url: str = ""
    database_url: str = field(default="", repr=False)
    select: str = ""


def read_source(house: House, context: ShopContext, source: ConfiguredSource, now: datetime) -> list[ImportReport]:
    """Import what is new at `now`; returns a report for each file, none where nothing is new.

    A source that cannot be read is noted with the reason and tried again at its next tick.
    """
    try:
        with house.store.read() as tx:
            before = fingerprint_of(tx, source.name)
        with _news(source, before, now) as news:
            reports = [_import(house, context, source, path, now) for path in news.files]
        with house.store.write() as tx:
            note_reading(tx, source.name, news.fingerprint, now)
        return reports
    except (NotifierError, OSError) as fault:
        words = str(fault).splitlines()[0]
        with house.store.write() as tx:
            note_failure(tx, source.name, words, now)
        log.error("source could not be read", source=source.name, why=words)
        return []


def _import(house: House, context: ShopContext, source: ConfiguredSource, path: Path, now: datetime) -> ImportReport:
    request = ImportRequest(source.kind, path, source.profile, source=source.name, rejects_in=source.rejects)
    return import_file(house.store, request, context, now, lambda done, whole: None)


@contextmanager
def _news(source: ConfiguredSource, before: str, now: datetime) -> Iterator[News]:
    if source.glob:
        yield new_files(source.glob, before, now)
        return
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / f"{source.name}.download"
        if source.url:
            yield _download(source.url, before, into)
        elif source.database_url:
            after = spool_query(source.database_url, source.select, into)
            yield News((into,) if after != before else (), after)
        else:
            raise ImportRefused(f"source {source.name} says nowhere to read from; set glob, url or database_url")


def _download(url: str, before: str, into: Path) -> News:
    known: dict[str, str] = json.loads(before) if before else {}
    fetched = fetch(url, into, Seen(known.get("etag", ""), known.get("modified", "")))
    digest = content_digest(into) if fetched.changed else known.get("digest", "")
    after = json.dumps({"etag": fetched.seen.etag, "modified": fetched.seen.modified, "digest": digest})
    return News((into,) if digest != known.get("digest", "") else (), after if fetched.changed else before)


async def tell_stale(house: House, team: Team, now: datetime) -> list[Stale]:
    """Tell the team once of each source that went stale;
    only required messages go until it has news (policy holds them).
    """
    with house.store.read() as tx:
        stale = [one for one in stale_sources(tx, house.stale_after, now) if not one.told]
    for one in stale:
        await tell_team(team, f"No news from the source {one.name}", _stale_words(one), now)
        with house.store.write() as tx:
            note_told_stale(tx, one.name, now)
    return stale


def _stale_words(stale: Stale) -> str:
    since = f"since {stale.since:%d %B %Y %H:%M} UTC" if stale.since else "since it was configured"
    fault = f"\nThe last fault was: {stale.error}" if stale.error else ""
    return (
        f"The source {stale.name} has given nothing new {since}. Until it does, customers get only messages that are"
        f" required, because what we know may be out of date.{fault}\n"
    )

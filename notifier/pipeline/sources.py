"""Configured sources: what is new is imported by the same road as a file given by hand. Colour: root. Called by
schedule.

The network and the other database are done with before our transaction opens.
"""

import asyncio
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from notifier.errors import ImportRefused, NotifierError
from notifier.pipeline.house import House
from notifier.pipeline.team import Team, tell_team
from notifier.records.importer import import_file
from notifier.records.profile import Profile, ShopContext
from notifier.records.report import ImportReport, ImportRequest
from notifier.records.sources import (
    Fault,
    News,
    Refusal,
    Stale,
    content_digest,
    entries_of,
    fingerprint_of,
    known,
    new_files,
    note_failure,
    note_reading,
    note_told_stale,
    spool_query,
    stale_sources,
    with_faults,
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


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What one look at a source gave: a report for each file imported, and the refusals the team has not heard of."""

    reports: tuple[ImportReport, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def with_faults_of(self, later: "SourceReading") -> "SourceReading":
        """Add what a `later` look has for the team: refused files, and reports with rejected rows."""
        rejected = tuple(one for one in later.reports if one.rejected)
        return SourceReading(self.reports + rejected, self.refused + later.refused)


def read_source(house: House, context: ShopContext, source: ConfiguredSource, now: datetime) -> SourceReading:
    """Import what is new at `now`, each file by itself: a refused one is remembered, and the next one is read.

    A refused file is tried again when it or its profile changes. A source that cannot be read at all is noted with
    the reason and tried again at its next tick.
    """
    try:
        with house.store.read() as tx:
            before = fingerprint_of(tx, source.name)
        with _news(source, before, now) as news:
            reports, faults = _import_each(house, context, source, news, now)
        after = with_faults(news.fingerprint, faults, _terms(source))
        with house.store.write() as tx:
            note_reading(tx, source.name, after, now, news=any(_gave_something(one) for one in reports))
    except (NotifierError, OSError) as fault:
        words = _first_line(fault)
        with house.store.write() as tx:
            note_failure(tx, source.name, words, now)
        log.error("source could not be read", source=source.name, why=words)
        return SourceReading()
    old, new = entries_of(before), entries_of(after)
    untold = [one for one in faults if old.get(one.key) != new[one.key]]
    for one in untold:
        log.error("a file of a source was refused", source=source.name, why=one.why)
    return SourceReading(tuple(reports), tuple(Refusal(Path(one.key).name, one.why) for one in untold))


def _import_each(
    house: House, context: ShopContext, source: ConfiguredSource, news: News, now: datetime
) -> tuple[list[ImportReport], list[Fault]]:
    reports, faults = [], list(news.unreadable)
    for path in news.files:
        request = ImportRequest(source.kind, path, source.profile, source=source.name, rejects_in=source.rejects)
        key = str(path) if source.glob else path.name
        try:
            reports.append(import_file(house.store, request, context, now, lambda done, whole: None))
        except (ImportRefused, OSError) as fault:
            words = _first_line(fault) if source.glob else _first_line(fault).replace(str(path), path.name)
            faults.append(Fault(key, words, again=_of_the_way(fault)))
    return reports, faults


def _of_the_way(fault: Exception) -> bool:
    """Whether rights or the disk are at fault, which change without the file; a broken gzip is an OSError as well."""
    cause = fault.__cause__ if isinstance(fault, ImportRefused) else fault
    return isinstance(cause, OSError) and not isinstance(cause, gzip.BadGzipFile)


def _gave_something(report: ImportReport) -> bool:
    return report.read == 0 or report.rejected < report.read


def _first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]


def _terms(source: ConfiguredSource) -> str:
    """Digest of what its files are read by: a refusal may be mended in the profile instead of in the file."""
    return sha256(f"{source.kind} {source.profile!r}".encode()).hexdigest()[:16]


@contextmanager
def _news(source: ConfiguredSource, before: str, now: datetime) -> Iterator[News]:
    if source.glob:
        yield new_files(source.glob, before, now, _terms(source))
        return
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / f"{source.name}.download"
        old = entries_of(before).get(into.name, ["", "", ""])
        if source.url:
            new = _download(source, old, into)
        elif source.database_url:
            new = ["", "", spool_query(source.database_url, source.select, into)]
        else:
            raise ImportRefused(f"source {source.name} says nowhere to read from; set glob, url or database_url")
        same = known(old, new[2], _terms(source))
        kept = [*new[:2], *old[2:]] if same else new
        yield News(() if same else (into,), json.dumps({into.name: kept}))


def _download(source: ConfiguredSource, old: Sequence[Any], into: Path) -> list[Any]:
    """Fetch what is new; an answer that nothing is new is only asked for where there is nothing to try again."""
    seen = Seen(old[0], old[1]) if known(old, old[2], _terms(source)) else Seen()
    fetched = fetch(source.url, into, seen)
    return [fetched.seen.etag, fetched.seen.modified, content_digest(into) if fetched.changed else old[2]]


async def tell_reading(team: Team, source: str, reading: SourceReading, now: datetime) -> bool:
    """Tell the team, in one email, which files of the source were refused and which had rejected rows.

    False where they still have to be told: there is an address, and no server took the email.
    """
    words = [f"{one.file} was refused, nothing of it was taken: {one.why}" for one in reading.refused]
    words += [
        f"{one.rejected} of {one.read} rows were rejected; they stand with their reasons in {one.reject_file}"
        for one in reading.reports
        if one.rejected
    ]
    if not words:
        return True
    text = "\n\n".join([*words, "Everything else was taken."])
    return await tell_team(team, f"The source {source} gave something that could not be taken", text + "\n", now) or (
        not team.address
    )


async def tell_stale(house: House, team: Team, now: datetime) -> list[Stale]:
    """Tell the team of each source that went stale, once a server took the email; where none did, at the next tick.

    Only required messages go until the source has news (policy holds them).
    """
    stale = await asyncio.to_thread(_untold, house, now)
    for one in stale:
        told = await tell_team(team, f"No news from the source {one.name}", _stale_words(one), now)
        if told or not team.address:
            await asyncio.to_thread(_note_told, house, one.name, now)
    return stale


def _untold(house: House, now: datetime) -> list[Stale]:
    with house.store.read() as tx:
        return [one for one in stale_sources(tx, house.stale_after, now) if not one.told]


def _note_told(house: House, name: str, now: datetime) -> None:
    with house.store.write() as tx:
        note_told_stale(tx, name, now)


def _stale_words(stale: Stale) -> str:
    since = f"since {stale.since:%d %B %Y %H:%M} UTC" if stale.since else "since it was configured"
    fault = f"\nThe last fault was: {stale.error}" if stale.error else ""
    return (
        f"The source {stale.name} has given nothing new {since}. Until it does, customers get only messages that are"
        f" required, because what we know may be out of date.{fault}\n"
    )

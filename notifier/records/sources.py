"""What a configured source has new, and how long it has been silent. Colour: store. Called by pipeline.

A source is looked at outside of any transaction; its state is one row. An https address goes through source_fetch, a
query through `spool_query`: both leave a file, which importer then reads.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from glob import glob
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from notifier.errors import ImportRefused
from notifier.store.engine import Transaction, open_engine
from notifier.store.lookup import table_of
from notifier.store.staleness import is_stale
from notifier.store.tables import SourceState

_state = table_of(SourceState)

SETTLES = timedelta(seconds=5)
"""A file younger than that may still be written to; it is read at the next look."""
_OURS = (".rejects.csv", ".warnings.csv")
_ROWS = 5000
_TAKEN = 3
"""Length of an entry whose file was imported."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file of which nothing was taken: its name as a person knows it, and why, with the remedy."""

    file: str
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the file under `key` of a fingerprint was not imported.

    `again`: it is not its content but the way to it, so it is tried at every look; else only once it changes.
    """

    key: str
    why: str
    again: bool = False


Entries = dict[str, list[Any]]
"""A fingerprint opened: by file two marks of its place (size and time, or what a server said), its digest ("": try it
again), and for a refused one the digest of what it was read by, and why."""


@dataclass(frozen=True, slots=True)
class News:
    """Files to import, oldest first; those that cannot even be read; the fingerprint to remember once all are done."""

    files: tuple[Path, ...]
    fingerprint: str
    unreadable: tuple[Fault, ...] = ()


def fingerprint_of(tx: Transaction, name: str) -> str:
    """What was remembered of the source; "" before its first reading."""
    query = select(_state.c.fingerprint).where(_state.c.name == name)
    return tx.connection.execute(query).scalar_one_or_none() or ""


def new_files(pattern: str, fingerprint: str, now: datetime, terms: str = "") -> News:
    """The files matching `pattern` that are new or changed (size, time of change, then content) since `fingerprint`.

    One that was refused comes again where `terms`, the digest of what it was read by, are others than then.
    """
    before, after = entries_of(fingerprint), entries_of("")
    found: list[tuple[float, Path]] = []
    unreadable: list[Fault] = []
    for path in map(Path, sorted(glob(pattern, recursive=True))):  # noqa: PTH207 - a pattern may be absolute
        if not path.is_file() or path.name.endswith(_OURS):
            continue
        key, facts, old = str(path), path.stat(), before.get(str(path))
        if now - SETTLES < datetime.fromtimestamp(facts.st_mtime, UTC) <= now:
            if old:
                after[key] = old
            continue
        place = [facts.st_size, facts.st_mtime_ns]
        if old and old[:2] == place and known(old, old[2], terms):
            after[key] = old
            continue
        try:
            digest = content_digest(path)
        except OSError as error:
            after[key] = [*place, ""]
            unreadable.append(
                Fault(key, f"{path}: cannot be read ({error.strerror}); check its permissions", again=True)
            )
            continue
        if old and known(old, digest, terms):
            after[key] = [*place, *old[2:]]
        else:
            after[key] = [*place, digest]
            found.append((facts.st_mtime, path))
    return News(tuple(path for _, path in sorted(found)), json.dumps(after, sort_keys=True), tuple(unreadable))


def entries_of(fingerprint: str) -> Entries:
    """The fingerprint, opened."""
    found: Entries = json.loads(fingerprint) if fingerprint else {}
    return found


def known(entry: Sequence[Any], digest: str, terms: str) -> bool:
    """Whether this content was taken, or refused under the same terms: it need not be tried again."""
    return digest != "" and entry[2] == digest and (len(entry) == _TAKEN or entry[3] == terms)


def with_faults(fingerprint: str, faults: Iterable[Fault], terms: str) -> str:
    """The fingerprint that also knows which of its files were not imported, under which terms, and why."""
    entries = entries_of(fingerprint)
    for one in faults:
        size, moment, digest = entries[one.key][:_TAKEN]
        entries[one.key] = [size, moment, "" if one.again else digest, terms, one.why]
    return json.dumps(entries, sort_keys=True)


def faults_in(fingerprint: str) -> list[str]:
    """Why files were refused that have not changed since."""
    return [entry[4] for entry in entries_of(fingerprint).values() if len(entry) > _TAKEN]


def content_digest(path: Path) -> str:
    """Digest of a file's bytes."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


def spool_query(url: str, query: str, into: Path) -> str:
    """Write the rows of a SELECT as JSON Lines to `into`; returns their digest.

    The other database is done with before ours is touched. Raises ImportRefused with the other's complaint.
    """
    engine = open_engine(url)
    try:
        with (
            engine.connect().execution_options(sqlite_begin="DEFERRED", stream_results=True, yield_per=_ROWS) as other,
            other.begin() as transaction,
            into.open("w", encoding="utf-8") as stream,
        ):
            for row in other.execute(text(query)).mappings():
                cells = {name: _cell(value) for name, value in row.items()}
                stream.write(json.dumps(cells, ensure_ascii=False) + "\n")
            transaction.rollback()
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ImportRefused(
            f"the source's query failed: {cause}; try the SELECT with the database's own client"
        ) from None
    finally:
        engine.dispose()
    return content_digest(into)


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def note_reading(tx: Transaction, name: str, fingerprint: str, now: datetime, *, news: bool) -> None:
    """The source was read at `now`; only `news`, a file really imported, ends its staleness."""
    fields: dict[str, Any] = {
        "fingerprint": fingerprint,
        "last_read_at": now,
        "error": "; ".join(faults_in(fingerprint)),
    }
    if news:
        fields |= {"last_new_at": now, "told_stale_at": None}
    _keep(tx, name, fields)


def note_failure(tx: Transaction, name: str, error: str, now: datetime) -> None:
    """The source could not be read at `now`; what it gave before still stands, and it may go stale."""
    _keep(tx, name, {"last_read_at": now, "error": error})


def note_told_stale(tx: Transaction, name: str, now: datetime) -> None:
    """The team was told that the source is stale; it is told once until there is news."""
    _keep(tx, name, {"told_stale_at": now})


def _keep(tx: Transaction, name: str, fields: Mapping[str, Any]) -> None:
    changed = tx.connection.execute(update(_state).where(_state.c.name == name).values(**fields))
    if changed.rowcount == 0:
        tx.connection.execute(insert(_state), {"name": name, "fingerprint": "", "error": "", **fields})


@dataclass(frozen=True, slots=True)
class Stale:
    """A source with nothing new for too long. `since` is its last news (None: never any); `told`: the team knows."""

    name: str
    since: datetime | None
    error: str
    told: bool


def stale_sources(tx: Transaction, limits: Mapping[str, timedelta], now: datetime) -> list[Stale]:
    """Those of the sources in `limits` (name → stale_after) without news for longer, by name.

    One that was never looked at is not stale: its scheduler has not run yet.
    """
    rows = {row.name: row for row in tx.connection.execute(select(_state).where(_state.c.name.in_(list(limits))))}
    return [
        Stale(name, rows[name].last_new_at, rows[name].error, rows[name].told_stale_at is not None)
        for name, limit in sorted(limits.items())
        if name in rows and is_stale(rows[name].last_new_at, limit, now)
    ]

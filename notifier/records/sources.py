"""What a configured source has new, and how long it has been silent. Colour: store. Called by pipeline.

A source is looked at outside of any transaction; its state is one row. An https address goes through source_fetch, a
query through `spool_query`: both leave a file, which importer then reads.
"""

import json
from collections.abc import Mapping
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
from notifier.store.tables import SourceState

_state = table_of(SourceState)

SETTLES = timedelta(seconds=5)
"""A file younger than that may still be written to; it is read at the next look."""
_OURS = (".rejects.csv", ".warnings.csv")
_ROWS = 5000


@dataclass(frozen=True, slots=True)
class News:
    """Files to import, oldest first, and the fingerprint to remember once they are imported."""

    files: tuple[Path, ...]
    fingerprint: str


def fingerprint_of(tx: Transaction, name: str) -> str:
    """What was remembered of the source; "" before its first reading."""
    query = select(_state.c.fingerprint).where(_state.c.name == name)
    return tx.connection.execute(query).scalar_one_or_none() or ""


def new_files(pattern: str, fingerprint: str, now: datetime) -> News:
    """The files matching `pattern` that are new or changed (size, time of change, then content) since `fingerprint`."""
    before: dict[str, list[Any]] = json.loads(fingerprint) if fingerprint else {}
    after: dict[str, list[Any]] = {}
    found: list[tuple[float, Path]] = []
    for path in map(Path, sorted(glob(pattern, recursive=True))):  # noqa: PTH207 - a pattern may be absolute
        if not path.is_file() or path.name.endswith(_OURS):
            continue
        facts = path.stat()
        if now - SETTLES < datetime.fromtimestamp(facts.st_mtime, UTC) <= now:
            if str(path) in before:
                after[str(path)] = before[str(path)]
            continue
        old = before.get(str(path))
        if old and old[:2] == [facts.st_size, facts.st_mtime_ns]:
            after[str(path)] = old
            continue
        digest = content_digest(path)
        after[str(path)] = [facts.st_size, facts.st_mtime_ns, digest]
        if not old or old[2] != digest:
            found.append((facts.st_mtime, path))
    return News(tuple(path for _, path in sorted(found)), json.dumps(after, sort_keys=True))


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


def note_reading(tx: Transaction, name: str, fingerprint: str, now: datetime) -> None:
    """The source was read at `now`; another fingerprint than before is news, and ends its staleness."""
    news = fingerprint_of(tx, name) != fingerprint
    fields: dict[str, Any] = {"fingerprint": fingerprint, "last_read_at": now, "error": ""}
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
        if name in rows and (rows[name].last_new_at is None or rows[name].last_new_at <= now - limit)
    ]

"""Sessions of the console, and wrong passwords. Colour: store. Called by pipeline.signing_in and pipeline.accounts.

The secret of a session is with the browser; here is its hash alone, so that a copy of the database opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.tables import OperatorAccount, OperatorSession, SignInTry

_session, _account, _try = table_of(OperatorSession), table_of(OperatorAccount), table_of(SignInTry)

COUNTS_FOR = timedelta(hours=1)
"""How long a wrong password counts."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be begun, by the hash of its secret; it ends at `ends_at` at the latest."""

    token_hash: str
    operator_id: int
    ends_at: datetime
    neighbourhood: str
    client: str


def begin(tx: Transaction, session: NewSession, now: datetime) -> None:
    """Begin a session."""
    row = {
        "token_hash": session.token_hash,
        "operator_id": session.operator_id,
        "begun_at": now,
        "seen_at": now,
        "ends_at": session.ends_at,
        "neighbourhood": session.neighbourhood,
        "client": session.client,
    }
    tx.connection.execute(insert(_session).values(**row))


def session_with(tx: Transaction, token_hash: str) -> AnyRow | None:
    """The session with its account's columns; its own are `session_id`, `seen_at`, `ends_at`, `ended_at`."""
    own = (_session.c.id.label("session_id"), _session.c.seen_at, _session.c.ends_at, _session.c.ended_at)
    query = select(_account, *own).join(_account, _account.c.id == _session.c.operator_id)
    return tx.connection.execute(query.where(_session.c.token_hash == token_hash)).one_or_none()


def seen(tx: Transaction, session_id: int, now: datetime) -> None:
    """It was used."""
    tx.connection.execute(update(_session).where(_session.c.id == session_id).values(seen_at=now))


def end(tx: Transaction, token_hash: str, now: datetime) -> None:
    """End one session."""
    open_one = (_session.c.token_hash == token_hash) & _session.c.ended_at.is_(None)
    tx.connection.execute(update(_session).where(open_one).values(ended_at=now))


def end_all(tx: Transaction, operator_id: int, now: datetime, but: str = "") -> int:
    """End every session of an account, `but` that with this hash; returns how many."""
    theirs = (_session.c.operator_id == operator_id) & _session.c.ended_at.is_(None) & (_session.c.token_hash != but)
    return tx.connection.execute(update(_session).where(theirs).values(ended_at=now)).rowcount


def open_sessions(tx: Transaction, operator_id: int, seen_after: datetime, now: datetime) -> list[AnyRow]:
    """The sessions of an account that are alive, the newest first."""
    alive = _session.c.ended_at.is_(None) & (_session.c.ends_at > now) & (_session.c.seen_at > seen_after)
    query = select(_session).where((_session.c.operator_id == operator_id) & alive)
    return list(tx.connection.execute(query.order_by(_session.c.begun_at.desc(), _session.c.id.desc())))


def was_here(tx: Transaction, operator_id: int, neighbourhood: str) -> bool:
    """Whether the account ever signed in from there."""
    there = (_session.c.operator_id == operator_id) & (_session.c.neighbourhood == neighbourhood)
    return bool(tx.connection.execute(select(exists().where(there))).scalar_one())


def tries(tx: Transaction, name_hash: str, neighbourhood_hash: str, now: datetime) -> tuple[int, datetime | None]:
    """Wrong passwords in a row for a name from there, and when the last one was."""
    one = (_try.c.name_hash == name_hash) & (_try.c.neighbourhood_hash == neighbourhood_hash)
    row = tx.connection.execute(select(_try).where(one & (_try.c.last_at > now - COUNTS_FOR))).one_or_none()
    return (row.wrong, row.last_at) if row is not None else (0, None)


def tries_from_anywhere(tx: Transaction, name_hash: str, now: datetime) -> int:
    """Wrong passwords for a name within the last hour, from everywhere."""
    recent = (_try.c.name_hash == name_hash) & (_try.c.last_at > now - COUNTS_FOR)
    return int(tx.connection.execute(select(func.coalesce(func.sum(_try.c.wrong), 0)).where(recent)).scalar_one())


def failed(tx: Transaction, name_hash: str, neighbourhood_hash: str, now: datetime) -> None:
    """Count a wrong password; what is too old to count goes."""
    tx.connection.execute(delete(_try).where(_try.c.last_at <= now - COUNTS_FOR))
    row = {"name_hash": name_hash, "neighbourhood_hash": neighbourhood_hash, "wrong": 0, "last_at": now}
    insert_new(tx, _try, [row])
    one = (_try.c.name_hash == name_hash) & (_try.c.neighbourhood_hash == neighbourhood_hash)
    tx.connection.execute(update(_try).where(one).values(wrong=_try.c.wrong + 1, last_at=now))


def succeeded(tx: Transaction, name_hash: str, neighbourhood_hash: str) -> None:
    """Forget the wrong ones before the right one."""
    one = (_try.c.name_hash == name_hash) & (_try.c.neighbourhood_hash == neighbourhood_hash)
    tx.connection.execute(delete(_try).where(one))


def forget(tx: Transaction, before: datetime) -> int:
    """Drop sessions that were over before a UTC instant, with from where they came; returns how many."""
    return tx.connection.execute(delete(_session).where(_session.c.ends_at < before)).rowcount

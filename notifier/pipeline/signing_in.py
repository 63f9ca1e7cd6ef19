"""Signing in to the console, and who a session is. Colour: root. Called by web.console.

Wrong, unknown, disabled and too often are one answer, and take as long (HOSTILE 77). Wrong passwords are counted for
each name and neighbourhood, so that nobody can lock somebody else out from afar; a name that is tried from everywhere
is open only to where it has signed in before.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier import operators, sign_ins
from notifier.pipeline.house import House
from notifier.pipeline.passwords import is_right
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.operator import Operator, Signing, Turn

FREE_TRIES = 5
"""Wrong passwords in a row before the first wait."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=30)
FROM_ANYWHERE = 50
"""Wrong passwords in an hour, from everywhere, after which a name is only open to where it has been."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly we know when a session was last used: each request would be a write."""


@dataclass(frozen=True, slots=True)
class Here:
    """Who a session is, and its hash."""

    operator: Operator
    token_hash: str
    ends_at: datetime


def token_hash(token: str) -> str:
    """What is kept of a session's secret."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def wait_after(count: int) -> timedelta:
    """How long after the last of `count` wrong passwords the next one is looked at."""
    if count < FREE_TRIES:
        return timedelta(0)
    doubled: int = 1 << min(count - FREE_TRIES, 12)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def sign_in(house: House, signing: Signing, turn: Turn, now: datetime) -> str | None:
    """The secret of a new session, 43 characters; None where there is none, whatever the reason."""
    name_hash, near_hash = (
        _keyed(house, "name", operators.folded(signing.name)),
        _keyed(house, "near", signing.neighbourhood),
    )
    with house.store.read() as tx:
        row = operators.row_named(tx, signing.name)
        closed = _closed(tx, row, signing, (name_hash, near_hash), now)
    right = is_right(signing.password, row.password if row is not None else "")
    if closed or row is None or not right or row.disabled_at is not None:
        if not closed:
            with house.store.write() as tx:
                sign_ins.failed(tx, name_hash, near_hash, now)
        return None
    with house.store.write() as tx:
        sign_ins.succeeded(tx, name_hash, near_hash)
        return begin(tx, row.id, signing, turn, now)


def begin(tx: Transaction, operator_id: int, signing: Signing, turn: Turn, now: datetime) -> str:
    """A new session with a secret of its own: nothing from before the sign-in opens it (HOSTILE 76)."""
    token = secrets.token_urlsafe(32)
    ends_at = now + timedelta(seconds=turn.longest)
    session = sign_ins.NewSession(token_hash(token), operator_id, ends_at, signing.neighbourhood, signing.client)
    sign_ins.begin(tx, session, now)
    return token


def here(house: House, token: str, turn: Turn, now: datetime) -> Here | None:
    """Who has this session; None where it is over, was idle for too long, or its account is disabled."""
    hashed = token_hash(token)
    with house.store.read() as tx:
        row = sign_ins.session_with(tx, hashed)
    if row is None or row.ended_at is not None or row.disabled_at is not None:
        return None
    if now >= row.ends_at or now >= row.seen_at + timedelta(seconds=turn.idle):
        return None
    if now >= row.seen_at + SEEN_EVERY:
        with house.store.write() as tx:
            sign_ins.seen(tx, row.session_id, now)
    return Here(operators.operator_of(row), hashed, row.ends_at)


def sign_out(house: House, token: str, now: datetime) -> None:
    """End a session; the same for one that is none."""
    with house.store.write() as tx:
        sign_ins.end(tx, token_hash(token), now)


def sessions(house: House, operator: Operator, turn: Turn, now: datetime) -> list[AnyRow]:
    """What an operator has open, the newest first."""
    with house.store.read() as tx:
        return sign_ins.open_sessions(tx, operator.id, now - timedelta(seconds=turn.idle), now)


def _closed(tx: Transaction, row: AnyRow | None, signing: Signing, hashes: tuple[str, str], now: datetime) -> bool:
    count, last = sign_ins.tries(tx, *hashes, now)
    if last is not None and now < last + wait_after(count):
        return True
    if sign_ins.tries_from_anywhere(tx, hashes[0], now) < FROM_ANYWHERE:
        return False
    return row is None or not sign_ins.was_here(tx, row.id, signing.neighbourhood)


def _keyed(house: House, what: str, text: str) -> str:
    return hmac.digest(house.remembering.hash_key, f"{what}\x00{text}".encode("utf-8", "replace"), "sha256").hex()

"""Signing in to the console, and who a session is. Colour: root. Called by web.console.

Wrong, unknown, disabled and too often are one answer, and take as long (HOSTILE 77). Wrong passwords are counted for
each name and neighbourhood, so that nobody can lock somebody else out from afar; a name that is tried from everywhere
is open only to where it has signed in before. Each try is counted before its password is looked at: many at once are
as many tries.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from notifier import audit, operators, sign_ins
from notifier.pipeline.accounts import LOCK
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
    """Who a session is, by its id and its hash. `to_note`: that it was used is to be written, by `used`."""

    operator: Operator
    session_id: int
    token_hash: str
    to_note: bool


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
    with house.store.write() as tx:
        tx.lock(f"try {name_hash}")
        row = operators.row_named(tx, signing.name)
        closed = _closed(tx, row, signing, (name_hash, near_hash), now)
        if not closed:
            sign_ins.failed(tx, name_hash, near_hash, now)
    right = is_right(signing.password, row.password if row is not None else "")
    if closed or row is None or not right:
        return None
    with house.store.write() as tx:
        tx.lock(LOCK)
        # Looked at once more: whoever was shut out or got another password meanwhile must find no session begun since.
        current = operators.row_named(tx, signing.name)
        if current is None or current.password != row.password or not _may_enter(house, current):
            return None
        sign_ins.succeeded(tx, name_hash, near_hash)
        return begin_seen(tx, operators.operator_of(current), signing, turn, now)


def begin_seen(tx: Transaction, operator: Operator, signing: Signing, turn: Turn, now: datetime) -> str:
    """Begin a session in the audit log's sight, and end the one that the browser had. For who holds `accounts.LOCK`."""
    if signing.before:
        sign_ins.end(tx, token_hash(signing.before), now)
    how = "by the identity provider" if operator.outside else "by password"
    audit.append(tx, audit.Entry(operator.name, operator.role.word, "session.begin", "", how), now)
    return begin(tx, operator.id, signing, turn, now)


def begin(tx: Transaction, operator_id: int, signing: Signing, turn: Turn, now: datetime) -> str:
    """A new session with a secret of its own: nothing from before the sign-in opens it (HOSTILE 76)."""
    token = secrets.token_urlsafe(32)
    ends_at = now + timedelta(seconds=turn.longest)
    session = sign_ins.NewSession(token_hash(token), operator_id, ends_at, signing.neighbourhood, signing.client)
    sign_ins.begin(tx, session, now)
    return token


def here(
    house: House, token: str, turn: Turn, now: datetime, unwritten: Mapping[int, datetime] = MappingProxyType({})
) -> Here | None:
    """Who has this session; None where it is over, was idle for too long, or its account may not come in any more.

    It only reads. `unwritten` says when sessions were last used, by their ids, where no row says so yet.
    """
    hashed = token_hash(token)
    # Before the row: whoever writes it down meanwhile takes it out of there.
    used_since = dict(unwritten)
    with house.store.read() as tx:
        row = sign_ins.session_with(tx, hashed)
    if row is None or row.ended_at is not None or not _may_enter(house, row):
        return None
    seen_at = max(row.seen_at, used_since.get(row.session_id, row.seen_at))
    if now >= row.ends_at or now >= seen_at + timedelta(seconds=turn.idle):
        return None
    return Here(operators.operator_of(row), row.session_id, hashed, now >= seen_at + SEEN_EVERY)


def used(house: House, moments: Mapping[int, datetime]) -> None:
    """Write down when these sessions, by their ids, were last used."""
    with house.store.write() as tx:
        for session_id, at in moments.items():
            sign_ins.seen(tx, session_id, at)


def sign_out(house: House, token: str, now: datetime) -> None:
    """End a session; the same for one that is none."""
    with house.store.write() as tx:
        sign_ins.end(tx, token_hash(token), now)


def sessions(house: House, operator: Operator, turn: Turn, now: datetime) -> list[AnyRow]:
    """What an operator has open, the newest first."""
    with house.store.read() as tx:
        return sign_ins.open_sessions(tx, operator.id, now - timedelta(seconds=turn.idle), now)


def _may_enter(house: House, row: AnyRow) -> bool:
    """Whether an account is neither shut out nor one that no password opens any more."""
    operator = operators.operator_of(row)
    return operator.disabled_at is None and (operator.outside or operator.may(house.least_by_password))


def _closed(tx: Transaction, row: AnyRow | None, signing: Signing, hashes: tuple[str, str], now: datetime) -> bool:
    count, last = sign_ins.tries(tx, *hashes, now)
    if last is not None and now < last + wait_after(count):
        return True
    if sign_ins.tries_from_anywhere(tx, hashes[0], now) < FROM_ANYWHERE:
        return False
    return row is None or not sign_ins.was_here(tx, row.id, signing.neighbourhood)


def _keyed(house: House, what: str, text: str) -> str:
    return hmac.digest(house.remembering.hash_key, f"{what}\x00{text}".encode("utf-8", "replace"), "sha256").hex()

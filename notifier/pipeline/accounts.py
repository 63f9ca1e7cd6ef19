"""Who may sign in to the console, and as what. Colour: root. Called by cli.operators and web.console.team.

The shop always keeps one lead with a password: who cannot sign in cannot mend it there, and the identity provider may
be down, or change its mind about everybody.
"""

import re
from datetime import datetime

from notifier import operators, sign_ins
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.passwords import hashed, is_right
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.terms.operator import ROLES, Operator, Role

_NAME = re.compile(r"[^\W_][\w .@-]{0,58}\w?")
_EMAIL = re.compile(r"[^@\s,;<>\"\x00-\x1f\x7f]{1,64}@[^@\s,;<>\"\x00-\x1f\x7f]{1,189}")
LOCK = "accounts"
"""Held by whoever changes an account and whoever begins a session, so that none begins beside the change."""

LONGEST_NAME = 60


def role_named(word: str) -> Role:
    """The role of that word. Raises UsageError."""
    if word not in ROLES:
        raise UsageError(f"{word!r} is no role; say one of {', '.join(ROLES)}")
    return ROLES[word]


def add(house: House, wanted: Operator, password: str, by: str, now: datetime) -> Operator:
    """Add an account with a password. Raises UsageError for a name that is taken or is none, and a bad password."""
    if not fits(wanted.name.strip()):
        raise UsageError("a name has up to 60 letters, digits, spaces and . @ -, and begins with a letter or digit")
    _check_email(wanted.email)
    if not wanted.may(house.least_by_password):
        raise UsageError("only leads have passwords here ([oidc] only); others sign in by your identity provider")
    secret = hashed(password, wanted.name)
    with house.store.write() as tx:
        tx.lock(LOCK)
        if operators.row_named(tx, wanted.name) is not None:
            raise UsageError(f"there is an account {wanted.name!r} already; choose another name")
        operators.add(tx, wanted, secret, by, now)
        return operators.operator_of(_row(tx, wanted.name))


def fits(name: str) -> bool:
    """Whether an account may be called so."""
    return _NAME.fullmatch(name) is not None


def is_email(text: str) -> bool:
    """Whether test messages can go there."""
    return _EMAIL.fullmatch(text) is not None


def everybody(house: House) -> list[Operator]:
    """All accounts, by name."""
    with house.store.read() as tx:
        return operators.everybody(tx)


def set_password(house: House, name: str, password: str, now: datetime, keep: str = "") -> int:
    """Set a password and end the account's sessions, but that with the hash `keep`; returns how many ended."""
    secret = hashed(password, name)
    with house.store.write() as tx:
        tx.lock(LOCK)
        row = _row(tx, name)
        if row.subject is not None:
            raise UsageError(f"{row.name} signs in by your identity provider and has no password here")
        operators.change(tx, row.id, password=secret)
        return sign_ins.end_all(tx, row.id, now, keep)


def change_password(house: House, me: Operator, old_new: tuple[str, str], keep: str, now: datetime) -> int:
    """Change one's own password, by the old one; other sessions end. Raises UsageError where that is wrong."""
    old, new = old_new
    with house.store.read() as tx:
        kept = _row(tx, me.name).password
    if not is_right(old, kept):
        raise UsageError("the old password is wrong")
    return set_password(house, me.name, new, now, keep)


def set_role(house: House, name: str, role: Role, now: datetime) -> bool:
    """Give an account another role; False where it has that role already.

    What it has open is ended: a session keeps one role (HOSTILE 76).
    """
    with house.store.write() as tx:
        tx.lock(LOCK)
        row = _row(tx, name)
        if row.subject is not None:
            raise UsageError(f"the role of {row.name} comes from your identity provider; change it there")
        if row.role == role.word:
            return False
        _keep_a_lead(tx, row, leaves=role is not Role.LEAD)
        operators.change(tx, row.id, role=role.word)
        sign_ins.end_all(tx, row.id, now)
        return True


def set_email(house: House, name: str, email: str) -> None:
    """Where a test message of theirs goes."""
    _check_email(email)
    with house.store.write() as tx:
        operators.change(tx, _row(tx, name).id, email=email)


def disable(house: House, name: str, by: str, now: datetime) -> None:
    """Let somebody sign in no more, and end what they have open."""
    with house.store.write() as tx:
        tx.lock(LOCK)
        row = _row(tx, name)
        _keep_a_lead(tx, row, leaves=True)
        operators.change(tx, row.id, disabled_at=now, disabled_by=by)
        sign_ins.end_all(tx, row.id, now)


def enable(house: House, name: str) -> None:
    """Let somebody sign in again."""
    with house.store.write() as tx:
        tx.lock(LOCK)
        operators.change(tx, _row(tx, name).id, disabled_at=None, disabled_by="")


def link(house: House, name: str, subject: str, now: datetime) -> None:
    """Let who has a password sign in by the identity provider instead, which calls them `subject` (issuer|sub).

    What they have open is ended. Raises UsageError where that is somebody else, or the last password of a lead goes.
    """
    if not re.fullmatch(r"https?://[^|\s]+\|[^\s]+", subject):
        raise UsageError("write what the sign-in page has shown: the provider's address, a bar, and who they are there")
    with house.store.write() as tx:
        tx.lock(LOCK)
        row, other = _row(tx, name), operators.row_of_subject(tx, subject)
        if other is not None:
            raise UsageError(f"{other.name} signs in as that already")
        if row.subject is not None:
            raise UsageError(f"{row.name} signs in by your identity provider already, as somebody else there")
        _keep_a_lead(tx, row, leaves=True)
        operators.change(tx, row.id, subject=subject, password="")
        sign_ins.end_all(tx, row.id, now)


def end_sessions(house: House, name: str, now: datetime, keep: str = "") -> int:
    """End all that an account has open, but the session with the hash `keep`; returns how many."""
    with house.store.write() as tx:
        return sign_ins.end_all(tx, _row(tx, name).id, now, keep)


def _check_email(email: str) -> None:
    if email and not is_email(email):
        raise UsageError(f"{email!r} is no email address; write one like anna@shop.example, or leave it empty")


def _keep_a_lead(tx: Transaction, row: AnyRow, *, leaves: bool) -> None:
    counts = row.role == Role.LEAD.word and row.disabled_at is None and row.subject is None
    if leaves and counts and operators.leads(tx) == 1:
        raise UsageError(f"{row.name} is the only lead with a password; make somebody else one first")


def _row(tx: Transaction, name: str) -> AnyRow:
    row = operators.row_named(tx, name)
    if row is None:
        raise UsageError(f"there is no account {name!r}; see the list of accounts")
    return row

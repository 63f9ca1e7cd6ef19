"""Signing in to the console by the shop's own identity provider. Colour: root. Called by web.console.outside.

The account is found by what the provider calls them, never by name or email, which others could take. The provider
says at each sign-in what they may do. An account is made at the first one; a name that is taken is never taken over.
"""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime

from notifier import audit, operators, sign_ins
from notifier.pipeline.accounts import LOCK, LONGEST_NAME, fits, is_email
from notifier.pipeline.house import House
from notifier.pipeline.signing_in import begin_seen
from notifier.store.engine import Transaction
from notifier.terms.operator import Operator, Role, Signing, Turn
from notifier.terms.outside import Outsider, Refusal

BY = "identity provider"


def sign_in_outside(house: House, who: Outsider, signing: Signing, turn: Turn, now: datetime) -> str | Refusal:
    """The secret of a new session, 43 characters, or why there is none. `who` is as the provider signed it."""
    with house.store.write() as tx:
        tx.lock(LOCK)
        row = operators.row_of_subject(tx, who.subject)
        known = operators.operator_of(row) if row is not None else None
        if known is not None and known.disabled_at is not None:
            return Refusal.SHUT_OUT
        if who.role is None:
            _lost(tx, known, now)
            return Refusal.NO_ROLE
        operator = _new(tx, who, who.role, now) if known is None else _with_role(tx, known, who.role, now)
        if isinstance(operator, Refusal):
            return operator
        return begin_seen(tx, operator, signing, turn, now)


def readable(name: str) -> str:
    """A claim as a name that an account can have: what does not fit becomes a space. Empty where nothing is left."""
    plain = re.sub(r"[^\w .@-]+", " ", unicodedata.normalize("NFKC", name))
    found = " ".join(plain.split()).lstrip("_.@- ")[:LONGEST_NAME].rstrip(". @-")
    return found if fits(found) else ""


def _new(tx: Transaction, who: Outsider, role: Role, now: datetime) -> Operator | Refusal:
    name = readable(who.name)
    if not name:
        return Refusal.NO_NAME
    if operators.row_named(tx, name) is not None:
        return Refusal.NAME_TAKEN
    wanted = Operator(0, name, who.email if is_email(who.email) else "", role, outside=True)
    made = operators.add(tx, wanted, who.subject, BY, now)
    _log(tx, ("account.add", f"name={name}, role={role.word}"), now)
    return replace(wanted, id=made)


def _with_role(tx: Transaction, known: Operator, role: Role, now: datetime) -> Operator:
    """Who it is, with the role that the provider says; a session keeps one role, so the old ones end (HOSTILE 76)."""
    if known.role is role:
        return known
    operators.change(tx, known.id, role=role.word)
    sign_ins.end_all(tx, known.id, now)
    _log(tx, ("account.role", f"name={known.name}, role={role.word}"), now)
    return replace(known, role=role)


def _lost(tx: Transaction, known: Operator | None, now: datetime) -> None:
    """Whoever has no role any more is out everywhere; the account stays, and so does what it did."""
    if known is not None and sign_ins.end_all(tx, known.id, now):
        _log(tx, ("account.sessions", f"name={known.name}, no role any more"), now)


def _log(tx: Transaction, what: tuple[str, str], now: datetime) -> None:
    note, detail = what
    audit.append(tx, audit.Entry(BY, "", note, "", detail), now)

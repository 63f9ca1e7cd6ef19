"""Accounts of the console. Colour: store. Called by pipeline.accounts and pipeline.signing_in.

No row is ever deleted: what somebody did stays theirs in the audit log.
"""

from datetime import datetime

from sqlalchemy import func, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, table_of
from notifier.store.tables import OperatorAccount
from notifier.terms.operator import ROLES, Operator, Role

_account = table_of(OperatorAccount)


def folded(name: str) -> str:
    """A name as it is compared: neither case nor space at its ends tells two accounts apart."""
    return name.strip().casefold()


def add(tx: Transaction, account: Operator, secret: str, by: str, now: datetime) -> int:
    """Add an account and return its id. `secret` is a password's hash, or what the identity provider calls them."""
    how = {"subject": secret} if account.outside else {"password": secret}
    who = {"name": account.name.strip(), "folded": folded(account.name), "email": account.email}
    row = {"role": account.role.word, "made_at": now, "made_by": by, "password": "", "disabled_by": ""}
    made = insert(_account).values(**(row | who | how)).returning(_account.c.id)
    return int(tx.connection.execute(made).scalar_one())


def everybody(tx: Transaction) -> list[Operator]:
    """All accounts, by name."""
    return [operator_of(row) for row in tx.connection.execute(select(_account).order_by(_account.c.folded))]


def row_named(tx: Transaction, name: str) -> AnyRow | None:
    """The account of that name with its password's hash."""
    return tx.connection.execute(select(_account).where(_account.c.folded == folded(name))).one_or_none()


def row_of_subject(tx: Transaction, subject: str) -> AnyRow | None:
    """The account that the identity provider calls `subject`."""
    return tx.connection.execute(select(_account).where(_account.c.subject == subject)).one_or_none()


def leads(tx: Transaction) -> int:
    """How many leads can sign in by password: those of the identity provider come and go by its word."""
    able = (_account.c.role == Role.LEAD.word) & _account.c.disabled_at.is_(None) & _account.c.subject.is_(None)
    return int(tx.connection.execute(select(func.count()).where(able)).scalar_one())


def change(tx: Transaction, operator_id: int, **values: object) -> None:
    """Set columns of one account."""
    tx.connection.execute(update(_account).where(_account.c.id == operator_id).values(**values))


def operator_of(row: AnyRow) -> Operator:
    """The account in a row."""
    same = ("id", "name", "email", "disabled_at", "disabled_by", "made_at", "made_by")
    kept = {name: getattr(row, name) for name in same}
    return Operator(role=ROLES[row.role], outside=row.subject is not None, **kept)

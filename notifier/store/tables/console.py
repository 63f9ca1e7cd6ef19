"""The console's accounts, sessions, tries to sign in, and its audit log. Colour: store."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class OperatorAccount(SQLModel, table=True):
    """One account. `folded` is its name as it is compared. `password` is an Argon2id hash; empty: it signs in by the
    identity provider, as `subject`, and by nothing else.
    """

    __tablename__ = "operator"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    folded: str = Field(unique=True)
    email: str = ""
    role: str
    password: str = ""
    subject: str | None = Field(default=None, unique=True)
    made_at: datetime
    made_by: str
    disabled_at: datetime | None = None
    disabled_by: str = ""


class OperatorSession(SQLModel, table=True):
    """One time that somebody signed in. The browser holds a secret, this its hash. `client` is from where."""

    __tablename__ = "operator_session"
    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    operator_id: int = Field(foreign_key="operator.id", index=True)
    begun_at: datetime
    seen_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    neighbourhood: str = ""
    client: str = ""


class SignInTry(SQLModel, table=True):
    """Wrong passwords in a row for one name from one neighbourhood, both as a keyed hash: a name that somebody typed
    may be a password.
    """

    __tablename__ = "sign_in_try"
    name_hash: str = Field(primary_key=True)
    neighbourhood_hash: str = Field(primary_key=True)
    wrong: int
    last_at: datetime = Field(index=True)


class AuditEntry(SQLModel, table=True):
    """What somebody did at the console: written before it is done, and once more with `of` where it did not succeed.

    Append-only: the database refuses to change or delete a row, and each holds a hash over itself and the one before
    it. `path` names what it was done to by ids; no row holds what a customer wrote or is called.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_operator_id", "operator", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    operator: str
    role: str
    note: str
    path: str
    detail: str = ""
    of: int | None = Field(default=None, index=True)
    outcome: str = ""
    hash: str

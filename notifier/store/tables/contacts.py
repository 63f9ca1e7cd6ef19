"""Consent, suppression, the contact log and the promise ledger. Colour: store.

Append-only, each of them: a row is never changed, a later row says otherwise (suppression.lifted_at apart).
"""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Consent(SQLModel, table=True):
    """One word of a customer (or of an address) on channel × class of a brand, with its evidence (RULES.md S1)."""

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("brand", "customer_id", "address_id", "channel", "message_class", "at", "granted"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand: str
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True)
    channel: str
    message_class: str
    granted: bool
    wording: str = ""
    source: str = ""
    evidence: str = ""
    at: datetime
    known_at: datetime


class Suppression(SQLModel, table=True):
    """An address not to be used, by its keyed hash, so that it survives erasure and a new import (RULES.md U4)."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("brand", "channel", "address_hash", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    brand: str
    channel: str
    address_hash: str = Field(index=True)
    reason: str
    at: datetime
    known_at: datetime
    lifted_at: datetime | None = None


class Contact(SQLModel, table=True):
    """One thing said to or by a customer. Caps count the outgoing ones."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_customer", "customer_id", "at"),
        Index("ix_contact_address", "address_id", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    direction: str
    actor: str
    brand: str
    customer_id: int = Field(foreign_key="customer.id")
    address_id: int | None = Field(default=None, foreign_key="address.id")
    channel: str
    message_class: str = ""
    purpose: str = ""
    message_id: int | None = Field(default=None, foreign_key="message.id", unique=True)
    summary: str = ""


class PromiseTold(SQLModel, table=True):
    """The promise ledger: a date told to a customer about a line, by which message. No date: `eta_*` are None."""

    __tablename__ = "promise_told"
    __table_args__ = (UniqueConstraint("message_id", "line_id"), Index("ix_promise_line", "line_id", "told_at"))
    id: int | None = Field(default=None, primary_key=True)
    line_id: int = Field(foreign_key="order_line.id")
    message_id: int | None = Field(default=None, foreign_key="message.id")
    told_at: datetime
    purpose: str = ""
    channel: str = ""
    eta_from: date | None = None
    eta_to: date | None = None

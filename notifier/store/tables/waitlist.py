"""Requests for consent to marketing, and who waits for what is out of stock. Colour: store."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_UNCONFIRMED = text("confirmed_at IS NULL")
_OPEN = text("state IN ('pending', 'waiting')")
_LIVE = text("state <> 'ended'")


class ConsentRequest(SQLModel, table=True):
    """One request for consent to marketing, and the customer's own act that it answers (RULES.md S1).

    `act` names that act: no request answers it twice. `wording` is what the customer agrees to, word by word; `source`
    and `evidence` say where the act came from. `message_id` None: `reason` says why nothing was asked.
    """

    __tablename__ = "consent_request"
    __table_args__ = (
        UniqueConstraint("brand", "address_id", "act"),
        Index("ix_consent_request_address", "address_id", "asked_at"),
        Index("ix_consent_request_channel", "channel", "asked_at"),
        Index(
            "ix_consent_request_open",
            "asked_at",
            sqlite_where=_UNCONFIRMED,
            postgresql_where=_UNCONFIRMED,
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand: str
    customer_id: int = Field(foreign_key="customer.id", index=True)
    address_id: int = Field(foreign_key="address.id")
    channel: str
    road: str
    act: str
    locale: str
    wording: str
    source: str
    evidence: str = ""
    asked_at: datetime
    confirmed_at: datetime | None = None
    message_id: int | None = Field(default=None, foreign_key="message.id")
    reason: str = ""
    trace: str = "[]"


class WaitlistEntry(SQLModel, table=True):
    """Who waits for a product. Served in the order of `asked_at`, then `id`.

    pending: not confirmed yet, by the answer to `request_id`. waiting: to be told. alerted: told by `message_id`, and
    a unit is held back for it. ended: for `reason`. `reason` is also why somebody waits although there are units.
    """

    __tablename__ = "waitlist"
    __table_args__ = (
        Index(
            "uq_waitlist_open",
            "brand",
            "sku",
            "address_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_waitlist_live", "sku", "asked_at", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand: str
    sku: str
    customer_id: int = Field(foreign_key="customer.id", index=True)
    address_id: int = Field(foreign_key="address.id", index=True)
    channel: str
    locale: str
    state: str = "pending"
    reason: str = ""
    asked_at: datetime
    confirmed_at: datetime | None = None
    changed_at: datetime
    wording: str
    source: str
    evidence: str = ""
    request_id: int | None = Field(default=None, foreign_key="consent_request.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)

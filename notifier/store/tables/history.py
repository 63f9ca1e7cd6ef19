"""How the facts came about: imports, changes, sources; reward codes; single values. Colour: store."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from notifier.store.columns import Amount


class ImportRun(SQLModel, table=True):
    """One import of one file. `state` is running, done, interrupted, or resumed: one after it took the rest."""

    __tablename__ = "import_run"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    profile: str = ""
    source: str = ""
    file_name: str = ""
    file_hash: str = ""
    known_at: datetime
    state: str = "running"
    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    blank: int = 0


class ImportSku(SQLModel, table=True):
    """A SKU whose stock or supply an unfinished import changed: nobody who waits for it is judged before its end."""

    __tablename__ = "import_sku"
    import_id: int = Field(primary_key=True, foreign_key="import_run.id")
    sku: str = Field(primary_key=True)


class FactChange(SQLModel, table=True):
    """One field of one record that changed: when it took effect and when we knew. `key` is the record's own key."""

    __tablename__ = "fact_change"
    __table_args__ = (Index("ix_fact_change_key", "kind", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    field: str
    old: str | None = None
    new: str | None = None
    effective_at: datetime
    known_at: datetime = Field(index=True)
    import_id: int | None = None


class SourceState(SQLModel, table=True):
    """What a configured source gave last. `last_new_at` decides whether it is stale."""

    __tablename__ = "source_state"
    name: str = Field(primary_key=True)
    fingerprint: str = ""
    last_read_at: datetime | None = None
    last_new_at: datetime | None = None
    error: str = ""
    told_stale_at: datetime | None = None


class RewardCode(SQLModel, table=True):
    """A single-use code given to a customer for a long wait."""

    __tablename__ = "reward_code"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    brand: str
    customer_id: int = Field(foreign_key="customer.id", index=True)
    percent: int | None = None
    amount: Decimal | None = Field(default=None, sa_type=Amount)
    currency: str = ""
    cost: Decimal = Field(sa_type=Amount)
    issued_at: datetime
    expires_on: date
    redeemed_at: datetime | None = None
    voided_at: datetime | None = None


class Meta(SQLModel, table=True):
    """Single values of the whole database."""

    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str

"""What suppliers said that no file did yet: slips, what each moved, and what was approved to be told. Colour: store."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class SlipMade(SQLModel, table=True):
    """One slip that a person approved; never changed, but for being undone.

    `day` None: nobody knows one. `mode` is that of delivery when it was approved.
    """

    __tablename__ = "slip"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    by: str
    po: str = ""
    sku: str = ""
    day: date | None = None
    reason: str = ""
    mode: str
    customers: int = 0
    undone_at: datetime | None = None
    undone_by: str = ""


class SlipMove(SQLModel, table=True):
    """One field that a slip moved. `kind` and `row_id` are of the table, values as the history writes them.

    `stated` is what the shop's own files said last: while it `holds`, a file that says so again changes nothing.
    """

    __tablename__ = "slip_move"
    __table_args__ = (Index("ix_slip_move_row", "kind", "row_id"),)
    id: int | None = Field(default=None, primary_key=True)
    slip_id: int = Field(foreign_key="slip.id", index=True)
    kind: str
    row_id: int
    field: str
    stated: str | None = None
    old: str | None = None
    new: str | None = None
    holds: bool = True


class SlipNews(SQLModel, table=True):
    """Whom the approved slip tells what: the brake asks nobody about it a second time."""

    __tablename__ = "slip_news"
    slip_id: int = Field(primary_key=True, foreign_key="slip.id")
    customer_id: int = Field(primary_key=True, foreign_key="customer.id", index=True)
    purpose: str = Field(primary_key=True)
    notice: str = Field(primary_key=True)

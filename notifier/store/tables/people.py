"""Holds on customers, the words of their names, and the restricted archive of evidence. Colour: store."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from notifier.store.columns import Bytewise


class Hold(SQLModel, table=True):
    """A word of an operator that stops progress and offers to a customer. `until` None: until somebody lifts it.

    `reason` is a HoldReason. `note` is what the operator wrote: personal, told in the person's own export,
    and of a HOLD to agents at the console.
    """

    __tablename__ = "hold"
    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    reason: str
    by: str
    at: datetime
    until: datetime | None = None
    lifted_at: datetime | None = None
    lifted_by: str = ""
    note: str = ""


class NameWord(SQLModel, table=True):
    """One word of a customer's name, folded by store.name_words: personal, and gone with the person.

    It refers to no row, as each check would cost the import, and customers are never deleted.
    """

    __tablename__ = "name_word"
    __table_args__ = {"sqlite_with_rowid": False}
    word: str = Field(primary_key=True, sa_type=Bytewise)
    customer_id: int = Field(primary_key=True, index=True)


class Evidence(SQLModel, table=True):
    """One notice or consent of somebody erased or forgotten, kept because the law asks for it (RULES.md U4).

    Restricted: no query, no export and no page reads `payload` (JSON, zlib-compressed); `key_hash` is the keyed hash
    of brand and customer, without which nobody finds whose it was. `notice_id` keeps a notice from being kept twice.
    """

    __tablename__ = "evidence"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key_hash: str = Field(index=True)
    payload: bytes = Field(sa_type=LargeBinary)
    keep_until: datetime = Field(index=True)
    notice_id: int | None = Field(default=None, foreign_key="notice.id", unique=True)

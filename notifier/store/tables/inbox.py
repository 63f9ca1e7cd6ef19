"""What comes in from customers, and how far it was read. Colour: store."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class MailboxPosition(SQLModel, table=True):
    """How far a mailbox was read; `terms.mailbox.Position` says what the columns mean. `mailbox` is user@host/folder.

    UIDVALIDITY and UIDs have 32 bits without a sign, more than a plain integer of PostgreSQL holds.
    """

    __tablename__ = "mailbox_position"
    mailbox: str = Field(primary_key=True)
    validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    first_uid: int = Field(sa_type=BigInteger)
    since: datetime
    newest: datetime

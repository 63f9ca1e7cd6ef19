"""Templates as the team publishes them: drafts, and versions that lie over the files. Colour: store.

Written by wordings.py; `terms.wording` says what the columns mean.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class WordingDraft(SQLModel, table=True):
    """One row for each wording that was ever edited. It stays when the draft is closed, so that `revision` only grows.

    `texts` is JSON.
    """

    __tablename__ = "wording_draft"
    purpose: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    locale: str = Field(primary_key=True)
    brand: str = Field(primary_key=True)
    texts: str
    revision: int
    base: int
    state: str
    author: str
    changed_at: datetime
    asked_by: str = ""
    approved_by: str = ""


class WordingVersionRow(SQLModel, table=True):
    """What was in force from `published_at` on. Append-only. `texts` is JSON, {} for the files' text."""

    __tablename__ = "wording_version"
    __table_args__ = (UniqueConstraint("purpose", "channel", "locale", "brand", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    purpose: str
    channel: str
    locale: str
    brand: str
    number: int
    kind: str
    texts: str
    author: str
    published_by: str
    approved_by: str = ""
    note: str = ""
    of: int = 0
    published_at: datetime

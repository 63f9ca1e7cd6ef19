"""Views of the console that people saved. Colour: store."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class SavedView(SQLModel, table=True):
    """A list of the console with the filters that somebody chose: `query` is the query string of its page, `area`.

    `shared`: everybody sees it; only `owner` (an operator's name) can change it.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner", "area", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    owner: str
    area: str
    name: str
    query: str
    shared: bool = False
    at: datetime

"""What a webhook has kept and nobody has taken in yet. Colour: store."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Arrival(SQLModel, table=True):
    """One text that came. Its row goes once it is taken in, so the table holds what waits, and needs no index.

    `key` is the provider's id: the same text waits once. `sender` and `receiver` are E.164 numbers as the provider
    writes them, `mark` is the intent that it read by itself, or empty. It is tried again at `due_at`, after `tries`
    failures. `sender` and `words` are personal.
    """

    __tablename__ = "arrival"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    sender: str
    receiver: str
    words: str
    mark: str = ""
    came_at: datetime
    due_at: datetime
    tries: int = 0

"""Notices, answers to them, and where each line stands before the law on delays. Colour: store.

Notices and answers are append-only; `legal_standing` repeats what `policy.delay_rule` said last, for alarms.
"""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Notice(SQLModel, table=True):
    """The legal fact behind a required message, unique per line, the date it answers and kind (RULES.md F13, F14).

    `live` is the mode of delivery it belongs to, None once its message is withdrawn or refused. It is no notice before
    `sent_at`, nor after `failed_at` (F9). `source` is bot, import for one that another tool sent,
    or call for one that a person gave by phone.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("line_id", "answers", "kind", "live"),)
    id: int | None = Field(default=None, primary_key=True)
    line_id: int = Field(foreign_key="order_line.id")
    answers: date
    kind: str
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    source: str = "bot"
    promised: date
    revised: date | None = None
    created_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    live: str | None = "live"


class Answer(SQLModel, table=True):
    """What somebody said about a delayed line: accept, cancel, or confirm (the shop). `at` is its receipt (F7)."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("line_id", "said", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    line_id: int = Field(foreign_key="order_line.id")
    said: str
    at: datetime
    known_at: datetime
    actor: str
    channel: str = ""


class LegalStanding(SQLModel, table=True):
    """Where a line stood when plan last judged it. `deadline_at` is the first instant that is too late.

    `warned_hours` is the nearest warning before this deadline that the team was given (72, 24 or 4), `alarm` what a
    person must know at once, `alarm_told_at` when the team was told of it. `since`: from when on plan has found this
    state and deadline; None for what an older version found.
    """

    __tablename__ = "legal_standing"
    line_id: int = Field(primary_key=True, foreign_key="order_line.id")
    state: str
    rule: str
    notice: str = ""
    deadline_at: datetime | None = Field(default=None, index=True)
    refund_by: date | None = None
    warned_hours: int | None = None
    alarm: str = Field(default="", index=True)
    alarm_told_at: datetime | None = None
    since: datetime | None = None

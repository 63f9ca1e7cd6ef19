"""What customers answered, which lines it is about, and what the shop must do because of it. Colour: store."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_REQUESTED = text("state = 'requested'")
_UNHEARD = text("alarm <> '' AND alarm_told_at IS NULL")
_UNSENT = text("state IN ('waiting', 'going')")
_OPEN = text("closed_at IS NULL AND needs_person")


class Reply(SQLModel, table=True):
    """One thing that came in. `road` and `key` are unique: the same thing is acted on once.

    `received_at` is when it reached us, `known_at` when it was read. `customer_id` None: nobody knows whose it is.
    `message_id` is the message that it answers. `effects` is JSON: what was done, as terms.effects writes it.
    `words`, `subject`, `thread` and `sender` are personal, and go with the person; `sender` is kept where nobody
    has proven whose it is, and of a page: the network address and the browser that asked. `acks` is JSON: by which
    channel it was acknowledged, or why not. It waits for a person while `needs_person` and `closed_at` is None;
    `closed_as` is what the person made of it.
    `told_at`: when the team had it by email; `tell_at` is when that is tried next, after `tell_tries` refusals.
    """

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("road", "key"),
        Index("ix_reply_waiting", "received_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_reply_address", "address_id", "received_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    road: str
    key: str
    brand: str
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    address_id: int | None = Field(default=None, foreign_key="address.id")
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    received_at: datetime
    known_at: datetime
    actor: str
    sender: str = ""
    subject: str = ""
    thread: str = ""
    words: str = ""
    intent: str
    confidence: str
    matched: str = ""
    bound_to: str = ""
    suggestion: str = ""
    reason: str = ""
    effects: str = "[]"
    needs_person: bool = False
    closed_at: datetime | None = None
    closed_by: str = ""
    closed_as: str = ""
    told_at: datetime | None = None
    tell_at: datetime | None = None
    tell_tries: int = 0
    acks: str = "[]"


class ReplyLine(SQLModel, table=True):
    """An order line that a reply is about. `frozen`: nothing may rest on silence, and nothing be offered, until a
    person has looked at the reply.
    """

    __tablename__ = "reply_line"
    reply_id: int = Field(primary_key=True, foreign_key="reply.id")
    line_id: int = Field(primary_key=True, foreign_key="order_line.id", index=True)
    frozen: bool = False


class Action(SQLModel, table=True):
    """What the shop's own system must do for one line. `kind` and `state` are words of terms.effects.

    `requested_at` is the receipt of what asked for it (RULES.md F7), `detail` the SKU of a swap. `closed_as` says by
    what it was closed: a person's word, a click, or an import that shows it. `told_at`: when the team had it by email,
    `alarm_told_at` when it had the alarm; `posted_at` when the shop's webhook took it as it stands, `post_at` when that
    is tried next, after `posts` tries.
    """

    __tablename__ = "action"
    __table_args__ = (
        Index(
            "uq_action_requested",
            "line_id",
            "kind",
            unique=True,
            sqlite_where=_REQUESTED,
            postgresql_where=_REQUESTED,
        ),
        Index("ix_action_unheard", "id", sqlite_where=_UNHEARD, postgresql_where=_UNHEARD),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    brand: str
    customer_id: int = Field(foreign_key="customer.id", index=True)
    line_id: int = Field(foreign_key="order_line.id", index=True)
    reply_id: int | None = Field(default=None, foreign_key="reply.id")
    detail: str = ""
    state: str = "requested"
    requested_at: datetime
    requested_by: str
    known_at: datetime
    closed_at: datetime | None = None
    closed_by: str = ""
    closed_as: str = ""
    alarm: str = ""
    told_at: datetime | None = None
    alarm_told_at: datetime | None = None
    posted_at: datetime | None = None
    post_at: datetime | None = None
    posts: int = 0


class TeamAnswer(SQLModel, table=True):
    """What the team answered to a reply, from its helpdesk or from the inbox (`by`), to be passed on to the customer.

    `key` is unique: the same mail, or the same click, is passed on once. `channel` is email or sms. `state` is waiting,
    going, sent, refused, unknown, or withdrawn before it went; it goes not before `not_before`. `provider_id` is the
    provider's name of a text that went. `words` are personal, and go with the person.
    """

    __tablename__ = "team_answer"
    __table_args__ = (Index("ix_team_answer_unsent", "state", "id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    reply_id: int = Field(foreign_key="reply.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    brand: str
    words: str = ""
    received_at: datetime
    state: str = "waiting"
    going_at: datetime | None = None
    sent_at: datetime | None = None
    channel: str = "email"
    by: str = ""
    not_before: datetime | None = None
    provider_id: str = Field(default="", index=True)

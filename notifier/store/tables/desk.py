"""Who of the team has a reply on their desk, until when it rests, and what was done with it. Colour: store."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class ReplyDesk(SQLModel, table=True):
    """Where a reply that waits stands on the team's desk; no row: nobody has touched it.

    `taken_by` is the operator who sees to it, empty for nobody. It rests until `snoozed_until`; at `call_at` somebody
    phones the customer, about `call_note`, which is personal and goes with the person.
    """

    __tablename__ = "reply_desk"
    reply_id: int = Field(primary_key=True, foreign_key="reply.id")
    taken_by: str = ""
    snoozed_until: datetime | None = None
    call_at: datetime | None = None
    call_note: str = ""


class ReplyStep(SQLModel, table=True):
    """One step of a person with a reply, kept for good. `what` is a word of terms.desk.

    `detail` is JSON without a name or a word of the customer: what is needed to take the step back. `undone_at`: when
    somebody (`undone_by`) took it back.
    """

    __tablename__ = "reply_step"
    id: int | None = Field(default=None, primary_key=True)
    reply_id: int = Field(foreign_key="reply.id", index=True)
    at: datetime
    by: str
    what: str
    detail: str = "{}"
    undone_at: datetime | None = None
    undone_by: str = ""

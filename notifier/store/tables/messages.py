"""Decisions, the outbox with its attempts, and the templates used. Colour: store.

Written by outbox.py and store.decisions.
"""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_LIVE = text("state <> 'withdrawn'")
WAITING = text("message.state IN ('queued', 'claimed')")
"""Messages on their way to their hand-off. As text, because SQLite takes a partial index only where no parameter is."""
_WAITING = text("state IN ('queued', 'claimed')")
_DOUBLE = text("maybe_double")
HELD = text("decision.verdict = 'hold'")
"""Decisions that wait. As text, as WAITING is."""
_HELD = text("verdict = 'hold'")


class PlanRun(SQLModel, table=True):
    """One run of plan: the business moment it judged, in which mode, its counts, and where it stands (RunState).

    `messaged` are the customers it wrote to, or would have. `found` is JSON: what a stopped run would send and why it
    was stopped. `stopped_at` is the first time, `at` the last. `told_at`: when the team heard of it. `seconds` is how
    long it judged and queued, the wait for another plan left out.
    """

    __tablename__ = "plan_run"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    state: str = Field(default="running", index=True)
    customers: int = 0
    sends: int = 0
    holds: int = 0
    skips: int = 0
    seconds: float | None = None
    mode: str = "live"
    messaged: int = 0
    found: str = ""
    stopped_at: datetime | None = None
    told_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    required_only: bool = False


class Decision(SQLModel, table=True):
    """What was decided and why. An unchanged hold or skip updates `last_at`, `last_run` and `times` of its row."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_customer", "customer_id", "last_at"),
        Index("ix_decision_held", "hold_until", "reason", sqlite_where=_HELD, postgresql_where=_HELD),
    )
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="plan_run.id", index=True)
    last_run: int
    customer_id: int = Field(foreign_key="customer.id")
    address_id: int | None = None
    brand: str
    channel: str
    purpose: str
    notice: str = ""
    verdict: str
    reason: str
    hold_until: datetime | None = None
    lines: str
    trace: str
    fingerprint: str
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    first_at: datetime
    last_at: datetime
    times: int = 1


class Message(SQLModel, table=True):
    """The outbox. `key` (customer, channel, purpose, occasion) is unique among messages not withdrawn;
    `uid` derives from it. `maybe_double`: it goes once more although it may have arrived.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("uq_message_key_live", "key", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_message_due_by_channel", "state", "mode", "channel", "rung", "not_before", "id"),
        Index("ix_message_lease", "state", "lease_until"),
        Index("ix_message_customer_sent", "customer_id", "handed_off_at"),
        Index("ix_message_address_sent", "address_id", "handed_off_at"),
        Index("ix_message_customer_waiting", "customer_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_message_address_waiting", "address_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_message_double", "state", sqlite_where=_DOUBLE, postgresql_where=_DOUBLE),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str
    uid: str = Field(index=True)
    run_id: int | None = Field(default=None, foreign_key="plan_run.id", index=True)
    customer_id: int = Field(foreign_key="customer.id")
    address_id: int = Field(foreign_key="address.id")
    brand: str
    channel: str
    purpose: str
    message_class: str
    rung: int
    notice: str = ""
    locale: str
    occasion: str
    state: str = "queued"
    reason: str = ""
    mode: str = "live"
    queued_at: datetime
    not_before: datetime
    claimed_by: str = ""
    lease_until: datetime | None = None
    fence: int = 0
    attempts: int = 0
    handed_off_at: datetime | None = None
    settled_at: datetime | None = None
    subject: str = ""
    template_version: str = ""
    provider_id: str = Field(default="", index=True)
    link_token: str = Field(default="", index=True)
    reward_id: int | None = None
    maybe_double: bool = False


class MessageLine(SQLModel, table=True):
    """A line that a message tells about, with the ETA it names. `live`: its mode, None once nobody is told."""

    __tablename__ = "message_line"
    __table_args__ = (
        UniqueConstraint("line_id", "channel", "purpose", "occasion", "live"),
        UniqueConstraint("message_id", "line_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    line_id: int = Field(foreign_key="order_line.id")
    channel: str
    purpose: str
    occasion: str
    answers: date | None = None
    eta_from: date | None = None
    eta_to: date | None = None
    live: str | None = "live"


class MessageBody(SQLModel, table=True):
    """The rendered message (MIME, or a text in UTF-8) exactly as it was handed off, packed by `store.bodies`.

    `version` is the template version beside whose sample it was packed: the message's own may change when it is held.
    """

    __tablename__ = "message_body"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    body: bytes = Field(sa_type=LargeBinary)
    version: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Attempt(SQLModel, table=True):
    """One try to deliver: by which worker, under which fence, what the provider said (no address, no body).

    `receipt` is what it said later: delivered or failed, the first of them; "" where nothing, or less, came.
    """

    __tablename__ = "attempt"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    worker: str
    fence: int
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    code: str = ""
    raw: str = ""
    provider_id: str = ""
    receipt: str = Field(default="", sa_column_kwargs={"server_default": ""})
    receipt_code: str = Field(default="", sa_column_kwargs={"server_default": ""})
    receipt_at: datetime | None = None


class Finding(SQLModel, table=True):
    """What was found out about an attempt of which nobody knew whether it went.

    `source` and `found` are words of terms.evidence; `code` is what a refusal means, `by` the person who decided.
    The same found again moves `last_at` and `times`.
    """

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("message_id", "attempt_id", "source", "found"),)
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    attempt_id: int = Field(foreign_key="attempt.id")
    source: str
    found: str
    code: str = ""
    provider_id: str = ""
    by: str = ""
    at: datetime
    last_at: datetime
    times: int = 1


class TextDay(SQLModel, table=True):
    """Texts handed off on a day of UTC to a region, or to all of them ("all"), against the daily limits (S12)."""

    __tablename__ = "text_day"
    day: date = Field(primary_key=True)
    region: str = Field(primary_key=True)
    used: int = 0


class TemplateVersion(SQLModel, table=True):
    """A template text that was used, by content hash, with what it was for.

    `sample` is what a made-up email looks like with it: bodies of this version are packed beside it (`store.bodies`).
    """

    __tablename__ = "template_version"
    hash: str = Field(primary_key=True)
    purpose: str
    locale: str
    brand: str
    source: str
    sample: bytes = Field(default=b"", sa_type=LargeBinary, sa_column_kwargs={"server_default": ""})
    first_used_at: datetime


class RouteStanding(SQLModel, table=True):
    """How a way out stands: its meter and its breaker (`terms.route.Route`). A route in order has no row, or a bare
    one.
    """

    __tablename__ = "route"
    name: str = Field(primary_key=True)
    free_at: datetime | None = None
    failures: int = 0
    rests_until: datetime | None = None
    rests: int = 0
    tried_at: datetime | None = None
    works_since: datetime | None = None

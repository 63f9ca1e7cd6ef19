"""What people have stopped: pauses, and news held back when they judged a stopped run. Colour: store."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Pause(SQLModel, table=True):
    """Messages that do not go out from `at` to `resumed_at`. Empty `purpose` or `channel`: all; `required` too."""

    __tablename__ = "pause"
    id: int | None = Field(default=None, primary_key=True)
    purpose: str = ""
    channel: str = ""
    required: bool = False
    by: str
    reason: str = ""
    at: datetime
    resumed_at: datetime | None = None
    resumed_by: str = ""


class StoppedNews(SQLModel, table=True):
    """What a stopped run would tell whom, while it waits for a person. `told`: the team has heard of it."""

    __tablename__ = "stopped_news"
    run_id: int = Field(primary_key=True, foreign_key="plan_run.id")
    customer_id: int = Field(primary_key=True, foreign_key="customer.id")
    purpose: str = Field(primary_key=True)
    notice: str = Field(primary_key=True)
    told: bool = False


class Withheld(SQLModel, table=True):
    """News of a line that a person held back when judging the stopped run `run_id`, in that run's mode alone.

    `silenced`: it was rejected, and is not said. Else it waits until the run is approved.
    """

    __tablename__ = "withheld"
    line_id: int = Field(primary_key=True, foreign_key="order_line.id")
    purpose: str = Field(primary_key=True)
    occasion: str = Field(primary_key=True)
    run_id: int = Field(foreign_key="plan_run.id", index=True)
    customer_id: int = Field(foreign_key="customer.id")
    required: bool
    silenced: bool

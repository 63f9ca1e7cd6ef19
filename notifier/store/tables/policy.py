"""Figures of the policy that the team set at the console. Colour: store. Written by policy_changes."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class PolicyChange(SQLModel, table=True):
    """One time that somebody saved figures; append-only. `note` says why, or which change it goes back to."""

    __tablename__ = "policy_change"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    by: str
    note: str = ""


class PolicyFigure(SQLModel, table=True):
    """One figure of a change: `section.key`, and its value before and after, as settings.toml writes it.

    `value` None: what the settings say counts again. `was` is what was in force, whoever had set it.
    """

    __tablename__ = "policy_figure"
    change_id: int = Field(primary_key=True, foreign_key="policy_change.id")
    key: str = Field(primary_key=True)
    was: str
    value: str | None = None

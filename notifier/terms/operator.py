"""Who works at the console, and how much each may do. Colour: ground."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum


class Role(IntEnum):
    """What somebody may do; each may do what those before it may.

    A viewer looks, an agent answers customers, an editor changes wordings and takes files in, a lead decides: runs,
    pauses, the policy's figures, accounts.
    """

    VIEWER = 1
    AGENT = 2
    EDITOR = 3
    LEAD = 4

    @property
    def word(self) -> str:
        """viewer, agent, editor or lead."""
        return self.name.lower()


ROLES = {role.word: role for role in Role}
"""Each role by its word."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One account. `email` is where a test message goes; empty: nowhere. `outside`: signs in with the shop's own
    identity provider, and has no password here. `made_at` and `disabled_at` are UTC, each with by whom.
    """

    id: int
    name: str
    email: str
    role: Role
    outside: bool = False
    disabled_at: datetime | None = None
    disabled_by: str = ""
    made_at: datetime | None = None
    made_by: str = ""

    def may(self, role: Role) -> bool:
        """Whether what asks for `role` is theirs to do."""
        return self.role >= role


@dataclass(frozen=True, slots=True)
class Signing:
    """One try to sign in: from where, and with what. `before` is the secret of the session that the browser had."""

    name: str
    password: str = field(repr=False)
    neighbourhood: str
    client: str
    before: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """How long a session lives, in seconds: since it was last used, and since it began."""

    idle: float
    longest: float

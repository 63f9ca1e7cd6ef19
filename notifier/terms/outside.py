"""Somebody whom the shop's own identity provider vouches for. Colour: ground.

Used by oidc_provider, pipeline and web.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from notifier.terms.operator import Role


@dataclass(frozen=True, slots=True)
class Proof:
    """What ties an answer of the provider to the browser that asked: one use each, nobody else can know them.

    `state` comes back in the address, `nonce` in the signed answer, and `verifier` is shown when the code is exchanged.
    """

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outsider:
    """Who signed in there. `subject` is issuer|sub and never changes; `role` is what their claim says, None: none."""

    subject: str
    name: str
    email: str
    role: Role | None


class Refusal(StrEnum):
    """Why somebody who did sign in there does not come in here."""

    NO_ROLE = "no role"
    NO_NAME = "no name"
    NAME_TAKEN = "name taken"
    SHUT_OUT = "shut out"


class IdentityProvider(Protocol):
    """Where a browser is sent to sign in, and who it was that came back from there."""

    async def address(self, proof: Proof) -> str:
        """Where to send the browser. Raises Transient or Permanent where the provider cannot be used."""

    async def who(self, code: str, proof: Proof, now: datetime) -> Outsider:
        """Whom `code` stands for. Raises Transient or Permanent; their words hold neither a secret nor a person."""

"""What comes in from a customer, by whatever road, before anybody reads what it means. Colour: ground.

Made by web, replies and cli; taken in by pipeline.receive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from notifier.terms.mail import Returned
from notifier.terms.reply import Intent
from notifier.terms.words import MessageClass, Scope

MOST_WORDS = 20_000
"""Characters of a reply that are kept: nobody writes more, and a person reads the mail itself."""

RECEIVED = "reply"
"""The purpose of a contact in which a customer wrote."""


class Road(StrEnum):
    """How something came in. OPERATOR: somebody of the team acts for the customer."""

    SMS = "sms"
    EMAIL = "email"
    PAGE = "page"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen in so many words on a page, by a provider's mark or by an operator: nothing is guessed.

    `line_ids` are the order lines it is about (empty: all that it can be about), `sku` the product taken, `about` and
    `channel` what an opt-in or opt-out is about (empty: the road's own channel, all that it carries), `wording` what
    an opt-in agreed to, as it was read (RULES.md S1). `keeps`: to accept means to keep the order, and no
    consent to a date.
    """

    intent: Intent
    line_ids: tuple[int, ...] = ()
    sku: str = ""
    about: MessageClass | Scope | None = None
    channel: str = ""
    wording: str = ""
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that came in.

    `key` is the same whenever the same thing comes again (a MessageSid, a mailbox's UIDVALIDITY and UID, a page's
    nonce): it is acted on once. `received_at` is the UTC instant at which it reached us or our provider: that counts,
    not the moment of reading (RULES.md F7). `sender` and `to` are the E.164 numbers or email addresses as the road
    names them; `sender` proves nothing by email. `message_id` is the message it answers where a signed token proves
    it, and `customer_id` the customer where a page or an operator knows it; None: not proven. `address_id` is the
    address that wrote the reply for which an operator acts. `thread` is the Message-ID of a mail, without <>,
    `thread_ids` are those that it says it answers.
    `machine` is what a machine sent: auto_reply, bounce or spam_complaint.
    `answered` says that the provider has confirmed an opt-out or a HELP already (RULES.md S4).
    `actor` is who says so: "customer", or the name of an operator. `returned` is what a bounce or a complaint says,
    `unread` why a part of a mail, or all of it, was left unread. `evidence` is from where a page was asked, kept as
    proof (RULES.md S1): a network address and a browser.
    """

    road: Road
    key: str
    received_at: datetime
    words: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    to: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    message_id: int | None = None
    customer_id: int | None = None
    address_id: int | None = None
    thread: str = ""
    thread_ids: tuple[str, ...] = ()
    machine: Intent | None = None
    choice: Choice | None = None
    answered: bool = False
    actor: str = "customer"
    returned: Returned | None = None
    unread: str = ""
    evidence: str = field(default="", repr=False)


class HeardTexts(Protocol):
    """The provider's own list of the texts that came in."""

    async def since(self, since: datetime) -> Sequence[Incoming]:
        """Those since the UTC instant `since`, the oldest first.

        Raises errors.Transient, with a sentence for the log, where it cannot be asked.
        """
        ...

    async def close(self) -> None:
        """Give the connections back; it may be asked again afterwards."""
        ...

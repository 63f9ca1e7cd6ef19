"""One incoming email as the limited process has read it. Colour: ground.

Made by replies.mail, handed through replies.mail_process to pipeline.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Machine(StrEnum):
    """Who wrote it. BULK: a list or a newsletter. OWN: one of our own mails that came back to us."""

    NONE = ""
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "spam_complaint"
    BULK = "bulk"
    OWN = "own"


class Unread(StrEnum):
    """Why a part of a mail was left unread, so that a person looks at the mail itself.

    QUOTED: it holds nothing but what others wrote, or one cannot tell. CHARSET: its letters are unknown or broken.
    WINMAIL and ATTACHMENTS: it has no words but perhaps in a winmail.dat, in attachments.
    """

    NONE = ""
    TOO_LONG = "too_long"
    QUOTED = "quoted"
    CHARSET = "charset"
    ENCRYPTED = "encrypted"
    WINMAIL = "winmail"
    ATTACHMENTS = "attachments"


@dataclass(frozen=True, slots=True)
class Returned:
    """What a bounce or a complaint says: `hard` for good, `status` like 5.1.1 or empty, `recipient` who was not
    reached, `original_id` the Message-ID (without <>) of the mail that it is about; each is empty where it is not said.
    A complaint is never `hard`: the mail did arrive.
    """

    hard: bool
    status: str = ""
    recipient: str = field(default="", repr=False)
    original_id: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """What one email says. All texts are clean: no control characters but LF in `words`, bounded lengths.

    `sender` is the one address of From (empty: none or several), `recipients` the addresses of To, Cc, Delivered-To,
    X-Original-To and Envelope-To, in lower case: one of them may be our signed reply address. `answers` are the ids of
    In-Reply-To, then of References, the newest last, without <>. `words` are the customer's own new words: nothing
    quoted, no signature; `below` are sentences below the signature, which may be a motto. `unread`: why a part of it
    was left unread, empty where all was read. `reply_to` is the address of Reply-To where it is another than the
    sender's: a person may want to know, nobody is answered there.
    """

    message_id: str
    sender: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    subject: str = field(repr=False)
    sent_at: datetime | None
    answers: tuple[str, ...]
    words: str = field(repr=False)
    machine: Machine = Machine.NONE
    returned: Returned | None = None
    attachments: int = 0
    unread: Unread = Unread.NONE
    reply_to: str = field(default="", repr=False)
    below: str = field(default="", repr=False)

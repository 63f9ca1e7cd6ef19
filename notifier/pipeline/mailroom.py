"""A mail that came in goes to whom it concerns: a reply, a bounce, the team's own answer, or nobody. Colour: root.

Built by app; called by replies.mailbox in its thread, and by cli.receive. A mail is acted on once, however often it is
read: its own Message-ID, sender and words make its key.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import structlog

from notifier.errors import UnreadableMail
from notifier.pipeline.house import House
from notifier.pipeline.intents import classifier
from notifier.pipeline.receive import Received, receive
from notifier.pipeline.relay import take_answer
from notifier.render.reply_address import BOUNCE, HELPDESK, REPLY, message_behind
from notifier.terms.incoming import Incoming, Road
from notifier.terms.mail import Machine, Mail, Unread
from notifier.terms.mailbox import RawMail
from notifier.terms.reply import Intent, Offered
from notifier.terms.words import Channel

log = structlog.get_logger(__name__)

READS_AS = {
    Machine.AUTO_REPLY: Intent.AUTO_REPLY,
    Machine.BULK: Intent.AUTO_REPLY,
    Machine.BOUNCE: Intent.BOUNCE,
    Machine.COMPLAINT: Intent.SPAM_COMPLAINT,
}
"""What a machine's mail is, in the words of replies. Our own mail that came back to us is nothing."""


BELOW = "below_the_signature"
"""What was left unread: something that seems to ask for something, below the signature."""


class NoReply(StrEnum):
    """What came in and is no customer's reply."""

    OWN = "a mail of our own"
    OF_THE_TEAM = "an answer of the team, which goes on to the customer"


@dataclass(frozen=True, slots=True)
class Mailroom:
    """`read` is the limited process, which raises UnreadableMail; `clock` says when a mail is read."""

    house: House
    read: Callable[[bytes], Mail] = field(repr=False)
    clock: Callable[[], datetime]

    def take(self, raw: RawMail) -> None:
        """Take in one mail of the mailbox. Raises UnreadableMail once a person can find it in the inbox."""
        # A restored mailbox may give a UID twice; the second mail is another one.
        key = f"{raw.key}/{int(raw.received_at.timestamp())}"
        self.open(raw.raw, raw.received_at, key, whole=raw.whole)

    def open(self, raw: bytes, received_at: datetime, key: str, *, whole: bool = True) -> Received | NoReply:
        """Take in the mail in `raw`, which came in at the UTC instant `received_at`.

        `key` is what it is known by where it cannot be read. Raises UnreadableMail as `take` does.
        """
        try:
            mail = self.read(raw)
        except UnreadableMail as fault:
            self._set_aside(key, received_at, fault.reason)
            raise
        if mail.machine is Machine.OWN:
            log.info("a mail of our own came back, and is left alone")
            return NoReply.OWN
        if not whole:
            self._set_aside(key, received_at, "too_large", mail)
            raise UnreadableMail("too_large")
        answered = self._behind(mail, HELPDESK)
        if answered is not None and take_answer(self.house, answered, mail, key_of(mail), received_at):
            return NoReply.OF_THE_TEAM
        return receive(self.house, self._incoming(mail, received_at), self.clock())

    def _incoming(self, mail: Mail, received_at: datetime) -> Incoming:
        machine = READS_AS.get(mail.machine)
        return Incoming(
            Road.EMAIL,
            key_of(mail),
            received_at,
            words=_words(mail),
            sender=mail.sender,
            to=mail.recipients[0] if mail.recipients else "",
            subject=mail.subject,
            message_id=self._bound(mail, machine),
            thread=mail.message_id,
            thread_ids=mail.answers,
            machine=machine,
            returned=mail.returned if machine is not None else None,
            unread=_unread(mail) if machine is None else "",
        )

    def _bound(self, mail: Mail, machine: Intent | None) -> int | None:
        """The message that it answers or reports on. An address proves only what it was given out for: customers know
        theirs for replies, and a return address is seen by every server on the way. What is neither does nothing.
        """
        if machine is None:
            return self._behind(mail, REPLY)
        behind = self._behind(mail, BOUNCE)
        return self._behind(mail, REPLY) if behind is None and mail.returned is None else behind

    def _behind(self, mail: Mail, kind: str) -> int | None:
        base, keys = self.house.reply_to, self.house.web.keys
        if not base:
            return None
        found = (message_behind(one, base, keys, kind) for one in mail.recipients)
        return next((one for one in found if one is not None), None)

    def _set_aside(self, key: str, received_at: datetime, reason: str, mail: Mail | None = None) -> None:
        """Tell the inbox of a mail that nobody could read: it lies in the mailbox. `mail` is what its headers say."""
        found = Incoming(Road.EMAIL, f"unread:{key}", received_at, unread=reason)
        if mail is not None:
            # A machine gets no proof: what is proven is answered.
            behind = self._behind(mail, REPLY) if mail.machine is Machine.NONE else None
            found = replace(found, sender=mail.sender, subject=mail.subject, message_id=behind)
            found = replace(found, thread=mail.message_id, thread_ids=mail.answers)
        receive(self.house, found, self.clock())


def key_of(mail: Mail) -> str:
    """The same for the same mail, also where the mailbox has numbered its mails anew."""
    parts = (mail.message_id, mail.sender, mail.subject, mail.words, str(mail.sent_at))
    return sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _unread(mail: Mail) -> str:
    """What was left unread. A picture beside words is most often a logo, a sentence below a signature a motto, unless
    it asks for something.
    """
    if mail.unread == Unread.NONE and mail.below and _asks(mail.below):
        return BELOW
    return "" if mail.unread == Unread.ATTACHMENTS and mail.words.strip() else str(mail.unread)


def _asks(words: str) -> bool:
    found = classifier(Offered(), Channel.EMAIL, "")(words)
    return found.suggestion is not None or found.intent not in (Intent.UNCLEAR, Intent.THANKS)


def _words(mail: Mail) -> str:
    """The customer's own words; without any, the subject may hold them: some write nothing else."""
    if mail.words.strip() or mail.unread or mail.answers:
        return mail.words
    return mail.subject

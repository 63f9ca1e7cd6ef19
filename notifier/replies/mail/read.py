"""What one email says: bytes → Mail. Colour: pure. Called by mail_worker."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from notifier.replies.mail.addresses import addresses, answered, counted, message_id
from notifier.replies.mail.headers import Headers, shown
from notifier.replies.mail.letter import Letter, letter
from notifier.replies.mail.machines import machine
from notifier.replies.mail.new_words import Words, new_words
from notifier.replies.mail.returned import returned
from notifier.replies.mail.structure import Part, read_structure
from notifier.terms.mail import Mail, Unread

MOST_SUBJECT = 500
"""Characters."""
MOST_RECIPIENTS = 100
RECIPIENT_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
"""Those first that the mail server wrote: what a stranger writes into To cannot push our reply address out."""
_DATE = re.compile(rb"[\x20-\x7e]{6,100}")


def read_mail(raw: bytes, own_domains: frozenset[str]) -> Mail:
    """What the mail says. `own_domains` are the domains, in small letters, of the Message-IDs that we give.

    Raises UnreadableMail: too_large, too_many_parts, too_deep or malformed.
    """
    whole = read_structure(raw)
    headers = whole.headers
    sender = _sender(headers)
    subject = shown(headers.first("subject"), MOST_SUBJECT)
    found = letter(whole)
    name = shown(headers.first("from").partition(b"<")[0], 100)
    words, found = _words(whole, found, name)
    kind, about = returned(whole, sender, subject, found.text)
    answer_to = next(iter(addresses(headers.first("reply-to"))), "")
    return Mail(
        message_id=message_id(headers.first("message-id")),
        sender=sender,
        recipients=_recipients(headers),
        subject=subject,
        sent_at=_sent_at(headers.first("date")),
        answers=answered(headers.first("in-reply-to"), headers.first("references")),
        words=words.text,
        machine=kind or machine(headers, sender, subject, own_domains),
        returned=about,
        attachments=found.attachments,
        unread=_unread(words, found),
        reply_to=answer_to if answer_to != sender else "",
        below=words.below,
    )


def _sender(headers: Headers) -> str:
    """The one address of From; empty where there are several, or several fields."""
    fields = headers.all("from")
    if len(fields) != 1 or counted(fields[0]) > 1:
        return ""
    found = addresses(fields[0])
    return found[0] if len(found) == 1 else ""


def _recipients(headers: Headers) -> tuple[str, ...]:
    found = (one for value in headers.all(*RECIPIENT_FIELDS)[:MOST_RECIPIENTS] for one in addresses(value))
    return tuple(dict.fromkeys(found))[:MOST_RECIPIENTS]


def _sent_at(value: bytes) -> datetime | None:
    """The moment that Date names, in UTC; None where it names none."""
    found = _DATE.fullmatch(value)
    if not found:
        return None
    try:
        moment = parsedate_to_datetime(value.decode("ascii"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _words(whole: Part, found: Letter, name: str) -> tuple[Words, Letter]:
    """The new words; from the HTML where the plain text has none, because some programs leave it empty."""
    words = new_words(found.text, name)
    if not words.text and any(part.kind == "multipart/alternative" for part in whole.walk()):
        other = letter(whole, "text/html")
        if other.text != found.text and (again := new_words(other.text, name)).text:
            return again, other
    return words, found


def _unread(words: Words, found: Letter) -> Unread:
    if found.unread:
        return found.unread
    if words.cut:
        return Unread.TOO_LONG
    if words.unclear or (words.quoted and not words.text):
        return Unread.QUOTED
    return Unread.ATTACHMENTS if found.attachments and not words.text else Unread.NONE

"""How a read mail travels back from the limited process: as JSON, checked field by field. Colour: wire.

Used by mail_worker, and by mail_process, which believes nothing: a mail that broke its process must not reach further.
"""

import json
from datetime import UTC, datetime
from typing import Any

from notifier.errors import UnreadableMail
from notifier.terms.mail import Machine, Mail, Returned, Unread

MOST_ANSWER = 1024 * 1024
"""Bytes of an answer that are taken; the longest honest one is a tenth."""
REASONS = frozenset({"too_large", "too_many_parts", "too_deep", "timeout", "memory", "malformed"})

_TEXTS = ("message_id", "sender", "subject", "words", "reply_to", "below")
_LISTS = ("recipients", "answers")


def packed(mail: Mail) -> bytes:
    """The mail as JSON."""
    about = mail.returned
    said: dict[str, object] = {name: getattr(mail, name) for name in (*_TEXTS, *_LISTS, "attachments")}
    said |= {"machine": mail.machine.value, "unread": mail.unread.value}
    said["sent_at"] = mail.sent_at.timestamp() if mail.sent_at else None
    said["returned"] = (
        {"hard": about.hard, "status": about.status, "recipient": about.recipient, "original_id": about.original_id}
        if about
        else None
    )
    return json.dumps(said).encode("ascii")


def unpacked(answer: bytes) -> Mail:
    """The mail that an answer holds. Raises UnreadableMail: as the answer says, or malformed for what is no answer."""
    try:
        said = json.loads(answer)
        if "unreadable" in said:
            reason = said["unreadable"]
            raise UnreadableMail(reason if reason in REASONS else "malformed")
        return _mail(said)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise UnreadableMail("malformed") from None


def _mail(said: dict[str, Any]) -> Mail:
    about = said["returned"]
    return Mail(
        message_id=_text(said["message_id"]),
        sender=_text(said["sender"]),
        recipients=tuple(_text(one) for one in said["recipients"]),
        subject=_text(said["subject"]),
        sent_at=None if said["sent_at"] is None else datetime.fromtimestamp(said["sent_at"], UTC),
        answers=tuple(_text(one) for one in said["answers"]),
        words=_text(said["words"]),
        machine=Machine(said["machine"]),
        returned=None if about is None else _returned(about),
        attachments=int(said["attachments"]),
        unread=Unread(said["unread"]),
        reply_to=_text(said["reply_to"]),
        below=_text(said["below"]),
    )


def _returned(said: dict[str, Any]) -> Returned:
    texts = [_text(said[name]) for name in ("status", "recipient", "original_id")]
    return Returned(said["hard"] is True, *texts)


def _text(value: object) -> str:
    """A text that can be stored. Raises ValueError for what is none."""
    if not isinstance(value, str) or any(one != "\n" and ord(one) < 32 for one in value):
        raise ValueError("no clean text")
    value.encode("utf-8")
    return value

"""Guards around any channel: send everything to one address, or only to listed ones. Colour: wire.

Used by deliver through ChannelSender, wrapped around the live senders by app (`[delivery] mode = "redirect"`,
`only_to`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.evidence import TextAsked, TextList, TextSeen
from notifier.terms.words import Channel, Outcome

MARK = "[redirected]"
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n)?")
# Other recipients go, since they are not written to. The one-click header goes too: the unsubscribe button of the
# test mailbox would unsubscribe the customer.
_DROPPED = (b"to", b"cc", b"bcc", b"list-unsubscribe", b"list-unsubscribe-post")


class RedirectSender:
    """Keeps ChannelSender: every parcel goes to `to` (one bare address or E.164 number), visibly marked."""

    def __init__(self, inner: ChannelSender, to: str) -> None:
        self._inner = inner
        self._to = to

    @property
    def connections(self) -> int:
        """Those of the channel behind."""
        return self._inner.connections

    async def send(self, parcel: Parcel) -> SendResult:
        """Send the marked copy; the result bears the parcel's own ids. The customer's address is not in the copy."""
        if parcel.channel is Channel.EMAIL:
            body = redirected_mail(parcel.body, self._to)
        else:
            body = f"{MARK} ".encode() + parcel.body
        return await self._inner.send(replace(parcel, recipient=self._to, body=body, copy_to=""))

    async def close(self) -> None:
        """Close the channel behind."""
        await self._inner.close()


class OnlyToSender:
    """Keeps ChannelSender: lets parcels to listed addresses through and refuses all others with `not_in_only_to`."""

    def __init__(self, inner: ChannelSender, only_to: Iterable[str]) -> None:
        self._inner = inner
        self._only_to = frozenset(address.strip().casefold() for address in only_to)

    @property
    def connections(self) -> int:
        """Those of the channel behind."""
        return self._inner.connections

    async def send(self, parcel: Parcel) -> SendResult:
        """REFUSED with code `not_in_only_to` for an address that is not listed; nothing reaches the network then."""
        if parcel.recipient.casefold() in self._only_to:
            return await self._inner.send(parcel)
        words = "the address is not listed in delivery.only_to"
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.REFUSED, "not_in_only_to", words)

    async def close(self) -> None:
        """Close the channel behind."""
        await self._inner.close()


class RedirectedTexts:
    """Keeps TextList: looks for the marked copies that RedirectSender sent to `to`, instead of the customers' texts."""

    def __init__(self, inner: TextList, to: str) -> None:
        self._inner = inner
        self._to = to

    async def seen(self, asked: TextAsked) -> Sequence[TextSeen]:
        """The marked copies that fit."""
        return await self._inner.seen(replace(asked, number=self._to, body=f"{MARK} {asked.body}"))

    async def close(self) -> None:
        """Close the list behind."""
        await self._inner.close()


def redirected_mail(body: bytes, to: str) -> bytes:
    """The MIME bytes with To replaced, the subject marked and other recipients removed; the content is untouched.

    Works on whole header fields with their folded lines. The mark stands on a line of its own before the subject, so
    encoded words stay whole and no line grows.
    """
    return marked_mail(body, to, MARK)


def marked_mail(body: bytes, to: str, mark: str) -> bytes:
    """The same with any `mark` of ASCII."""
    end = _HEADER_END.search(body)
    head, rest = (body[: end.start()], body[end.start() :]) if end else (body, b"")
    new_line = b"\r\n" if b"\r\n" in head or not end else b"\n"
    kept = [b"To: " + to.encode(), *_marked(_FIELD.findall(head), new_line, mark.encode())]
    return new_line.join(kept) + rest


def _marked(fields: list[bytes], new_line: bytes, mark: bytes) -> list[bytes]:
    kept, marked = [], False
    for field in (part.rstrip(b"\r\n") for part in fields if part.strip()):
        name, _, value = field.partition(b":")
        if name.strip().lower() in _DROPPED:
            continue
        if name.strip().lower() == b"subject":
            field = b"Subject: " + mark + new_line + b" " + value.lstrip(b" \t\r\n")
            marked = True
        kept.append(field)
    return kept if marked else [*kept, b"Subject: " + mark]

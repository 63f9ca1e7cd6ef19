"""One mail told to one SMTP server, always knowing how far the dialogue has come. Colour: wire.

Used by channels.email. Until the dot that ends DATA is written the mail has certainly not been sent; from then on only
the server's answer counts. Where the server offers it, MAIL, RCPT and DATA go in one write (RFC 2920); a mail whose
recipient was refused is never followed by its content.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import aiosmtplib

from notifier.channels.pipelining import PipelinedProtocol, pipelined
from notifier.channels.smtp_words import Stage

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DRAIN_LOOK = 0.02
"""Seconds between two looks at a send buffer that the kernel did not take at once."""

GO_AHEAD = 354
_CLOSING = 421
"""RFC 5321: the server closes this connection."""
_ENOUGH = re.compile(r"too many (messages|mails?|e-?mails?|transactions)|message limit", re.IGNORECASE)
"""How servers say that one connection has carried enough (HOSTILE 47)."""

Reply = aiosmtplib.SMTPResponse


class Unsendable(Exception):
    """The server lacks what this very mail needs; the text is the normalised code."""


class LeaseOver(Exception):
    """Another worker may have taken the mail over: it must not go any more."""


@dataclass(slots=True)
class Line:
    """One pooled connection. `dirty`: the server still holds a half-told envelope, so RSET comes first."""

    client: aiosmtplib.SMTP
    dirty: bool = False


@dataclass(slots=True)
class Letter:
    """One mail under way and how far it has come. `wire` is the content as DATA wants it.

    `copy_to` also gets it, if the server takes that address.
    """

    sender: str
    recipient: str
    wire: bytes
    still_ours: Callable[[], bool]
    copy_to: str = ""
    stage: Stage = Stage.CONNECT


async def tell(line: Line, letter: Letter) -> Reply:
    """The whole dialogue on an open connection; returns the answer to the dot.

    Raises Unsendable and LeaseOver before anything counts, what aiosmtplib raises with `letter.stage` telling when.
    """
    options = _options(line.client, letter)
    if not letter.still_ours():
        raise LeaseOver
    protocol = pipelined(line.client)
    if protocol is None:
        await _envelope(line, letter, options)
    else:
        await _envelope_at_once(protocol, line, letter, options)
    return await _content(line.client, letter)


def is_spent(fault: Exception) -> bool:
    """Whether the server only wants another connection: it has closed this one, or it has carried enough."""
    if isinstance(fault, aiosmtplib.SMTPServerDisconnected):
        return True
    if not isinstance(fault, aiosmtplib.SMTPResponseException):
        return False
    return fault.code == _CLOSING or (fault.code // 100 == 4 and bool(_ENOUGH.search(fault.message)))


async def _envelope(line: Line, letter: Letter, options: list[str]) -> None:
    """MAIL, RCPT and DATA, each after the answer to the one before."""
    client, encoding = line.client, "utf-8" if "SMTPUTF8" in options else "ascii"
    if line.dirty:
        await client.rset()
        line.dirty = False
    letter.stage = Stage.MAIL
    await client.mail(letter.sender, options=options, encoding=encoding)
    letter.stage = Stage.RCPT
    await client.rcpt(letter.recipient, encoding=encoding)
    if letter.copy_to:
        await client.execute_command(_rcpt(letter.copy_to))
    letter.stage = Stage.DATA
    answer = await client.execute_command(b"DATA")
    if answer.code != GO_AHEAD:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)


async def _envelope_at_once(protocol: PipelinedProtocol, line: Line, letter: Letter, options: list[str]) -> None:
    """The same in one write. All answers are read before the first refusal is told."""
    reset = [b"RSET"] if line.dirty else []
    copies = [_rcpt(letter.copy_to)] if letter.copy_to else []
    commands = [*reset, _mail(letter.sender, options), _rcpt(letter.recipient), *copies, b"DATA"]
    letter.stage = Stage.MAIL
    replies = protocol.ask(commands)
    line.dirty = False
    await asyncio.wait(replies)
    mail, rcpt, data = (replies[place] for place in (len(reset), len(reset) + 1, -1))
    refused = [one for one in (mail, rcpt) if one.exception() or one.result().code // 100 != 2]
    if refused and not data.exception() and data.result().code == GO_AHEAD:
        # It waits for a content that must not come; only a new connection is in order again.
        line.client.close()
    if mail in refused:
        raise aiosmtplib.SMTPSenderRefused(*mail.result(), letter.sender)
    letter.stage = Stage.RCPT
    if refused:
        raise aiosmtplib.SMTPRecipientRefused(*rcpt.result(), letter.recipient)
    letter.stage = Stage.DATA
    if data.result().code != GO_AHEAD:
        raise aiosmtplib.SMTPDataError(*data.result())


def _mail(sender: str, options: list[str]) -> bytes:
    return " ".join([f"MAIL FROM:<{sender}>", *options]).encode()


def _rcpt(recipient: str) -> bytes:
    return f"RCPT TO:<{recipient}>".encode()


def _options(client: aiosmtplib.SMTP, letter: Letter) -> list[str]:
    """The MAIL options this mail needs on this server. Raises Unsendable where the server has not got them."""
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(letter.wire)}")
        limit = client.esmtp_extensions["size"].strip()
        if limit.isdigit() and 0 < int(limit) < len(letter.wire):
            raise Unsendable("too_large")
    if not (letter.recipient + letter.sender).isascii():
        if not client.supports_extension("smtputf8"):
            raise Unsendable("needs_smtputf8")
        options.append("SMTPUTF8")
    if not letter.wire.isascii():
        if not client.supports_extension("8bitmime"):
            raise Unsendable("needs_8bitmime")
        options.append("BODY=8BITMIME")
    return options


async def _content(client: aiosmtplib.SMTP, letter: Letter) -> Reply:
    """The content, the dot, the answer. The dot is written only when all before it has left our buffer, and only while
    the mail is still ours: a worker that slept meanwhile has perhaps lost it.

    aiosmtplib's own data() cannot say on which side of the dot it failed, so the steps are driven one by one here.
    """
    protocol, transport = client.protocol, cast(asyncio.WriteTransport | None, client.transport)
    if protocol is None or transport is None:
        raise aiosmtplib.SMTPServerDisconnected("the server left after DATA")
    protocol.write(letter.wire)
    while transport.get_write_buffer_size() and protocol.is_connected:
        await asyncio.sleep(_DRAIN_LOOK)
    if not protocol.is_connected:
        raise aiosmtplib.SMTPServerDisconnected("the server left within the content")
    if not letter.still_ours():
        client.close()
        raise LeaseOver
    letter.stage = Stage.DOT
    if isinstance(protocol, PipelinedProtocol):
        (answer,) = protocol.ask([b"."])
        return await answer
    protocol.write(b".\r\n")
    return await protocol.read_response()


def wire(body: bytes) -> bytes:
    """The content as DATA wants it: CRLF line ends only (no smuggled ends), a CRLF at the end, leading dots doubled."""
    # Bodies have either kind of line end throughout; to look at each one costs more than to send the mail.
    whole = body.count(b"\r\n") == body.count(b"\n") == body.count(b"\r")
    lines = body if whole else _LINE_END.sub(b"\r\n", body)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    lines = lines.replace(b"\r\n.", b"\r\n..")
    return b"." + lines if lines.startswith(b".") else lines

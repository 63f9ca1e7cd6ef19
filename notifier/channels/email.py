"""Email over SMTP: a pool of reused connections that always knows where each dialogue stands. Colour: wire.

Used by deliver through ChannelSender, built by app. The one rule here: until the dot that ends DATA is written the mail
has certainly not been sent; from then on only the server's answer counts, and without one the result is UNKNOWN.
"""

import asyncio
import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self

import aiosmtplib

from notifier.channels.envelope import BadAddress, mailbox
from notifier.channels.plain import provider_id
from notifier.channels.smtp_words import Stage, masked, meaning
from notifier.errors import SettingsError
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Outcome

_LINE_END = re.compile(rb"\r\n|\r|\n")
_QUEUED_AS = re.compile(r"queued as (\S+)", re.IGNORECASE)
_DRAIN_LOOK = 0.02  # seconds between two looks at a send buffer that the kernel did not take at once
_GOODBYE = 2.0  # seconds a server gets to answer QUIT
_CLOSING = 421  # RFC 5321: the server closes this connection


class Security(StrEnum):
    """How the connection is protected: from the first byte, after STARTTLS (required, never optional), or not."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EmailAccess:
    """How to reach the SMTP server. `timeout` in seconds bounds one mail as a whole, connecting included.

    `ca_file` adds a CA in PEM to the system's. Raises SettingsError where a password would travel in clear.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 60.0
    connections: int = 4
    hello_name: str = ""
    verify: bool = True
    ca_file: str = ""

    def __post_init__(self) -> None:
        faults = []
        if self.security is Security.NONE and self.username and not is_loopback(self.host):
            faults.append('email.security = "none" would send the password in clear: use "starttls" or "tls"')
        if self.connections < 1:
            faults.append("email.connections must be at least 1")
        if self.timeout <= 0:
            faults.append("email.timeout must be more than 0 seconds")
        if faults:
            raise SettingsError(faults)


def is_loopback(host: str) -> bool:
    """Whether a host name or IP literal is this very machine, without asking DNS."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass(slots=True)
class _Line:
    """One pooled connection. `dirty`: the server still holds a half-told envelope, so RSET comes first."""

    client: aiosmtplib.SMTP
    dirty: bool = False


@dataclass(slots=True)
class _Letter:
    """One mail under way and how far it has come."""

    sender: str
    recipient: str
    wire: bytes
    options: list[str]
    stage: Stage = Stage.CONNECT

    @property
    def encoding(self) -> str:
        return "utf-8" if "SMTPUTF8" in self.options else "ascii"


class _Unsendable(Exception):
    """The server lacks what this very mail needs; the text is the normalised code."""


class EmailSender:
    """Keeps ChannelSender over SMTP. At most `access.connections` connections, opened when first needed."""

    def __init__(self, access: EmailAccess) -> None:
        self._access = access
        self._context: ssl.SSLContext | None = None
        # Last in, first out: light traffic keeps to one warm connection and the others may go to sleep.
        self._idle: asyncio.LifoQueue[_Line] = asyncio.LifoQueue()
        self._lines = [_Line(self._client()) for _ in range(access.connections)]
        for line in self._lines:
            self._idle.put_nowait(line)

    @property
    def connections(self) -> int:
        """The size of the pool."""
        return self._access.connections

    async def send(self, parcel: Parcel) -> SendResult:
        """Send one mail to its one recipient. Never raises for what a server or the network does."""
        try:
            letter = _Letter(mailbox(parcel.sender), mailbox(parcel.recipient), _wire(parcel.body), [])
        except BadAddress as fault:
            return _result(parcel, (Outcome.REFUSED, "bad_address"), str(fault))
        line = await self._idle.get()
        try:
            return await self._within_deadline(line, letter, parcel)
        except BaseException:
            line.client.close()
            raise
        finally:
            self._idle.put_nowait(line)

    async def greet(self) -> None:
        """Connect and log in, without a mail, then say QUIT. Raises what aiosmtplib raises, and OSError."""
        line = _Line(self._client())
        try:
            async with asyncio.timeout(self._access.timeout):
                await self._connect(line.client)
        finally:
            await self._hang_up(line)

    async def close(self) -> None:
        """Say QUIT on every open connection."""
        await asyncio.gather(*(self._hang_up(line) for line in self._lines))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _within_deadline(self, line: _Line, letter: _Letter, parcel: Parcel) -> SendResult:
        try:
            async with asyncio.timeout(self._access.timeout):
                answer = await self._transaction(line, letter)
        except _Unsendable as fault:
            return _result(parcel, (Outcome.REFUSED, str(fault)), "the server does not offer it")
        except aiosmtplib.SMTPResponseException as fault:
            return self._refusal(line, letter, parcel, aiosmtplib.SMTPResponse(fault.code, fault.message))
        except (aiosmtplib.SMTPException, OSError) as fault:
            line.client.close()
            return _broken_off(letter, parcel, fault)
        if answer.code // 100 != 2:
            return self._refusal(line, letter, parcel, answer)
        queued = _QUEUED_AS.search(answer.message)
        words = masked(f"{answer.code} {answer.message}", parcel.recipient)
        queue_id = provider_id(queued.group(1)) if queued else ""
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, "sent", words, queue_id)

    def _refusal(self, line: _Line, letter: _Letter, parcel: Parcel, answer: aiosmtplib.SMTPResponse) -> SendResult:
        found = meaning(letter.stage, answer.code, answer.message)
        if answer.code == _CLOSING or answer.code // 100 not in (4, 5) or letter.stage is Stage.CONNECT:
            line.client.close()
        line.dirty = letter.stage in (Stage.MAIL, Stage.RCPT, Stage.DATA)
        return _result(parcel, found, masked(f"{answer.code} {answer.message}", parcel.recipient))

    async def _transaction(self, line: _Line, letter: _Letter) -> aiosmtplib.SMTPResponse:
        """One mail, on the open connection if there is one; once more on a fresh one if the server had left it."""
        fresh = not line.client.is_connected
        try:
            await self._begin(line, letter)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPResponseException) as fault:
            if fresh or getattr(fault, "code", _CLOSING) != _CLOSING:
                raise
            line.client.close()
            letter.stage = Stage.CONNECT
            await self._begin(line, letter)
        letter.stage = Stage.RCPT
        await line.client.rcpt(letter.recipient, encoding=letter.encoding)
        letter.stage = Stage.DATA
        return await _content(line.client, letter)

    async def _begin(self, line: _Line, letter: _Letter) -> None:
        """Connect or reset where needed, then MAIL."""
        client = line.client
        if not client.is_connected:
            line.dirty = False
            await self._connect(client)
        letter.options = _options(client, letter)
        if line.dirty:
            await client.rset()
            line.dirty = False
        letter.stage = Stage.MAIL
        await client.mail(letter.sender, options=letter.options, encoding=letter.encoding)

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        if self._access.security is not Security.NONE and self._context is None:
            self._context = await asyncio.to_thread(_tls_context, self._access)
        await client.connect(tls_context=self._context)
        if client.is_ehlo_or_helo_needed:
            try:
                await client.ehlo()
            except aiosmtplib.SMTPHeloError:
                await client.helo()

    def _client(self) -> aiosmtplib.SMTP:
        access = self._access
        return aiosmtplib.SMTP(
            hostname=access.host,
            port=access.port,
            username=access.username or None,
            password=access.password if access.username else None,
            local_hostname=access.hello_name or None,
            timeout=access.timeout,
            use_tls=access.security is Security.TLS,
            start_tls=access.security is Security.STARTTLS,
        )

    async def _hang_up(self, line: _Line) -> None:
        if line.client.is_connected:
            try:
                await line.client.quit(timeout=_GOODBYE)
            except (aiosmtplib.SMTPException, OSError):
                pass  # It is gone either way; no mail hangs on a goodbye.
        line.client.close()


def _options(client: aiosmtplib.SMTP, letter: _Letter) -> list[str]:
    """The MAIL options this mail needs on this server. Raises _Unsendable where the server has not got them."""
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(letter.wire)}")
        limit = client.esmtp_extensions["size"].strip()
        if limit.isdigit() and 0 < int(limit) < len(letter.wire):
            raise _Unsendable("too_large")
    if not (letter.recipient + letter.sender).isascii():
        if not client.supports_extension("smtputf8"):
            raise _Unsendable("needs_smtputf8")
        options.append("SMTPUTF8")
    if not letter.wire.isascii():
        if not client.supports_extension("8bitmime"):
            raise _Unsendable("needs_8bitmime")
        options.append("BODY=8BITMIME")
    return options


async def _content(client: aiosmtplib.SMTP, letter: _Letter) -> aiosmtplib.SMTPResponse:
    """DATA, the content, the dot, the answer. The dot is written only when all before it has left our buffer.

    aiosmtplib's own data() cannot say on which side of the dot it failed, so the steps are driven one by one here.
    """
    answer = await client.execute_command(b"DATA")
    if answer.code != 354:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)
    protocol, transport = client.protocol, client.transport
    if protocol is None or not isinstance(transport, asyncio.WriteTransport):
        raise aiosmtplib.SMTPServerDisconnected("the server left after DATA")
    protocol.write(letter.wire)
    while transport.get_write_buffer_size() and protocol.is_connected:
        await asyncio.sleep(_DRAIN_LOOK)
    if not protocol.is_connected:
        raise aiosmtplib.SMTPServerDisconnected("the server left within the content")
    letter.stage = Stage.DOT
    protocol.write(b".\r\n")
    return await protocol.read_response()


def _wire(body: bytes) -> bytes:
    """The content as DATA wants it: CRLF line ends only (no smuggled ends), a CRLF at the end, leading dots doubled."""
    lines = _LINE_END.sub(b"\r\n", body)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    lines = lines.replace(b"\r\n.", b"\r\n..")
    return b"." + lines if lines.startswith(b".") else lines


def _tls_context(access: EmailAccess) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if access.ca_file:
        context.load_verify_locations(cafile=access.ca_file)
    if not access.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _broken_off(letter: _Letter, parcel: Parcel, fault: Exception) -> SendResult:
    """The dialogue ended without an answer: UNKNOWN past the dot, certainly not sent before it."""
    timed_out = isinstance(fault, TimeoutError)
    if letter.stage is Stage.DOT:
        return _result(parcel, (Outcome.UNKNOWN, "no_answer"), "timed out" if timed_out else "connection lost")
    words = masked(f"{letter.stage.name}: {fault}" if str(fault) else letter.stage.name, parcel.recipient)
    if isinstance(fault, ssl.SSLError) or isinstance(fault.__cause__, ssl.SSLError) or "STARTTLS ext" in str(fault):
        return _result(parcel, (Outcome.DEFERRED, "tls_failed"), words)
    if "AUTH extension" in str(fault) or "authentication method" in str(fault):
        return _result(parcel, (Outcome.DEFERRED, "auth"), words)
    return _result(parcel, (Outcome.DEFERRED, "timed_out" if timed_out else "no_connection"), words)


def _result(parcel: Parcel, found: tuple[Outcome, str], raw: str) -> SendResult:
    return SendResult(parcel.message_id, parcel.attempt_id, found[0], found[1], raw)

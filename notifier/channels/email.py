"""Email over SMTP: a pool of reused connections, and what an ended dialogue means. Colour: wire.

Used by deliver through ChannelSender, built by app. The one rule here: until the dot that ends DATA is written the mail
has certainly not been sent; from then on only the server's answer counts, and without one the result is UNKNOWN.
"""

import asyncio
import re
import ssl
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiosmtplib

from notifier.channels.dialogue import LeaseOver, Letter, Line, Unsendable, is_spent, tell, wire
from notifier.channels.envelope import BadAddress, mailbox
from notifier.channels.plain import provider_id
from notifier.channels.smtp_words import Stage, masked, meaning
from notifier.errors import SettingsError
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.network import Security, is_loopback
from notifier.terms.words import Outcome

_QUEUED_AS = re.compile(r"queued as (\S+)", re.IGNORECASE)
_GOODBYE = 2.0  # seconds a server gets to answer QUIT
_CLOSING = 421  # RFC 5321: the server closes this connection


@dataclass(frozen=True, slots=True)
class EmailAccess:
    """How to reach the SMTP server. `timeout` in seconds bounds one mail as a whole, connecting included.

    `ca_file` adds a CA in PEM to the system's. A connection that the server would not open beside the others rests for
    `rest` seconds. Raises SettingsError where a password would travel in clear.
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
    rest: float = 60.0

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


class EmailSender:
    """Keeps ChannelSender over SMTP. At most `access.connections` connections, opened when first needed."""

    def __init__(self, access: EmailAccess) -> None:
        self._access = access
        self._context: ssl.SSLContext | None = None
        # Last in, first out: light traffic keeps to one warm connection and the others may go to sleep.
        self._idle: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        self._lines = [Line(self._client()) for _ in range(access.connections)]
        self._parked: deque[tuple[float, Line]] = deque()
        for line in self._lines:
            self._idle.put_nowait(line)

    @property
    def connections(self) -> int:
        """The size of the pool, without those connections that the server would not open beside the others."""
        return max(len(self._lines) - len(self._parked), 1)

    async def send(self, parcel: Parcel) -> SendResult:
        """Send one mail to its one recipient. Never raises for what a server or the network does."""
        try:
            addresses = [mailbox(one) for one in (parcel.sender, parcel.recipient, parcel.copy_to) if one]
        except BadAddress as fault:
            return _result(parcel, (Outcome.REFUSED, "bad_address"), str(fault))
        letter = Letter(addresses[0], addresses[1], wire(parcel.body), parcel.still_ours, "".join(addresses[2:]))
        try:
            async with asyncio.timeout(self._access.timeout):
                return await self._on_some_line(letter, parcel)
        except TimeoutError as fault:
            return _broken_off(letter, parcel, fault)

    async def _on_some_line(self, letter: Letter, parcel: Parcel) -> SendResult:
        """On the first connection that opens: a server may take fewer than we have (HOSTILE 47)."""
        while True:
            self._unpark()
            line = await self._idle.get()
            try:
                answer = await self._answer(line, letter, parcel)
            except BaseException:
                line.client.close()
                self._idle.put_nowait(line)
                raise
            if letter.stage is not Stage.CONNECT or line.client.is_connected or not self._others_are_open(line):
                self._idle.put_nowait(line)
                return answer
            self._parked.append((asyncio.get_running_loop().time() + self._access.rest, line))

    def _others_are_open(self, line: Line) -> bool:
        return any(one.client.is_connected for one in self._lines if one is not line)

    def _unpark(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._parked and self._parked[0][0] <= now:
            self._idle.put_nowait(self._parked.popleft()[1])

    async def greet(self) -> None:
        """Connect and log in, without a mail, then say QUIT. Raises what aiosmtplib raises, and OSError."""
        line = Line(self._client())
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

    async def _answer(self, line: Line, letter: Letter, parcel: Parcel) -> SendResult:
        try:
            answer = await self._transaction(line, letter)
        except Unsendable as fault:
            return _result(parcel, (Outcome.REFUSED, str(fault)), "the server does not offer it")
        except LeaseOver:
            return _result(parcel, (Outcome.DEFERRED, "lease_over"), "it took too long before the content was sent")
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

    def _refusal(self, line: Line, letter: Letter, parcel: Parcel, answer: aiosmtplib.SMTPResponse) -> SendResult:
        found = meaning(letter.stage, answer.code, answer.message)
        if answer.code == _CLOSING or answer.code // 100 not in (4, 5) or letter.stage is Stage.CONNECT:
            line.client.close()
        line.dirty = letter.stage in (Stage.MAIL, Stage.RCPT, Stage.DATA)
        return _result(parcel, found, masked(f"{answer.code} {answer.message}", parcel.recipient))

    async def _transaction(self, line: Line, letter: Letter) -> aiosmtplib.SMTPResponse:
        """One mail, on the open connection if there is one; once more on a fresh one if the server had done with it."""
        fresh = await self._open(line)
        try:
            return await tell(line, letter)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPResponseException) as fault:
            if fresh or letter.stage > Stage.MAIL or not is_spent(fault):
                raise
        line.client.close()
        letter.stage = Stage.CONNECT
        await self._open(line)
        return await tell(line, letter)

    async def _open(self, line: Line) -> bool:
        """Connect where needed; returns whether it was."""
        if line.client.is_connected:
            return False
        line.dirty = False
        await self._connect(line.client)
        return True

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

    async def _hang_up(self, line: Line) -> None:
        if line.client.is_connected:
            try:
                await line.client.quit(timeout=_GOODBYE)
            except (aiosmtplib.SMTPException, OSError):
                pass  # It is gone either way; no mail hangs on a goodbye.
        line.client.close()


def _tls_context(access: EmailAccess) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if access.ca_file:
        context.load_verify_locations(cafile=access.ca_file)
    if not access.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _broken_off(letter: Letter, parcel: Parcel, fault: Exception) -> SendResult:
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

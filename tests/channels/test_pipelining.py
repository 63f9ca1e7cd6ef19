"""MAIL, RCPT and DATA in one write: replies matched one to one, and no content after a refusal (RFC 2920)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.email import EmailAccess, EmailSender
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.network import Security
from notifier.terms.words import Channel, Outcome

MAIL = Parcel(1, 10, "u1", Channel.EMAIL, "shop@shop.example", "ada@mail.example", b"Subject: Hi\r\n\r\nLate.\r\n")
FINE = (b"250 ok\r\n", b"250 ok\r\n", b"354 go ahead\r\n")
ENVELOPE = [b"MAIL FROM:<shop@shop.example>", b"RCPT TO:<ada@mail.example>", b"DATA"]


@dataclass
class Server:
    """Answers an envelope as it is told: `envelope` is written in `pieces` once all its commands are there.

    At most `takes` connections at once; a content waits for its answer until `held` is set.
    """

    envelope: Sequence[bytes] = FINE
    after_dot: bytes = b"250 queued as Q1\r\n"
    offers: bytes = b"250-shop.example\r\n250 PIPELINING\r\n"
    pieces: Callable[[bytes], list[bytes]] = lambda answer: [answer]
    takes: int = 100
    held: asyncio.Event | None = None
    open: int = 0
    connections: int = 0
    commands: list[bytes] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            if self.open > self.takes:
                writer.write(b"421 too many connections\r\n")
                return
            await self._talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self.closed.set()
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readuntil(b"\r\n")
        writer.write(self.offers)
        while True:
            for _ in self.envelope:
                if (command := (await reader.readuntil(b"\r\n")).rstrip()) == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                self.commands.append(command)
            for piece in self.pieces(b"".join(self.envelope)):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if not self.envelope[-1].startswith(b"354"):
                return
            self.contents.append(await reader.readuntil(b"\r\n.\r\n"))
            if self.held is not None:
                await self.held.wait()
            writer.write(self.after_dot)


@asynccontextmanager
async def serving(server: Server, connections: int = 1, rest: float = 60) -> AsyncIterator[EmailSender]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        access = EmailAccess("127.0.0.1", port, Security.NONE, timeout=5, hello_name="shop.example", rest=rest)
        access = replace(access, connections=connections)
        sender = EmailSender(access)
        yield sender
        listening.close()
        async with asyncio.timeout(10):
            await sender.close()


async def send(server: Server, parcel: Parcel = MAIL) -> SendResult:
    async with serving(server) as sender:
        return await sender.send(parcel)


async def test_the_envelope_goes_before_any_of_its_answers() -> None:
    server = Server()
    result = await send(server)
    assert (result.outcome, result.provider_id, server.commands) == (Outcome.ACCEPTED, "Q1", ENVELOPE)


async def test_a_server_that_does_not_offer_it_is_asked_step_by_step() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        for answer in (b"250 shop.example\r\n", *FINE):
            seen.append(await reader.read(1000))
            writer.write(answer)
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 ok\r\n")
        await reader.readline()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        sender = EmailSender(EmailAccess("127.0.0.1", port, Security.NONE, timeout=5, hello_name="shop.example"))
        result = await sender.send(MAIL)
        await sender.close()
    assert (result.outcome, [one.count(b"\r\n") for one in seen]) == (Outcome.ACCEPTED, [1, 1, 1, 1])


async def test_a_refused_recipient_is_never_followed_by_content_even_where_the_server_waits_for_it() -> None:
    server = Server((b"250 ok\r\n", b"550 5.1.1 nobody here\r\n", b"354 go ahead\r\n"))
    result = await send(server)
    await server.closed.wait()
    assert (result.outcome, result.code, server.contents) == (Outcome.REFUSED, "bad_recipient", [])


async def test_a_refused_recipient_leaves_the_connection_in_use() -> None:
    server = Server((b"250 ok\r\n", b"550 5.1.1 nobody here\r\n", b"554 no valid recipients\r\n"))
    result = await send(server)
    assert (result.outcome, result.code, server.contents) == (Outcome.REFUSED, "bad_recipient", [])


@pytest.mark.parametrize(
    ("envelope", "outcome", "code"),
    [
        ((b"451 4.3.0 later\r\n", b"503 first MAIL\r\n", b"503 first MAIL\r\n"), Outcome.DEFERRED, "try_later"),
        ((b"250 ok\r\n", b"450 greylisted\r\n", b"554 nobody\r\n"), Outcome.DEFERRED, "greylisted"),
        ((b"250 ok\r\n", b"250 ok\r\n", b"452 4.3.1 full\r\n"), Outcome.DEFERRED, "server_full"),
    ],
)
async def test_each_refusal_is_told_as_its_own_command_was_answered(
    envelope: Sequence[bytes], outcome: Outcome, code: str
) -> None:
    result = await send(Server(envelope))
    assert (result.outcome, result.code) == (outcome, code)


async def test_a_connection_lost_before_all_answers_is_certainly_not_sent() -> None:
    server = Server((b"250 ok\r\n", b"", b""))
    result = await send(server)
    assert (result.outcome, result.code, server.contents) == (Outcome.DEFERRED, "no_connection", [])


async def test_an_answer_that_nobody_asked_for_ends_the_connection() -> None:
    result = await send(server := Server((*FINE[:2], b"354 go ahead\r\n250 surprise\r\n")))
    assert (result.outcome, server.contents) == (Outcome.DEFERRED, [])


async def test_a_second_mail_goes_by_the_same_connection() -> None:
    server = Server()
    async with serving(server) as sender:
        results = [await sender.send(replace(MAIL, message_id=number)) for number in (1, 2, 3)]
    assert ([one.outcome for one in results], server.connections) == ([Outcome.ACCEPTED] * 3, 1)


@given(cuts=st.lists(st.integers(1, 60), max_size=6))
def test_answers_are_matched_however_they_are_cut_into_packets(cuts: list[int]) -> None:
    def cut(answer: bytes) -> list[bytes]:
        places = sorted({0, len(answer), *(one for one in cuts if one < len(answer))})
        return [answer[a:b] for a, b in pairwise(places)]

    server = Server((b"250-first\r\n250 ok\r\n", b"250 2.1.5 ok\r\n", b"354 go ahead\r\n"), pieces=cut)
    result = asyncio.run(send(server))
    assert (result.outcome, len(server.contents)) == (Outcome.ACCEPTED, 1)


async def test_a_mail_whose_lease_ends_before_its_dot_does_not_go() -> None:
    server = Server()
    asked = iter([True, False])
    result = await send(server, replace(MAIL, still_ours=lambda: next(asked)))
    await server.closed.wait()
    assert (result.outcome, result.code, server.contents) == (Outcome.DEFERRED, "lease_over", [])


async def test_a_mail_whose_lease_has_ended_is_not_begun() -> None:
    server = Server()
    result = await send(server, replace(MAIL, still_ours=lambda: False))
    assert (result.code, server.commands) == ("lease_over", [])


async def test_a_journal_that_refuses_its_copy_does_not_keep_the_mail_from_the_customer() -> None:
    server = Server((b"250 ok\r\n", b"250 ok\r\n", b"550 no journal\r\n", b"354 go ahead\r\n"))
    result = await send(server, replace(MAIL, copy_to="journal@shop.example"))
    assert (result.outcome, server.commands[2]) == (Outcome.ACCEPTED, b"RCPT TO:<journal@shop.example>")


async def four_at_once(server: Server, sender: EmailSender) -> list[SendResult]:
    """Four mails, of which the first two are on their connections when the others come."""
    server.held = asyncio.Event()
    first = [asyncio.create_task(sender.send(MAIL)) for _ in range(2)]
    while len(server.contents) < 2:
        await asyncio.sleep(0.001)
    rest = [asyncio.create_task(sender.send(MAIL)) for _ in range(2)]
    while server.connections < 4:
        await asyncio.sleep(0.001)
    server.held.set()
    return list(await asyncio.gather(*first, *rest))


async def test_a_server_that_takes_two_of_four_connections_gets_all_mails_by_two() -> None:
    server = Server(takes=2)
    async with serving(server, connections=4) as sender:
        results = await four_at_once(server, sender)
        assert ([one.outcome for one in results], sender.connections) == ([Outcome.ACCEPTED] * 4, 2)


async def test_a_connection_that_rested_is_opened_again() -> None:
    server = Server(takes=2)
    async with serving(server, connections=4, rest=0.05) as sender, asyncio.timeout(20):
        await four_at_once(server, sender)
        server.takes = 4
        while sender.connections < 4:
            assert (await sender.send(MAIL)).outcome is Outcome.ACCEPTED

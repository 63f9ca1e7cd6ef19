"""The email channel against a scripted SMTP server: every way a mail can end, and what is said about it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.channels.email import EmailAccess, EmailSender
from notifier.errors import SettingsError
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.network import Security
from notifier.terms.words import Channel, Outcome
from tests.channels.loop_time import LIMIT, out_of_time
from tests.standins.authority import Authority, make_authority
from tests.standins.ports import kept_port
from tests.standins.smtp_sink import CLOSE, SILENCE, Script, Sink, smtp_sink

pytestmark = pytest.mark.slow
"""Each speaks to a server of its own."""

BODY = b"From: shop@shop.example\r\nTo: ada@mail.example\r\nSubject: Your order\r\n\r\nHello\r\n"
MAIL = Parcel(7, 70, "m7@shop.example", Channel.EMAIL, "shop@shop.example", "ada@mail.example", BODY)


def access(sink: Sink, **changes: object) -> EmailAccess:
    plain = EmailAccess(sink.host, sink.port, Security.NONE, hello_name="shop.example", timeout=60, connections=2)
    return replace(plain, **changes)  # type: ignore[arg-type]


async def send(script: Script, parcel: Parcel = MAIL, **changes: object) -> tuple[SendResult, Sink]:
    with smtp_sink(script) as sink:
        async with EmailSender(access(sink, **changes)) as sender:
            return await sender.send(parcel), sink


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"))


async def test_an_accepted_mail_arrives_byte_for_byte() -> None:
    _, sink = await send(Script())
    assert [(mail.recipient, mail.content) for mail in sink.book.mails] == [("ada@mail.example", BODY)]


async def test_an_accepted_mail_keeps_the_servers_queue_id() -> None:
    result, _ = await send(Script())
    assert (result.outcome, result.provider_id) == (Outcome.ACCEPTED, "Q1")


@pytest.mark.parametrize("body", [b"Subject: x\r\n\r\n.\r\n..two\r\n.", b".first\r\n\r\nx\r\n"])
async def test_lines_that_begin_with_a_dot_arrive_whole(body: bytes) -> None:
    _, sink = await send(Script(), replace(MAIL, body=body))
    assert sink.book.mails[0].content.rstrip(b"\r\n") == body.rstrip(b"\r\n")


async def test_bare_line_ends_cannot_smuggle_a_second_mail() -> None:
    smuggled = b"Subject: x\n\nhello\n.\nMAIL FROM:<evil@evil.example>\r.\r\n.\rmore\n"
    _, sink = await send(Script(), replace(MAIL, body=smuggled))
    assert [mail.sender for mail in sink.book.mails] == ["shop@shop.example"]


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ("451 4.7.1 Greylisted, try again", Outcome.DEFERRED, "greylisted"),
        ("450 4.2.2 mailbox over quota", Outcome.DEFERRED, "mailbox_full"),
        ("452 4.3.1 no space", Outcome.DEFERRED, "server_full"),
        ("451 4.7.28 slow down", Outcome.DEFERRED, "rate_limited"),
        ("421 4.3.2 shutting down", Outcome.DEFERRED, "try_later"),
        ("550 5.1.1 no such person", Outcome.REFUSED, "bad_recipient"),
        ("550 no such person", Outcome.REFUSED, "bad_recipient"),
        ("550 5.7.1 blocked", Outcome.REFUSED, "policy"),
        ("552 5.2.2 over quota", Outcome.REFUSED, "mailbox_full"),
    ],
)
async def test_an_answer_to_the_recipient_is_given_our_word(answer: str, outcome: Outcome, code: str) -> None:
    result, _ = await send(Script(at_rcpt={"ada@mail.example": answer}))
    assert (result.outcome, result.code) == (outcome, code)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ("552 too big", Outcome.REFUSED, "too_large"),
        ("552 5.2.2 over quota", Outcome.REFUSED, "mailbox_full"),
        ("550 we dislike the content", Outcome.REFUSED, "policy"),
        ("451 4.3.0 try later", Outcome.DEFERRED, "try_later"),
        ("399 what", Outcome.UNKNOWN, "bad_answer"),
    ],
)
async def test_an_answer_after_the_dot_is_given_our_word(answer: str, outcome: Outcome, code: str) -> None:
    result, _ = await send(Script(after_dot=[answer]))
    assert (result.outcome, result.code) == (outcome, code)


async def test_a_refused_data_command_is_about_the_content() -> None:
    result, _ = await send(Script(at_data=["554 5.7.0 no"]))
    assert (result.outcome, result.code) == (Outcome.REFUSED, "policy")


async def test_a_connection_cut_within_a_large_content_is_certainly_not_sent() -> None:
    large = BODY + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 400_000
    result, _ = await send(Script(before_dot=[CLOSE]), replace(MAIL, body=large))
    assert result.outcome is Outcome.DEFERRED


@pytest.mark.slow
async def test_a_server_that_stops_reading_within_the_content_is_certainly_not_sent() -> None:
    large = BODY + (b"y" * 70 + b"\r\n") * 400_000
    result, _ = await send(Script(before_dot=[SILENCE]), replace(MAIL, body=large), timeout=1.5)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "timed_out")


async def test_a_connection_cut_after_the_dot_leaves_it_unknown() -> None:
    result, sink = await send(Script(after_dot=[CLOSE]))
    assert (result.outcome, len(sink.book.mails)) == (Outcome.UNKNOWN, 1)


async def test_silence_after_the_dot_leaves_it_unknown() -> None:
    with smtp_sink(Script(after_dot=[SILENCE])) as sink:
        async with EmailSender(access(sink, timeout=LIMIT)) as sender:
            result = await out_of_time(sender.send(MAIL), lambda: sink.book.mails)
    assert (result.outcome, result.code) == (Outcome.UNKNOWN, "no_answer")


async def test_a_connection_without_an_answer_is_never_used_again() -> None:
    with smtp_sink(Script(after_dot=[SILENCE])) as sink:
        async with EmailSender(access(sink, timeout=LIMIT, connections=1)) as sender:
            await out_of_time(sender.send(MAIL), lambda: sink.book.mails)
            second = await sender.send(MAIL)
    assert (second.outcome, [mail.connection for mail in sink.book.mails]) == (Outcome.ACCEPTED, [1, 2])


async def test_a_server_silent_at_the_recipient_is_certainly_not_sent() -> None:
    result, _ = await send(Script(at_rcpt={"ada@mail.example": SILENCE}), timeout=0.5)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "timed_out")


async def test_a_server_that_drips_an_endless_answer_meets_the_deadline() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 slow\r\n")
        await reader.readline()
        while not writer.is_closing():
            writer.write(b"250-more\r\n")
            await asyncio.sleep(0.05)

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sender = EmailSender(EmailAccess("127.0.0.1", port, Security.NONE, timeout=0.5, hello_name="shop.example"))
        result = await sender.send(MAIL)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "timed_out")


async def test_a_closed_port_is_certainly_not_sent() -> None:
    with kept_port() as port:
        result = await EmailSender(EmailAccess("127.0.0.1", port, Security.NONE, timeout=60)).send(MAIL)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "no_connection")


async def test_one_connection_is_reused_for_many_mails() -> None:
    with smtp_sink() as sink:
        async with EmailSender(access(sink, connections=3)) as sender:
            for _ in range(5):
                await sender.send(MAIL)
    assert (len(sink.book.mails), sink.book.connections) == (5, 1)


async def test_no_more_connections_than_allowed_are_opened() -> None:
    with smtp_sink() as sink:
        async with EmailSender(access(sink, connections=3)) as sender:
            await asyncio.gather(*(sender.send(MAIL) for _ in range(20)))
    assert (len(sink.book.mails), sink.book.most_at_once) == (20, 3)


async def test_a_server_that_closes_after_some_mails_is_reconnected_without_loss() -> None:
    with smtp_sink(Script(close_after=2)) as sink:
        async with EmailSender(access(sink, connections=1)) as sender:
            results = [await sender.send(MAIL) for _ in range(5)]
    assert ([result.outcome for result in results], sink.book.connections) == ([Outcome.ACCEPTED] * 5, 3)


async def test_a_refused_recipient_does_not_cost_the_connection() -> None:
    with smtp_sink(Script(at_rcpt={"gone@mail.example": "550 5.1.1 gone"})) as sink:
        async with EmailSender(access(sink, connections=1)) as sender:
            await sender.send(replace(MAIL, recipient="gone@mail.example"))
            second = await sender.send(MAIL)
    assert (second.outcome, sink.book.connections, sink.book.resets) == (Outcome.ACCEPTED, 1, 1)


@pytest.mark.parametrize(
    "address",
    ["a@x.example, evil@y.example", "Ada <ada@mail.example>", '"a b"@mail.example', "ada@[127.0.0.1]", "ada",
    "a@b@c.example",
     "ada@mail.example\r\nRCPT TO:<evil@y.example>", "ada@-x.example", "a" * 65 + "@mail.example"],
)  # fmt: skip
async def test_an_address_that_is_not_one_bare_mailbox_is_refused_before_the_network(address: str) -> None:
    result, sink = await send(Script(), replace(MAIL, recipient=address))
    assert (result.outcome, result.code, sink.book.connections) == (Outcome.REFUSED, "bad_address", 0)


async def test_an_international_domain_travels_as_punycode() -> None:
    _, sink = await send(Script(), replace(MAIL, recipient="ada@bücher.example"))
    assert sink.book.mails[0].recipient == "ada@xn--bcher-kva.example"


async def test_an_international_local_part_uses_smtputf8_where_offered() -> None:
    _, sink = await send(Script(), replace(MAIL, recipient="käthe@mail.example"))
    assert (sink.book.mails[0].recipient, "SMTPUTF8" in sink.book.mails[0].options) == ("käthe@mail.example", True)


async def test_an_international_local_part_is_refused_where_smtputf8_is_not_offered() -> None:
    result, _ = await send(Script(smtputf8=False), replace(MAIL, recipient="käthe@mail.example"))
    assert (result.outcome, result.code) == (Outcome.REFUSED, "needs_smtputf8")


async def test_a_mail_beyond_the_servers_announced_size_is_refused_without_sending_it() -> None:
    result, sink = await send(Script(size_limit=50))
    assert (result.code, sink.book.mails) == ("too_large", [])


async def test_the_raw_answer_bears_no_address() -> None:
    words = "550 5.1.1 <ada@mail.example>: user ada unknown at mx, see postmaster@mail.example"
    result, _ = await send(Script(at_rcpt={"ada@mail.example": words}))
    assert result.raw == "550 5.1.1 <<address>>: user <address> unknown at mx, see <address>"


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_mail_travels_over_tls_with_a_trusted_certificate(authority: Authority, security: Security) -> None:
    context = authority.server_context()
    tls, starttls = (context, None) if security is Security.TLS else (None, context)
    with smtp_sink(tls=tls, starttls=starttls) as sink:
        async with EmailSender(access(sink, security=security, ca_file=str(authority.ca_file))) as sender:
            result = await sender.send(MAIL)
    assert (result.outcome, len(sink.book.mails)) == (Outcome.ACCEPTED, 1)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("flaw", ["untrusted", "expired", "other host"])
async def test_a_bad_certificate_stops_the_mail_before_it_leaves(
    authority: Authority, tmp_path: Path, security: Security, flaw: str
) -> None:
    issuer = make_authority(tmp_path) if flaw == "untrusted" else authority
    context = issuer.server_context("other.example" if flaw == "other host" else "localhost", flaw == "expired")
    tls, starttls = (context, None) if security is Security.TLS else (None, context)
    with smtp_sink(tls=tls, starttls=starttls) as sink:
        async with EmailSender(access(sink, security=security, ca_file=str(authority.ca_file))) as sender:
            result = await sender.send(MAIL)
    assert (result.outcome, result.code, sink.book.mails) == (Outcome.DEFERRED, "tls_failed", [])


async def test_a_server_whose_starttls_was_stripped_gets_no_mail() -> None:
    result, sink = await send(Script(), security=Security.STARTTLS)
    assert (result.outcome, result.code, sink.book.mails) == (Outcome.DEFERRED, "tls_failed", [])


async def test_the_login_is_made_before_the_mail() -> None:
    result, sink = await send(Script(login=("shop", "s3cret")), username="shop", password="s3cret")
    assert (result.outcome, sink.book.logins) == (Outcome.ACCEPTED, ["shop"])


async def test_a_wrong_password_keeps_the_mail_for_later() -> None:
    result, _ = await send(Script(login=("shop", "s3cret")), username="shop", password="wrong")
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "auth")


def test_a_password_in_clear_to_another_machine_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="in clear"):
        EmailAccess("mail.example", 25, Security.NONE, username="shop", password="s3cret")


def test_the_access_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(EmailAccess("mail.example", 465, Security.TLS, "shop", "s3cret"))


async def answering(after_dot: bytes) -> SendResult:
    """The result of a mail to a server that answers the content with these very bytes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink.example\r\n")
        content = False
        while line := await reader.readline():
            if content and line != b".\r\n":
                continue
            writer.write(after_dot if content else b"354 go on\r\n" if line == b"DATA\r\n" else b"250 OK\r\n")
            content = line == b"DATA\r\n"
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with EmailSender(EmailAccess("127.0.0.1", port, Security.NONE, timeout=60)) as sender:
            return await sender.send(MAIL)


async def test_an_accepting_answer_that_is_no_utf8_can_be_stored() -> None:
    result = await answering(b"250 OK caf\xe9\x00 queued as Q\xe9\x071\r\n")
    assert (result.raw, result.provider_id) == ("250 OK caf? queued as Q? 1", "Q? 1")


async def test_a_refusing_answer_that_is_no_utf8_can_be_stored() -> None:
    result = await answering(b"550 5.7.1 refus\xe9 \x1b[31m\r\n")
    assert result.raw == "550 5.7.1 refus? [31m"

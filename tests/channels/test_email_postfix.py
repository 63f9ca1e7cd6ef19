"""The email channel against a real postfix, read back from the mailbox."""

from collections.abc import Iterator

import pytest

from notifier.channels.email import EmailAccess, EmailSender
from notifier.terms.delivery import Parcel
from notifier.terms.network import Security
from notifier.terms.words import Channel, Outcome
from tests.standins.postfix import Postfix, running_postfix

pytestmark = pytest.mark.slow

BODY = (
    "From: Shop <orders@shop.example>\r\nTo: ada@shop.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    "Message-ID: <m1@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n.dots and ümlauts\r\n"
).encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with running_postfix("shop.example", "northwind.example") as postfix:
        yield postfix


def parcel(recipient: str) -> Parcel:
    return Parcel(1, 10, "m1@shop.example", Channel.EMAIL, "orders@shop.example", recipient, BODY)


def sender(server: Postfix) -> EmailSender:
    return EmailSender(EmailAccess(server.host, server.port, Security.NONE, hello_name="app.shop.example", timeout=20))


async def test_a_mail_through_postfix_is_read_back_as_it_was_written(server: Postfix) -> None:
    async with sender(server) as channel:
        await channel.send(parcel("ada@shop.example"))
    mail = server.wait_for_mail("ada@shop.example")[0]
    assert (mail["Subject"], mail["Message-ID"], mail.get_content().strip()) == (
        "Grüße",
        "<m1@shop.example>",
        ".dots and ümlauts",
    )


async def test_postfix_gives_its_queue_id(server: Postfix) -> None:
    async with sender(server) as channel:
        result = await channel.send(parcel("bob@northwind.example"))
    assert result.outcome is Outcome.ACCEPTED and result.provider_id in result.raw and result.provider_id

"""One suite for every channel: what deliver relies on, whoever is on the other end (CONTRIBUTING.md)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.channels import SENDERS, open_sender
from notifier.channels.email import EmailAccess
from notifier.channels.folder import FolderAccess, FolderSender
from notifier.channels.sms import SmsAccess
from notifier.terms.delivery import ChannelSender, Parcel
from notifier.terms.network import Security
from notifier.terms.words import Channel, Outcome
from tests.standins.smtp_sink import Script, smtp_sink
from tests.standins.twilio_api import ACCOUNT, TOKEN, twilio_api

MAIL = b"From: a@shop.example\r\nTo: ann@shop.example\r\nSubject: Hi\r\n\r\nHello\r\n"
CALLED_OFF = 9
"""A port of loopback on which nobody listens."""


def parcel(channel: Channel, recipient: str = "") -> Parcel:
    if channel is Channel.EMAIL:
        return Parcel(7, 3, "uid", channel, "a@shop.example", recipient or "ann@shop.example", MAIL)
    return Parcel(7, 3, "uid", channel, "+14155550100", recipient or "+14155550123", b"Hello", 600)


@pytest.fixture(params=[*Channel, "folder"])
async def way_out(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[ChannelSender, Channel]]:
    if request.param == "folder":
        yield FolderSender(FolderAccess(tmp_path, lambda: datetime(2026, 6, 1, tzinfo=UTC))), Channel.EMAIL
    elif request.param is Channel.EMAIL:
        with smtp_sink(Script()) as sink:
            sender = open_sender(Channel.EMAIL, EmailAccess(sink.host, sink.port, Security.NONE))
            yield sender, Channel.EMAIL
            await sender.close()
    else:
        with twilio_api() as api:
            sender = open_sender(Channel.SMS, SmsAccess(ACCOUNT, TOKEN, base_url=api.url))
            yield sender, Channel.SMS
            await sender.close()


def test_every_channel_has_one_line_in_the_register() -> None:
    assert set(SENDERS) == set(Channel)


async def test_an_accepted_parcel_comes_back_with_its_own_ids(way_out: tuple[ChannelSender, Channel]) -> None:
    result = await way_out[0].send(parcel(way_out[1]))
    assert (result.outcome, result.message_id, result.attempt_id) == (Outcome.ACCEPTED, 7, 3)


async def test_a_sender_may_be_used_again_after_closing(way_out: tuple[ChannelSender, Channel]) -> None:
    await way_out[0].send(parcel(way_out[1]))
    await way_out[0].close()
    assert (await way_out[0].send(parcel(way_out[1]))).outcome is Outcome.ACCEPTED


async def test_what_is_kept_of_an_answer_names_no_address(way_out: tuple[ChannelSender, Channel]) -> None:
    sent = parcel(way_out[1])
    assert sent.recipient not in (await way_out[0].send(sent)).raw


def test_a_sender_takes_at_least_one_parcel_at_a_time(way_out: tuple[ChannelSender, Channel]) -> None:
    assert way_out[0].connections >= 1


@pytest.mark.parametrize(
    ("channel", "access"),
    [
        (Channel.EMAIL, EmailAccess("127.0.0.1", CALLED_OFF, Security.NONE)),
        (Channel.SMS, SmsAccess(ACCOUNT, TOKEN, base_url=f"http://127.0.0.1:{CALLED_OFF}")),
    ],
)
async def test_a_server_that_is_not_there_defers(channel: Channel, access: object) -> None:
    sender = open_sender(channel, access)
    assert (await sender.send(parcel(channel))).outcome is Outcome.DEFERRED
    await sender.close()

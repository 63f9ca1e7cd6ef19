"""The folder channel, the redirect and the list of allowed addresses."""

import errno
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from notifier.channels import SENDERS, open_sender
from notifier.channels.email import EmailAccess, EmailSender
from notifier.channels.folder import FolderAccess, FolderSender
from notifier.channels.redirect import OnlyToSender, RedirectSender, redirected_mail
from notifier.channels.sms import SmsAccess, SmsSender
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Channel, Outcome

BODY = (
    b"From: shop@shop.example\r\nTo: Ada\r\n <ada@mail.example>\r\nCc: eve@mail.example\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_an_alle?=\r\n"
    b"List-Unsubscribe: <https://shop.example/u/token>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Message-ID: <m5@shop.example>\r\n\r\nTo: this is content\r\n"
)
MAIL = Parcel(5, 55, "m5@shop.example", Channel.EMAIL, "shop@shop.example", "ada@mail.example", BODY)
TEXT = Parcel(6, 66, "m6", Channel.SMS, "+12025550100", "+12025550143", b"Your lamp ships May 4.")


def half_past_two() -> datetime:
    return datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=2)))


@dataclass
class Recorder:
    """A channel that accepts everything and keeps it."""

    connections: int = 2
    parcels: list[Parcel] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> SendResult:
        self.parcels.append(parcel)
        return SendResult(parcel.message_id, parcel.attempt_id, Outcome.ACCEPTED, "sent", "")

    async def close(self) -> None:
        self.parcels.clear()


async def test_an_email_becomes_an_eml_with_its_own_bytes(tmp_path: Path) -> None:
    await FolderSender(FolderAccess(tmp_path / "out", half_past_two)).send(MAIL)
    assert (tmp_path / "out" / "20261123T143000.000000Z-email-000005-55.eml").read_bytes() == BODY


async def test_a_text_becomes_a_txt_that_says_to_whom(tmp_path: Path) -> None:
    result = await FolderSender(FolderAccess(tmp_path, half_past_two)).send(TEXT)
    assert (tmp_path / result.provider_id).read_text() == (
        "From: +12025550100\nTo: +12025550143\n\nYour lamp ships May 4.\n"
    )


async def test_a_written_message_leaves_no_draft_behind(tmp_path: Path) -> None:
    await FolderSender(FolderAccess(tmp_path, half_past_two)).send(MAIL)
    assert len(list(tmp_path.iterdir())) == 1


async def test_a_full_disk_is_deferred(tmp_path: Path) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    result = await FolderSender(FolderAccess(tmp_path, half_past_two), write=full).send(MAIL)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "disk_full")


async def test_a_folder_that_is_a_file_is_deferred(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    result = await FolderSender(FolderAccess(tmp_path / "out", half_past_two)).send(MAIL)
    assert (result.outcome, result.code) == (Outcome.DEFERRED, "folder_unwritable")


async def test_a_redirected_mail_goes_to_the_one_address() -> None:
    inner = Recorder()
    await RedirectSender(inner, "team@shop.example").send(MAIL)
    assert inner.parcels[0].recipient == "team@shop.example"


def test_a_redirected_mail_is_marked_and_names_no_customer() -> None:
    mail = message_from_bytes(redirected_mail(BODY, "team@shop.example"), policy=policy.default)
    head = str(mail.items())
    assert (mail["Subject"], mail["To"], "mail.example" in head) == (
        "[redirected] Grüße an alle", "team@shop.example", False,
    )  # fmt: skip


def test_a_redirected_mail_cannot_unsubscribe_the_customer_by_a_button() -> None:
    assert b"list-unsubscribe" not in redirected_mail(BODY, "team@shop.example").lower()


@pytest.mark.parametrize("new_line", [b"\r\n", b"\n"])
def test_a_redirected_mail_keeps_its_content(new_line: bytes) -> None:
    mail = redirected_mail(BODY.replace(b"\r\n", new_line), "team@shop.example")
    assert mail.split(new_line * 2, 1)[1] == b"To: this is content" + new_line


def test_a_mail_without_subject_is_marked_too() -> None:
    mail = message_from_bytes(redirected_mail(b"From: a@b.example\n\nhi", "team@shop.example"), policy=policy.default)
    assert (mail["Subject"], mail.get_content()) == ("[redirected]", "hi")


async def test_a_redirected_text_begins_with_the_mark() -> None:
    inner = Recorder()
    await RedirectSender(inner, "+12025550199").send(TEXT)
    assert (inner.parcels[0].recipient, inner.parcels[0].body) == (
        "+12025550199",
        b"[redirected] Your lamp ships May 4.",
    )


async def test_a_listed_address_passes_whatever_its_case() -> None:
    inner = Recorder()
    result = await OnlyToSender(inner, [" Ada@Mail.example "]).send(MAIL)
    assert (result.outcome, inner.parcels) == (Outcome.ACCEPTED, [MAIL])


async def test_an_address_that_is_not_listed_never_reaches_the_channel() -> None:
    inner = Recorder()
    result = await OnlyToSender(inner, ["ada@mail.example"]).send(replace(MAIL, recipient="eve@mail.example"))
    assert (result.outcome, result.code, inner.parcels) == (Outcome.REFUSED, "not_in_only_to", [])


def test_every_channel_is_registered_with_a_sender() -> None:
    assert set(SENDERS) == set(Channel)


def test_the_register_opens_each_channels_own_sender() -> None:
    opened = [
        open_sender(Channel.EMAIL, EmailAccess("mail.example", 465)),
        open_sender(Channel.SMS, SmsAccess("AC1", "token")),
    ]
    assert [type(sender) for sender in opened] == [EmailSender, SmsSender]

"""Which bytes are which part, and where reading ends (HOSTILE 70)."""

import base64
from datetime import UTC, datetime

import pytest

from notifier.errors import UnreadableMail
from notifier.replies.mail.structure import MOST_BYTES, MOST_DEPTH, MOST_HEADER, MOST_PARTS, read_structure
from notifier.terms.mail import Unread
from tests.replies.mail.letters import html, mail, plain, read, several

PDF = "Content-Type: application/pdf\nContent-Disposition: attachment; filename=stop.pdf\n\nSTOP"


def nested(depth: int) -> bytes:
    """A mail of multiparts in multiparts."""
    inner = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1, depth))
    return mail(f"--b0\n{inner}\nhello", "multipart/mixed; boundary=b0")


def why(whole: bytes) -> str:
    with pytest.raises(UnreadableMail) as refused:
        read_structure(whole)
    return refused.value.reason


def test_more_than_ten_megabytes_are_refused() -> None:
    assert why(mail("a" * MOST_BYTES)) == "too_large"


def test_a_header_of_more_than_64_kb_is_refused() -> None:
    assert why(mail("x", **{f"X-{n}": "y" * 60 for n in range(MOST_HEADER // 60)})) == "too_large"


def test_a_part_with_a_header_of_more_than_64_kb_is_refused() -> None:
    assert why(several("X: " + "y" * MOST_HEADER + "\n\nhello")) == "too_large"


def test_more_than_200_parts_are_refused() -> None:
    assert why(several(*[plain("x")] * (MOST_PARTS + 1))) == "too_many_parts"


def test_as_many_parts_as_are_allowed_are_read() -> None:
    assert len(read_structure(several(*[plain("x")] * MOST_PARTS)).parts) == MOST_PARTS


def test_parts_are_counted_over_all_depths() -> None:
    inner = "Content-Type: multipart/mixed; boundary=i\n\n" + "--i\n\nx\n" * 110 + "--i--"
    assert why(several(inner, inner)) == "too_many_parts"


@pytest.mark.parametrize("depth", [MOST_DEPTH + 1, 3000])
def test_parts_deeper_than_20_are_refused(depth: int) -> None:
    assert why(nested(depth)) == "too_deep"


def test_parts_as_deep_as_is_allowed_are_read() -> None:
    assert read(nested(MOST_DEPTH)).words == "hello"


def test_three_thousand_mails_in_mails_are_one_closed_attachment() -> None:
    whole = mail(b"Content-Type: message/rfc822\n\n" * 3000 + b"STOP", "message/rfc822")
    assert (read(whole).words, read(whole).attachments) == ("", 1)


@pytest.mark.parametrize("whole", [b"", b"\n\n", b"\0" * 500, b"hello", b"\nSubject: x\n\nhello"])
def test_bytes_without_a_header_are_malformed(whole: bytes) -> None:
    assert why(whole) == "malformed"


def test_the_line_that_a_mailbox_file_puts_above_a_mail_is_passed_over() -> None:
    assert read(b"From anna@example.com Tue Nov  3 10:00:00 2026\n" + mail("Hello")).words == "Hello"


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
def test_every_kind_of_line_end_is_read(end: bytes) -> None:
    assert read(several(plain("Yes"), PDF).replace(b"\n", end)).words == "Yes"


def test_a_header_without_a_blank_line_ends_where_the_words_begin() -> None:
    assert read(b"From: a@example.com\nplease wait\n").words == "please wait"


def test_a_multipart_that_is_never_closed_is_read_to_its_end() -> None:
    whole = several(plain("Yes please"))
    assert read(whole[: whole.rindex(b"\n--b-1--")]).words == "Yes please"


def test_a_multipart_without_a_boundary_is_read_as_text() -> None:
    assert read(mail("Yes please", "multipart/mixed")).words == "Yes please"


def test_a_boundary_in_pieces_is_put_together() -> None:
    kind = "multipart/mixed; boundary*0=aa; boundary*1=bb"
    assert read(mail("--aabb\n\nYes\n--aabb--\nrest", kind)).words == "Yes"


def test_a_boundary_that_begins_another_one_does_not_end_it() -> None:
    assert read(mail("--b\n\nYes\n--bb\nor no\n--b--", "multipart/mixed; boundary=b")).words == "Yes\n--bb\nor no"


def test_plain_text_is_preferred_to_html() -> None:
    assert read(several(plain("Yes"), html("<p>Yes, as HTML"), kind="alternative")).words == "Yes"


def test_html_is_read_where_the_plain_text_is_empty() -> None:
    assert read(several(plain(" \n"), html("<p>Yes"), kind="alternative")).words == "Yes"


def test_texts_around_a_picture_are_one_letter() -> None:
    picture = "Content-Type: image/png\n\nx"
    assert read(several(plain("Look:"), picture, plain("Please cancel"))).words == "Look:\n\nPlease cancel"


def test_an_attachment_is_counted_and_never_read() -> None:
    file = "Content-Type: text/plain\nContent-Disposition: attachment; filename=stop.txt\n\nSTOP"
    got = read(several(plain("See the files"), file, PDF))
    assert (got.words, got.attachments) == ("See the files", 2)


def test_a_text_with_a_file_name_is_an_attachment_even_inline() -> None:
    file = "Content-Type: text/plain\nContent-Disposition: inline; filename=stop.txt\n\nSTOP"
    assert read(several(plain("Hi"), file)).words == "Hi"


def test_a_forwarded_mail_in_an_attachment_is_never_read() -> None:
    assert read(several(plain("FYI"), "Content-Type: message/rfc822\n\nSubject: x\n\nSTOP")).words == "FYI"


def test_a_mail_of_nothing_but_attachments_says_so() -> None:
    assert read(several(PDF)).unread is Unread.ATTACHMENTS


def test_a_winmail_dat_without_words_beside_it_is_told() -> None:
    got = read(mail(base64.b64encode(b"x\x9f>\x22"), "application/ms-tnef", Content_Transfer_Encoding="base64"))
    assert (got.words, got.unread, got.attachments) == ("", Unread.WINMAIL, 1)


def test_a_winmail_dat_beside_words_is_an_attachment() -> None:
    got = read(several(plain("Yes"), "Content-Type: application/ms-tnef\n\nx"))
    assert (got.words, got.unread) == ("Yes", Unread.NONE)


def test_an_encrypted_mail_is_told() -> None:
    assert read(several("\nVersion: 1", "\nxxx", kind="encrypted")).unread is Unread.ENCRYPTED


def test_a_signed_mail_is_read() -> None:
    got = read(several(plain("Yes"), "Content-Type: application/pgp-signature\n\nxxx", kind="signed"))
    assert (got.words, got.attachments) == ("Yes", 0)


def test_the_date_is_told_in_utc() -> None:
    assert read(mail()).sent_at == datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Tue, 99 Nov 99999 99:99:99 +9999", "1" * 90, "\xff"])
def test_a_mail_without_a_date_that_can_be_is_read(date: str | None) -> None:
    got = read(mail("Yes", Date=date))
    assert (got.words, got.sent_at) == ("Yes", None)


def test_a_letter_that_is_too_long_is_cut_and_says_so() -> None:
    got = read(mail("word " * 10_000))
    assert (len(got.words) <= 20_000, got.unread) == (True, Unread.TOO_LONG)

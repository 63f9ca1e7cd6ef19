"""What holds for every bytes that anybody can send: no crash, no limit broken, nothing quoted read."""

from hypothesis import given
from hypothesis import strategies as st

from notifier.errors import UnreadableMail
from notifier.replies.mail import read_mail
from notifier.replies.mail.new_words import new_words
from notifier.replies.mail_packing import MOST_ANSWER, REASONS, packed, unpacked
from notifier.terms.incoming import MOST_WORDS
from notifier.terms.mail import Mail
from tests.processor import costs_less_than
from tests.replies.mail.letters import OWN, mail

SECONDS = 2.0
"""A hundred times what it takes; what explodes takes minutes."""
PIECES = [
    *(b"\n", b"\r\n", b"\n\n", b" ", b":", b";", b"=", b'"', b"<", b">", b"(", b")", b"@", b",", b"\\", b"\0", b"\xff"),
    *(b"From: a@b.example", b"From: ", b"To: ", b"Subject: ", b"Date: ", b"References: ", b"Return-Path: <>"),
    *(b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=c"),
    *(b"Content-Type: text/html; charset=", b"Content-Type: text/plain; charset=", b"utf-7", b"utf-16", b"hz", b"zip"),
    *(b"Content-Type: message/rfc822", b"Content-Type: message/delivery-status", b"Content-Type: multipart/report"),
    *(
        b"Content-Type: message/feedback-report",
        b"Content-Transfer-Encoding: base64",
        b"Action: failed",
        b"Status: 5.1.1",
    ),
    *(
        b"Content-Transfer-Encoding: quoted-printable",
        b"--b",
        b"--c",
        b"--b--",
        b"=?utf-8?q?",
        b"=?x?b?",
        b"?=",
        b"=3D",
    ),
    *(b"On 1 May 2026 a@b.example wrote:", b"> reply YES", b"Von: x", b"Sent: y", b"-- ", b"Best regards", b"PS: stop"),
    *(
        b"<div>",
        b"<blockquote>",
        b"</div>",
        b"<!--",
        b"&#x110000;",
        b"&",
        b"<style>",
        b"yes",
        b"\xc3\x84",
        b"MAILER-DAEMON@x.y",
    ),
]
SHAPED = st.lists(st.sampled_from(PIECES), max_size=80).map(b"".join)
BYTES = st.one_of(st.binary(max_size=2000), SHAPED, st.binary(max_size=300).map(mail), SHAPED.map(mail))


def answer(raw: bytes) -> Mail | str:
    try:
        return read_mail(raw, OWN)
    except UnreadableMail as why:
        return why.reason


@given(BYTES)
def test_any_bytes_are_a_mail_or_a_reason(raw: bytes) -> None:
    with costs_less_than(SECONDS):
        got = answer(raw)
    assert isinstance(got, Mail) or got in REASONS


@given(BYTES)
def test_a_mail_comes_back_from_its_process_as_it_was(raw: bytes) -> None:
    got = answer(raw)
    assert isinstance(got, str) or unpacked(packed(got)) == got


@given(BYTES)
def test_what_is_read_is_bounded(raw: bytes) -> None:
    got = answer(raw)
    assert isinstance(got, str) or (len(got.words) <= MOST_WORDS and len(packed(got)) <= MOST_ANSWER)


@given(BYTES)
def test_the_same_bytes_say_the_same(raw: bytes) -> None:
    assert answer(raw) == answer(raw)


@given(
    st.lists(st.sampled_from(["I wait", "", "Thanks", "> secret", ">secret", " > > secret", "On 1.1.2026 x wrote:"]))
)
def test_no_marked_line_is_ever_read(lines: list[str]) -> None:
    assert "secret" not in new_words("\n".join(lines), "Anna").text


@given(st.binary(max_size=500))
def test_any_bytes_that_a_process_sends_back_are_a_mail_or_a_reason(sent: bytes) -> None:
    try:
        got: Mail | str = unpacked(sent)
    except UnreadableMail as why:
        got = why.reason
    assert isinstance(got, Mail) or got in REASONS

"""Bounces and complaints: what came back, from whom, and whether for good."""

import base64

import pytest

from notifier.replies.mail.failure import hard
from notifier.terms.mail import Machine, Mail, Returned
from tests.replies.mail.letters import mail, plain, read, several

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"
ORIGINAL = (
    "Content-Type: message/rfc822\n\nFrom: hello@oak.example\nTo: anna@example.com\nMessage-ID: <u7@oak.example>\n\nHi"
)


def report(*lines: str, original: str = ORIGINAL) -> Mail:
    fields = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; Anna@Example.com\n" + "\n".join(lines)
    status = f"Content-Type: message/delivery-status\n\n{fields}\n"
    parts = [plain("It could not be delivered."), status, *([original] if original else [])]
    return read(several(*parts, kind="report; report-type=delivery-status", From=DAEMON))


FAILED = (
    "Delivery to the following recipient failed permanently:\n\n  anna@example.com\n\n----- Original message -----\n"
)


def by_words(text: str, **fields: str) -> Mail:
    return read(mail(text, **({"From": DAEMON, "Return_Path": "<>"} | fields)))


def test_a_hard_bounce_names_status_recipient_and_mail() -> None:
    got = report("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 User unknown")
    assert (got.machine, got.returned) == (
        Machine.BOUNCE,
        Returned(True, "5.1.1", "anna@example.com", "u7@oak.example"),
    )


@pytest.mark.parametrize(
    ("status", "diagnostic", "for_good"),
    [
        ("5.1.1", "", True),
        ("5.1.2", "", True),
        ("5.1.10", "", True),
        ("5.2.1", "", True),
        ("5.1.8", "sender domain unknown", False),
        ("5.2.2", "mailbox full", False),
        ("5.2.3", "", False),
        ("5.3.4", "too large", False),
        ("5.4.6", "routing loop", False),
        ("5.7.1", "550 5.7.1 user unknown, says our policy", False),
        ("5.7.26", "", False),
        ("4.2.2", "user unknown", False),
        ("4.4.7", "expired", False),
        ("5.0.0", "550 5.1.1 no such user", True),
        ("5.0.0", "550 no such user here", True),
        ("5.0.0", "554 blocked as spam", False),
        ("5.0.0", "", False),
        ("5.4.4", "Host or domain name not found", True),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True),
        ("5.4.1", "no answer from host", False),
        ("", "550 5.1.1 unknown", True),
        ("", "", False),
        ("nonsense", "", False),
    ],
)
def test_only_what_is_said_about_the_address_is_for_good(status: str, diagnostic: str, for_good: bool) -> None:
    got = report("Action: failed", f"Status: {status}", f"Diagnostic-Code: smtp; {diagnostic}")
    assert got.returned and got.returned.hard is for_good


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_did_not_fail_is_no_bounce(action: str) -> None:
    got = report(f"Action: {action}", "Status: 4.4.1")
    assert (got.machine, got.returned) == (Machine.AUTO_REPLY, None)


def test_the_address_that_we_wrote_to_is_named_before_the_one_it_was_passed_on_to() -> None:
    got = report("Original-Recipient: rfc822;old@example.com", "Action: failed", "Status: 5.1.1")
    assert got.returned and got.returned.recipient == "old@example.com"


def test_a_report_with_the_header_of_the_mail_alone_names_it() -> None:
    got = report(
        "Action: failed",
        "Status: 5.1.1",
        original="Content-Type: text/rfc822-headers\n\nMessage-ID: <u7@oak.example>\n",
    )
    assert got.returned and got.returned.original_id == "u7@oak.example"


def test_a_report_without_the_mail_names_none() -> None:
    got = report("Action: failed", "Status: 5.1.1", original="")
    assert got.returned and got.returned.original_id == ""


def test_a_report_in_base64_is_read() -> None:
    fields = base64.encodebytes(
        b"Reporting-MTA: x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"
    )
    part = b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + fields
    got = read(several(plain("x"), part, kind="report"))
    assert got.returned == Returned(True, "5.1.1", "a@b.example", "")


def test_a_report_of_nothing_but_junk_is_an_automatic_reply() -> None:
    got = read(several(plain("x"), b"Content-Type: message/delivery-status\n\n" + b"\xff\0:" * 1000, kind="report"))
    assert (got.machine, got.returned) == (Machine.AUTO_REPLY, None)


def test_a_bounce_in_a_servers_own_words_is_read() -> None:
    got = by_words(
        "Hi. This is the qmail-send program at mx.example.net.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<anna@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\nMessage-ID: <u7@oak.example>\n"
    )
    assert (got.machine, got.returned) == (
        Machine.BOUNCE,
        Returned(True, "5.1.1", "anna@example.com", "u7@oak.example"),
    )


def test_a_bounce_by_words_that_the_server_may_mend_is_soft() -> None:
    got = by_words(
        "Hi. This is the qmail-send program at mx.example.net.\n\n<anna@example.com>:\n"
        "I'm not going to try again; this message has been in the queue too long. (#4.4.1)\n"
    )
    assert got.returned == Returned(False, "4.4.1", "anna@example.com", "")


def test_a_bounce_by_its_header_is_read() -> None:
    got = by_words("A message that you sent failed: user unknown", X_Failed_Recipients="anna@example.com")
    assert got.returned == Returned(True, "", "anna@example.com", "")


def test_a_bounce_in_parts_without_a_report_is_read() -> None:
    got = read(several(plain(FAILED), ORIGINAL, From=DAEMON))
    assert got.returned == Returned(False, "", "anna@example.com", "u7@oak.example")


def test_a_warning_by_words_is_no_bounce() -> None:
    got = by_words(
        "Delivery to the following recipient has been delayed:\n\n     anna@example.com\n\nMessage will be retried\n"
    )
    assert (got.machine, got.returned) == (Machine.AUTO_REPLY, None)


def test_a_customer_who_quotes_a_bounce_is_a_customer() -> None:
    got = read(mail(FAILED, Subject="Undeliverable: your order"))
    assert (got.machine, got.returned) == (Machine.NONE, None)


def test_a_customer_who_forwards_a_report_as_a_mail_is_a_customer() -> None:
    inner = several(
        plain("x"), "Content-Type: message/delivery-status\n\n\n\nAction: failed\nStatus: 5.1.1", kind="report"
    )
    got = read(
        several(plain("Why did I get this?"), b"Content-Type: message/rfc822\n\n" + inner.replace(b"b-1", b"c-1"))
    )
    assert (got.machine, got.words) == (Machine.NONE, "Why did I get this?")


def complaint(kind: str, original: str = ORIGINAL) -> Mail:
    feedback = f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\nUser-Agent: x\n"
    return read(several(plain("An abuse report"), feedback, original, kind="report; report-type=feedback-report"))


def test_a_complaint_names_recipient_and_mail() -> None:
    got = complaint("abuse\nOriginal-Rcpt-To: <Other@example.com>")
    assert (got.machine, got.returned) == (
        Machine.COMPLAINT,
        Returned(False, "", "other@example.com", "u7@oak.example"),
    )


def test_a_complaint_without_a_recipient_names_the_mails_own() -> None:
    got = complaint("abuse")
    assert got.returned and got.returned.recipient == "anna@example.com"


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", "other"])
def test_a_report_of_another_kind_is_no_complaint(kind: str) -> None:
    assert (complaint(kind).machine, complaint(kind).returned) == (Machine.AUTO_REPLY, None)


def test_a_number_that_only_looks_like_a_status_is_none() -> None:
    assert not hard("", "see 5.1.1.1 for help")

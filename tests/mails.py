"""Mails as customers and mail servers send them, for this project."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from tests.shop import NOON

FROM = "Ann <ann@shop.example.com>"


def answer(ours: EmailMessage, words: str, sender: str = FROM, **headers: str) -> bytes:
    """What a person's mail program makes of an answer to `ours`: our words are quoted below."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = headers.pop("To", str(ours["Reply-To"] or ours["From"]))
    mail["Subject"] = f"Re: {ours['Subject']}"
    mail["Date"] = format_datetime(NOON)
    mail["Message-ID"] = make_msgid(domain="mail.example")
    mail["In-Reply-To"] = mail["References"] = str(ours["Message-ID"])
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    body = ours.get_body(("plain",))
    quoted = "".join(f"> {line}\n" for line in (body.get_content() if body is not None else "").splitlines())
    mail.set_content(f"{words}\n\nOn Mon, 1 Jun 2026 at 17:00, {ours['From']} wrote:\n\n{quoted}")
    return mail.as_bytes()


def fresh(words: str, to: str, sender: str = FROM) -> bytes:
    """A mail that answers none of ours."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, "My order"
    mail["Date"], mail["Message-ID"] = format_datetime(NOON), make_msgid(domain="mail.example")
    mail.set_content(words)
    return mail.as_bytes()


def complaint(ours: EmailMessage, to: str) -> bytes:
    """What a mailbox provider says when its user calls `ours` spam (RFC 5965)."""
    recipient = parseaddr(str(ours["To"]))[1]
    text = f"""From: feedback@mx.mail.example
To: {to}
Subject: FW: {ours["Subject"]}
Message-ID: <arf.{ours["Message-ID"].strip("<>")}>
Date: {format_datetime(NOON)}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=b"

--=b
Content-Type: text/plain

An abuse report.
--=b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Mx/1
Version: 1
Original-Rcpt-To: <{recipient}>

--=b
Content-Type: text/rfc822-headers

Message-ID: {ours["Message-ID"]}
To: {recipient}

--=b--
"""
    return text.replace("\n", "\r\n").encode()


def bounce(ours: EmailMessage, to: str, status: str = "5.1.1") -> bytes:
    """What a mail server says that could not deliver `ours` (RFC 3464)."""
    recipient = parseaddr(str(ours["To"]))[1]
    text = f"""From: MAILER-DAEMON@mx.mail.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{status}.{ours["Message-ID"].strip("<>")}>
Date: {format_datetime(NOON)}
Auto-Submitted: auto-replied
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain

It could not be delivered.
--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--=b
Content-Type: text/rfc822-headers

Message-ID: {ours["Message-ID"]}
To: {recipient}

--=b--
"""
    return text.replace("\n", "\r\n").encode()

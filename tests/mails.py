"""Mails as customers and mail servers send them, for this project."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from hashlib import sha256

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
    found = f"Feedback-Type: abuse\nUser-Agent: Mx/1\nVersion: 1\nOriginal-Rcpt-To: <{_recipient(ours)}>"
    headers = {"From": "feedback@mx.mail.example", "Subject": f"FW: {ours['Subject']}"}
    return _report(ours, to, headers, "feedback-report", found)


def bounce(ours: EmailMessage, to: str, status: str = "5.1.1") -> bytes:
    """What a mail server says that could not deliver `ours` (RFC 3464)."""
    found = (
        f"Reporting-MTA: dns; mx.mail.example\n\nFinal-Recipient: rfc822; {_recipient(ours)}\n"
        f"Action: failed\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} no"
    )
    headers = {
        "From": "MAILER-DAEMON@mx.mail.example",
        "Subject": "Undelivered Mail Returned to Sender",
        "Auto-Submitted": "auto-replied",
        "Return-Path": "<>",
    }
    return _report(ours, to, headers, "delivery-status", found)


def _recipient(ours: EmailMessage) -> str:
    return parseaddr(str(ours["To"]))[1]


def _report(ours: EmailMessage, to: str, headers: dict[str, str], kind: str, found: str) -> bytes:
    """A report of this kind on `ours`: words for people, what was `found` for machines, and our own headers."""
    said = "\n".join(f"{name}: {value}" for name, value in headers.items())
    text = f"""{said}
To: {to}
Message-ID: <{sha256(found.encode()).hexdigest()[:8]}.{ours["Message-ID"].strip("<>")}>
Date: {format_datetime(NOON)}
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="=b"

--=b
Content-Type: text/plain

A report.
--=b
Content-Type: message/{kind}

{found}

--=b
Content-Type: text/rfc822-headers

Message-ID: {ours["Message-ID"]}
To: {_recipient(ours)}

--=b--
"""
    return text.replace("\n", "\r\n").encode()

"""Emails as bytes, written for these tests: a header that a customer's mail has, and whatever a test puts into it."""

from notifier.replies.mail import read_mail
from notifier.terms.mail import Mail

OWN = frozenset({"oak.example"})
SHOP = "Oak <hello@oak.example>"


def mail(body: str | bytes = "Hello", kind: str = "text/plain; charset=utf-8", **fields: str | bytes | None) -> bytes:
    """One mail; `x_loop="…"` becomes the field x-loop, None leaves a field out."""
    given: dict[str, str | bytes | None] = {
        "From": "Anna Smith <Anna@Example.com>",
        "To": "reply@oak.example",
        "Subject": "Re: Your order",
        "Date": "Tue, 3 Nov 2026 10:00:00 +0100",
        "Message-ID": "<m1@example.com>",
        "Content-Type": kind,
    }
    for name, value in fields.items():
        written = name.replace("_", "-")
        known = next((one for one in given if one.lower() == written.lower()), written)
        given[known] = value
    lines = [name.encode() + b": " + raw(value) for name, value in given.items() if value is not None]
    return b"\n".join(lines) + b"\n\n" + raw(body)


def raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8")


def several(*parts: str | bytes, kind: str = "mixed", **fields: str | bytes | None) -> bytes:
    """A multipart mail of parts that bring their own header."""
    body = b"".join(b"--b-1\n" + raw(part) + b"\n" for part in parts) + b"--b-1--\n"
    return mail(body, f'multipart/{kind}; boundary="b-1"', **fields)


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def html(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{text}"


def read(whole: bytes) -> Mail:
    return read_mail(whole, OWN)

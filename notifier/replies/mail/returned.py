"""What a bounce (RFC 3464) or a complaint (ARF, RFC 5965) is about. Colour: pure. Called by read.

A delivery report is read field by field. What mail servers write in their own ways is left to flufl.bounce, which gets
a small, flat mail made of what was read already: Python's parser never sees the mail itself. Whether any of it is
believed is for pipeline to say (HOSTILE 69).
"""

import re
from email import message_from_bytes

from flufl.bounce import all_failures

from notifier.replies.mail.addresses import addresses, message_id
from notifier.replies.mail.decoding import cleaned, untransferred
from notifier.replies.mail.failure import hard, status_in
from notifier.replies.mail.headers import Headers, read_headers
from notifier.replies.mail.labels import folded
from notifier.replies.mail.structure import MOST_HEADER, Part
from notifier.terms.mail import Machine, Returned

MOST_REPORT = 64 * 1024
"""Bytes of a report that are read, and of a bounce's text that flufl.bounce gets."""
LONGEST_LINE = 500
COMPLAINTS = frozenset({"", "abuse", "fraud", "opt-out", "opt-out-list", "miscategorized"})
"""Feedback types by which somebody complains; `not-spam`, `auth-failure` and others are for the log."""
_ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")
_DAEMON = re.compile(r"(?:mailer-?daemon|postmaster|mail-?daemon|mmdf|mdaemon)@")
_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|delivery (?:status notification|failure|failed|has failed|report)|mail delivery|"
    r"returned mail|"
    r"failure notice|mail system error|message not delivered|unzustellbar|nicht zustellbar|zustellung fehlgeschlagen|"
    r"non (?:remis|distribue)|echec de (?:la )?(?:remise|livraison)|no se (?:pudo|ha podido) entregar|no entregado|"
    r"mancato recapito|non recapitabile|onbestelbaar|niet (?:bezorgd|besteld)|nao entregue|falha na entrega"
)
_ID_LINE = re.compile(rb"^[ >]{0,4}Message-ID:\s{0,5}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


def returned(whole: Part, sender: str, subject: str, text: str) -> tuple[Machine, Returned | None]:
    """Whether the mail is a bounce or a complaint, and about whom; NONE where it is neither, `delayed` included.

    A report that says nothing of a failure (a delay, a receipt, a read receipt) is an automatic reply.
    """
    kinds = {part.kind: part for part in reversed(list(whole.walk()))}
    if (feedback := kinds.get("message/feedback-report")) is not None:
        return _complaint(whole, feedback)
    if (report := kinds.get("message/delivery-status") or kinds.get("message/global-delivery-status")) is not None:
        return _bounce(whole, report)
    if "message/disposition-notification" in kinds:
        return Machine.AUTO_REPLY, None
    if not _looks_returned(whole, sender, subject):
        return Machine.NONE, None
    return _by_words(whole, sender, text)


def _fields(part: Part) -> list[Headers]:
    """The groups of fields in a report."""
    raw, _ = untransferred(part.body[:MOST_REPORT], part.headers.said("content-transfer-encoding"))
    return [read_headers(group.strip(b"\n") + b"\n")[0] for group in re.split(rb"\n\s*\n", raw)[:100]]


def _complaint(whole: Part, feedback: Part) -> tuple[Machine, Returned | None]:
    fields = Headers(tuple(field for group in _fields(feedback) for field in group.fields))
    if fields.said("feedback-type") not in COMPLAINTS:
        return Machine.AUTO_REPLY, None
    original = _original(whole)
    named = [*fields.all("original-rcpt-to", "removal-recipient"), *original.all("to")]
    recipient = next((one for value in named for one in addresses(value)), "")
    return Machine.COMPLAINT, Returned(False, "", recipient, message_id(original.first("message-id")))


def _bounce(whole: Part, report: Part) -> tuple[Machine, Returned | None]:
    failed = [group for group in _fields(report) if group.said("action").startswith(("fail", "error"))]
    if not failed:
        return Machine.AUTO_REPLY, None
    first = failed[0]
    said = cleaned(first.first("diagnostic-code")[:2000].decode("utf-8", "replace"))
    status = status_in(first.said("status")) or status_in(said)
    if status.endswith(".0.0"):
        # The report only repeats the class; the other server's own words say more.
        status = status_in(said) or status
    # The address that we wrote to comes first: the final one may be somewhere a mail was forwarded to.
    named = [value.rpartition(b";")[2] for value in first.all("original-recipient", "final-recipient")]
    recipient = next((one for value in named for one in addresses(value)), "")
    return Machine.BOUNCE, Returned(hard(status, said), status, recipient, _original_id(whole))


def _original(whole: Part) -> Headers:
    """The header of the mail that came back, where it is there; what is below that header stays closed."""
    part = next((one for one in whole.walk() if one.kind in _ORIGINALS), None)
    if part is None:
        return Headers(())
    raw, _ = untransferred(part.body[:MOST_HEADER], part.headers.said("content-transfer-encoding"))
    return read_headers(raw.lstrip(b"\n"))[0]


def _original_id(whole: Part) -> str:
    if found := message_id(_original(whole).first("message-id")):
        return found
    texts = [part for part in whole.walk() if part.kind == "text/plain"][:3]
    lines = (_ID_LINE.search(part.body[:MOST_REPORT]) for part in texts)
    return next((message_id(line[1]) for line in lines if line), "")


def _looks_returned(whole: Part, sender: str, subject: str) -> bool:
    """Only what comes from a mail server is searched for failures: a customer may quote one."""
    headers = whole.headers
    return (
        bool(_DAEMON.match(sender))
        or headers.has(("x-failed-recipients",))
        or whole.kind == "multipart/report"
        or (bool(_SUBJECT.search(folded(subject))) and _machine_made(headers))
    )


def _machine_made(headers: Headers) -> bool:
    auto = headers.said("auto-submitted")
    paths = [path.strip() for path in headers.all("return-path")]
    return (auto not in ("", "no")) or any(path in (b"", b"<>") for path in paths)


def _by_words(whole: Part, sender: str, text: str) -> tuple[Machine, Returned | None]:
    temporary, permanent = all_failures(message_from_bytes(_flat(whole, sender, text)))
    # Sets have no order of their own; the answer must be the same each time.
    found = sorted(one.decode("ascii", "replace").lower() for one in permanent)
    found = [one for address in found for one in addresses(address.encode("utf-8"))]
    if not found:
        return (Machine.AUTO_REPLY if temporary or _DAEMON.match(sender) else Machine.NONE), None
    said = text[:MOST_REPORT]
    status = status_in(said)
    return Machine.BOUNCE, Returned(hard(status, said), status, found[0], _original_id(whole))


def _flat(whole: Part, sender: str, text: str) -> bytes:
    """The bounce as a mail of two plain texts, which all detectors understand that look at words."""
    failed = [one for value in whole.headers.all("x-failed-recipients") for one in addresses(value)]
    lines = [line[:LONGEST_LINE] for line in text.encode("ascii", "replace")[:MOST_REPORT].split(b"\n")]
    # A line that looks like a boundary would end the text.
    body = b"\n".join(line for line in lines if not line.startswith(b"--=_"))
    several = bool(whole.parts)
    head = [
        f"From: {sender if sender.isascii() else ''}".encode("ascii"),
        f"X-Failed-Recipients: {', '.join(one for one in failed if one.isascii())}".encode("ascii") if failed else b"",
        b'Content-Type: multipart/mixed; boundary="=_flat"' if several else b"Content-Type: text/plain",
    ]
    top = b"\n".join(line for line in head if line) + b"\n\n"
    if not several:
        return top + body
    first = b"--=_flat\nContent-Type: text/plain\nContent-Description: Notification\n\n"
    return top + first + body + b"\n--=_flat\nContent-Type: text/plain\n\n.\n--=_flat--\n"

"""What an SMTP server's answer means: outcome, normalised code, raw text without addresses. Colour: wire.

Pure functions over RFC 5321 reply codes and RFC 3463 enhanced codes. Used by channels.email.
"""

import re
from enum import IntEnum

from notifier.channels.plain import one_line
from notifier.terms.words import Outcome

RAW_LIMIT = 500


class Stage(IntEnum):
    """How far one mail's dialogue has come. Past DOT nobody but the server knows whether it was sent."""

    CONNECT = 0
    MAIL = 1
    RCPT = 2
    DATA = 3
    DOT = 4


_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>,;:()\"']+@[^\s<>,;:()\"']+")
_GREY = re.compile(r"gr[ea]y-?\s?list", re.IGNORECASE)
_RATE = re.compile(r"\brate\b|too many|too fast|throttl|limit exceeded", re.IGNORECASE)

# RFC 3463 subject.detail; a detail of "*" stands for the whole subject.
_LATER = {"2.2": "mailbox_full", "3.1": "server_full", "5.3": "rate_limited", "7.28": "rate_limited"}
_NEVER = {
    "1.7": "bad_sender",
    "1.8": "bad_sender",
    "1.*": "bad_recipient",
    "2.1": "mailbox_disabled",
    "2.2": "mailbox_full",
    "2.3": "too_large",
    "3.4": "too_large",
    "6.7": "needs_smtputf8",
    "7.8": "auth",
    "7.*": "policy",
}
# Without an enhanced code the same number means different things at different moments: a 550 to RCPT is about the
# mailbox, a 550 to the content is about the content (HOSTILE.md 46).
_NEVER_AT = {
    Stage.MAIL: {552: "too_large"},
    Stage.RCPT: {550: "bad_recipient", 551: "bad_recipient", 553: "bad_recipient", 552: "mailbox_full"},
    Stage.DATA: {552: "too_large", 550: "policy", 554: "policy"},
    Stage.DOT: {552: "too_large", 550: "policy", 554: "policy"},
}
_NEVER_ELSE = {Stage.MAIL: "bad_sender", Stage.RCPT: "policy"}

# RFC 4954: these say that the login is missing or wrong, whatever enhanced code stands beside them.
_LOGIN = (530, 534, 535, 538)
# Faults of our own account: refusing for one of them would burn every queued mail.
_OURS = ("auth", "bad_sender")
# All that MAIL can say about this very mail: its SIZE and its SMTPUTF8. Everything else there is about the sender.
_MAIL_ITSELF = ("too_large", "needs_smtputf8")


def meaning(stage: Stage, reply: int, text: str) -> tuple[Outcome, str]:
    """Outcome and normalised code of one reply at one stage.

    4yz is DEFERRED, 5yz REFUSED. A refusal of our access or of our sender says nothing about the message, so it is
    DEFERRED too: all before MAIL, nearly all at MAIL, and `auth` and `bad_sender` wherever they are said. Anything that
    is no failure code is UNKNOWN after the dot, DEFERRED before.
    """
    if reply // 100 == 4:
        return Outcome.DEFERRED, _later(reply, text)
    if reply in _LOGIN:
        return Outcome.DEFERRED, "auth"
    if reply // 100 == 5 and stage is Stage.CONNECT:
        return Outcome.DEFERRED, "server_refuses_us"
    if reply // 100 == 5:
        code = _never(stage, reply, text)
        return (Outcome.DEFERRED if code in _OURS else Outcome.REFUSED), code
    return (Outcome.UNKNOWN if stage is Stage.DOT else Outcome.DEFERRED), "bad_answer"


def _later(reply: int, text: str) -> str:
    if _GREY.search(text):
        return "greylisted"
    if known := _by_enhanced(text, _LATER):
        return known
    if _RATE.search(text):
        return "rate_limited"
    return "server_full" if reply == 452 else "try_later"


def _never(stage: Stage, reply: int, text: str) -> str:
    by_stage = _NEVER_AT[stage].get(reply) or _NEVER_ELSE.get(stage, "refused")
    code = _by_enhanced(text, _NEVER) or by_stage
    if stage is Stage.MAIL and code not in (*_OURS, *_MAIL_ITSELF):
        return by_stage
    return code


def _by_enhanced(text: str, table: dict[str, str]) -> str:
    found = _ENHANCED.match(text)
    if found is None:
        return ""
    subject, detail = found.groups()
    return table.get(f"{subject}.{detail}") or table.get(f"{subject}.*", "")


def masked(text: str, recipient: str) -> str:
    """A server's words without any address or the recipient's local part, on one line, at most RAW_LIMIT long.

    What comes out can be stored: valid UTF-8 without control characters.
    """
    plain = _ADDRESS.sub("<address>", one_line(text))
    local = recipient.rpartition("@")[0]
    # A local part of one or two letters would blank out ordinary words; alone it names nobody.
    if len(local) > 2 and local.casefold() in plain.casefold():
        plain = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "<address>", plain, flags=re.IGNORECASE)
    return plain[:RAW_LIMIT]

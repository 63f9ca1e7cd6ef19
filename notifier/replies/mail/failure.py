"""Whether a failed delivery is for good: by its status, else by the server's words. Colour: pure. Called by returned.

For good is what is said about the address itself. What is said about our mail, our server or a full mailbox counts as
soft, whatever class the server gives it: it may be over tomorrow, and a hard one silences the address.
"""

import re

from notifier.replies.mail.labels import folded

_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<!\d)([45]\d\d)[ -]")
HARD = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 9), (1, 10), (2, 1)})
"""Subject and detail of RFC 3463: unknown mailbox or domain, moved, closed. 1.7 and 1.8 are about our sender."""
BY_WORDS = frozenset({(0, 0), (1, 0), (4, 1), (4, 4), (5, 0)})
"""What servers say for many things: only their words tell."""

_POLICY = re.compile(
    r"spam|blocked|block ?list|black ?list|polic(?:y|ies)|reputation|dmarc|\bspf\b|dkim|\brbl\b|dnsbl|spamhaus|"
    r"\brate\b|"
    r"gr[ea]y-?list|virus|content|too many|temporar|try again|\bquota|mailbox (?:is )?full|full mailbox|over ?quota|"
    r"storage|too large|size limit|timed? ?out|unauthenticated|not authori[sz]ed"
)
_NOBODY = re.compile(
    r"user unknown|unknown user|unknown (?:address|recipient|mailbox|local)|"
    r"no such (?:user|address|mailbox|recipient|person)|(?:does not|doesn't|not) exist|"
    r"no longer (?:exists|valid|available|in use)|invalid (?:recipient|address|mailbox|user)|"
    r"(?:recipient|address|user|mailbox|account) (?:address )?(?:rejected|not found|unavailable|unknown|disabled|"
    r"inactive|is disabled|is inactive|invalid|not known)|not a valid|no mailbox|host not found|domain name not found|"
    r"domain not found|no such domain|unrouteable|nxdomain|isn't in my|couldn't find any host|user doesn't have|"
    r"existiert nicht|unbekannte[rn]? (?:empfanger|benutzer)|utilisateur inconnu|no existe|non esiste|bestaat niet|"
    r"nao existe"
)


def status_in(text: str) -> str:
    """The first failure status in a text, like 5.1.1; empty where there is none."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def hard(status: str, said: str) -> bool:
    """Whether the address is dead. `said` are the server's words; without any, only a clear status is believed."""
    plain = " ".join(folded(line) for line in said.split("\n")[:200])
    if status:
        family, subject, detail = (int(one) for one in status.split("."))
        if family != 5:
            return False
        if (subject, detail) not in BY_WORDS:
            return (subject, detail) in HARD
    if _POLICY.search(plain):
        return False
    reply = _REPLY.search(plain)
    if reply and reply[1].startswith("4"):
        return False
    return bool(_NOBODY.search(plain)) or bool(reply and reply[1] in ("550", "551", "553"))

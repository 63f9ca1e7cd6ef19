"""The values that a rule saw, and the kinds of notices, as a support person says them. Colour: root. Used by narration.

A value that has no words here is told by its own name: a new rule is told plainly before anybody writes words for it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from notifier.terms.words import NoticeKind

_CAP = re.compile(r"(?P<whose>customer|address) in (?P<period>.+)")

_SEEN: Mapping[str, str] = MappingProxyType(
    {
        "local": "it was {} where the customer lives",
        "zones": "in the time zone {}",
        "consent": "the last word was: {}",
        "scope": "said for {}",
        "needed": "what it needs: {}",
        "exempt": "it does not apply to a {}",
        "higher": "{} goes first",
        "sales_channel": "the order came through {}",
        "region": "the number belongs to {}",
        "allowed": "texts go to {}",
        "stale": "no news from {}",
        "suppressed": "suppressed: {}",
        "this_year": "{} so far this year",
        "limit": "at most {} a year",
    }
)

_NOTICES: Mapping[str, str] = MappingProxyType(
    {
        NoticeKind.F3: "a first delay notice: silence means agreement, F3",
        NoticeKind.F4: "a first delay notice: without an answer the line is cancelled, F4",
        NoticeKind.F5: "a renewed delay notice: silence means cancellation, F5",
    }
)


def seen(name: str, value: str) -> str:
    """One value of a trace, like `2 of 2 messages in 24 hours to the customer`."""
    cap = _CAP.fullmatch(name)
    if cap:
        whose = "the customer" if cap["whose"] == "customer" else "this address"
        return f"{value} messages in {cap['period']} to {whose}"
    if name == "at" and (said_at := _instant(value)):
        return f"said on {said_at.day} {said_at:%B %Y}"
    words = _SEEN.get(name)
    return words.format(value) if words else f"{plain(name)} {value}"


def notice_words(kind: str) -> str:
    """What silence means under a notice of `kind`, in brackets; "" for a message that is none."""
    words = _NOTICES.get(kind)
    return f" ({words})" if words else ""


def plain(name: str) -> str:
    """The name of a rule or a value in words."""
    return name.replace("_", " ")


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None

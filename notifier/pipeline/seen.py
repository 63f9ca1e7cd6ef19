"""The values that a rule saw, and the kinds of notices, as a support person says them. Colour: root. Used by narration.

A value that has no words here is told by its own name: a new rule is told plainly before anybody writes words for it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from notifier.terms.words import NoticeKind

_CAP = re.compile(r"(?P<whose>customer|address|order \S+)(?P<narrow>( \S+)*?) in (?P<period>.+)")

_SEEN: Mapping[str, str] = MappingProxyType(
    {
        "place": "where the customer may be: {}",
        "by": "known by the customer's {}",
        "zones": "in the time zone {}",
        "local": "it was {}",
        "allowed": "allowed are {}",
        "rule": "by rule {}",
        "consent": "the last word was {}",
        "source": "given by {}",
        "scope": "said for {}",
        "evidence": "the evidence is {}",
        "needed": "it needs {}",
        "exempt": "it does not apply to a {}",
        "higher": "{} goes first",
        "sales_channel": "the order came through {}",
        "region": "the number belongs to {}",
        "stale": "no news from {}",
        "suppressed": "suppressed: {}",
        "this_year": "{} so far this year",
        "limit": "at most {} a year",
        "hold": "held back after a {}",
        "holiday": "the holiday is {}",
        "calendars": "no holiday by the calendars of {}",
    }
)

_SEEN_BY: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("address", "allowed"): "texts go to {}",
        ("notice_first", "state"): "the line stands at {}",
        ("notice_first", "limit"): "no date after {} may be told before",
    }
)
"""By rule, where the same name means something else."""

_ON: Mapping[str, str] = MappingProxyType({"at": "said on {}", "since": "since {}", "until": "until {}"})
"""Values that are instants, told by their day."""

_NOTICES: Mapping[str, str] = MappingProxyType(
    {
        NoticeKind.F3: "a first delay notice: silence means agreement, F3",
        NoticeKind.F4: "a first delay notice: without an answer the line is cancelled, F4",
        NoticeKind.F5: "a renewed delay notice: silence means cancellation, F5",
    }
)


def seen(rule: str, name: str, value: str) -> str:
    """One value that `rule` saw, like `2 of 2 messages in 24 hours to the customer`."""
    cap = _CAP.fullmatch(name)
    if cap:
        whose = {"customer": "to the customer", "address": "to this address"}.get(cap["whose"], f"about {cap['whose']}")
        return f"{value}{cap['narrow']} messages in {cap['period']} {whose}"
    if name in _ON:
        at = _instant(value)
        return _ON[name].format(f"{at.day} {at:%B %Y}" if at else value)
    words = _SEEN_BY.get((rule, name)) or _SEEN.get(name)
    return words.format(plain(value) if name == "state" else value) if words else f"{plain(name)} {value}"


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

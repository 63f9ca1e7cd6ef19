"""Looks through Twilio's own list of texts for one of which nobody knows whether it was taken. Colour: wire.

Called by pipeline.unknown, built by app. Twilio's create knows no key that would make it safe to ask again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from notifier.channels.plain import provider_id
from notifier.channels.sms import SmsAccess, SmsSender, by_code
from notifier.channels.twilio_list import reading_the_list
from notifier.terms.evidence import TextAsked, TextSeen
from notifier.terms.words import Outcome

MOST_TEXTS = 200
"""Texts to one number that are looked at; a customer gets a handful in two days."""

CLOCK_SKEW = timedelta(minutes=2)
"""How much earlier than by our clock Twilio may say that it took a text."""

NEVER_CAME = frozenset({"failed", "undelivered", "canceled"})
"""Twilio's states of a text that reached nobody and never will."""


class SmsSearch:
    """Keeps terms.evidence.TextList over Twilio. The HTTP session opens with the first look."""

    def __init__(self, access: SmsAccess) -> None:
        self._sender = SmsSender(access)

    async def seen(self, asked: TextAsked) -> Sequence[TextSeen]:
        """The texts with these words to this number since then. Raises Transient where Twilio does not tell."""
        with reading_the_list():
            records = await self._sender.texts_to(asked.number, asked.since - CLOCK_SKEW, MOST_TEXTS)
            return [_seen(one) for one in records if _fits(one, asked)]

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._sender.close()


def _fits(record: Any, asked: TextAsked) -> bool:
    taken: datetime | None = record.date_created or record.date_sent
    outgoing = str(record.direction or "outbound").startswith("outbound")
    same = str(record.body).rstrip() == asked.body.rstrip()
    return outgoing and same and (taken is None or taken >= asked.since - CLOCK_SKEW)


def _seen(record: Any) -> TextSeen:
    sid = provider_id(str(record.sid or ""))
    if not sid:
        raise ValueError("a text without a SID")
    if str(record.status) in NEVER_CAME:
        outcome, code = by_code(int(record.error_code or 0))
        return TextSeen(sid, outcome, code)
    return TextSeen(sid, Outcome.ACCEPTED)

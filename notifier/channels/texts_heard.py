"""Reads from Twilio's own list which texts customers wrote, for those that no webhook took in. Colour: wire.

Called by pipeline.missed_texts, built by app. A webhook is asked once and never again.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from notifier.channels.sms import SmsAccess, SmsSender
from notifier.channels.twilio_list import reading_the_list
from notifier.terms.incoming import MOST_WORDS, Incoming, Road
from notifier.terms.twilio import SENDER, SID, words_heard

MOST_TEXTS = 20_000
"""Texts that are looked through at once, ours among them where a messaging service takes the answers."""


class TextsHeard:
    """Keeps terms.incoming.HeardTexts over Twilio. The HTTP session opens with the first look.

    `numbers` are those that customers write to; those of the access's messaging service count too.
    """

    def __init__(self, access: SmsAccess, numbers: frozenset[str]) -> None:
        self._sender, self._numbers, self._service = SmsSender(access), numbers, access.messaging_service_sid

    async def since(self, since: datetime) -> Sequence[Incoming]:
        """The texts that came in since then, the oldest first. Raises Transient where Twilio does not tell."""
        with reading_the_list():
            # The list knows no messaging service: it is told apart text by text.
            asked: list[str | None] = [None] if self._service else [*sorted(self._numbers)]
            records = [one for number in asked for one in await self._sender.texts_to(number, since, MOST_TEXTS)]
            found = [_heard(one) for one in records if self._is_ours(one)]
        return sorted((one for one in found if one and one.received_at >= since), key=lambda one: one.received_at)

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._sender.close()

    def _is_ours(self, record: Any) -> bool:
        """An account may have numbers that are no business of ours."""
        of_service = bool(self._service) and record.messaging_service_sid == self._service
        return str(record.direction) == "inbound" and (of_service or record.to in self._numbers)


def _heard(record: Any) -> Incoming | None:
    """None for one that a webhook would refuse too, as from a sender without a number."""
    sid, sender, at = str(record.sid or ""), str(record.from_ or ""), record.date_created
    if not isinstance(at, datetime) or not re.fullmatch(SID, sid) or not re.fullmatch(SENDER, sender):
        return None
    words = words_heard(str(record.body or "")[:MOST_WORDS], int(record.num_media or 0))
    return Incoming(Road.SMS, sid, at.astimezone(UTC), words=words, sender=sender, to=str(record.to or ""))

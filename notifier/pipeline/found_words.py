"""What was found out about a message whose fate was open, as clauses for a person. Colour: root.

Used by narration, decided and unknown_news.
"""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.pipeline.reasons import because
from notifier.queries.unknown import FoundOut
from notifier.terms.evidence import Found, Source

_CLAUSES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (Source.JOURNAL, Found.THERE): "its copy lies in the journal mailbox",
        (Source.JOURNAL, Found.NOTHING): "no copy of it lies in the journal mailbox",
        (Source.JOURNAL, Found.NO_ANSWER): "the journal mailbox could not be looked into",
        (Source.TWILIO, Found.THERE): "it stands in Twilio's list of texts",
        (Source.TWILIO, Found.FAILED): "Twilio's list of texts says that it never arrived",
        (Source.TWILIO, Found.NOTHING): "it does not stand in Twilio's list of texts",
        (Source.TWILIO, Found.SEVERAL): "several texts in Twilio's list could be it",
        (Source.TWILIO, Found.NO_ANSWER): "Twilio's list of texts could not be read",
        (Source.RECEIPT, Found.THERE): "a receipt of the provider says that it went",
        (Source.RECEIPT, Found.FAILED): "a receipt of the provider says that it never arrived",
        (Source.PERSON, Found.THERE): "{by} says that it went",
        (Source.PERSON, Found.AGAIN): "{by} had it sent once more",
        (Source.CLOCK, Found.AGAIN): "no proof came in time, and so it goes once more",
        (Source.TEAM, Found.TOLD): "the team was told that it waits for a person",
    }
)


def clause(one: FoundOut) -> str:
    """What one finding says, to stand alone or after "because"."""
    words = _CLAUSES.get((one.source, one.found), f"{one.source} says {one.found}").replace("{by}", one.by)
    return f"{words} ({because(one.code)})" if one.code else words

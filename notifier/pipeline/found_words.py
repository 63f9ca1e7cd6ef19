"""What was found out about a message whose fate was open, as clauses for a person. Colour: root.

Used by narration, decided and unknown_news.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from notifier.pipeline.reasons import because
from notifier.pipeline.wording import WallClock
from notifier.queries.stories import MessageTold
from notifier.queries.unknown import FoundOut
from notifier.terms.evidence import LOOKS, Found, Source, Word
from notifier.terms.words import SENT_STATES, MessageState, Outcome

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


def settled_by(message: MessageTold) -> str:
    """What settled a message of which the worker heard nothing; "" where the provider's own answer did."""
    last = message.attempts[-1] if message.attempts else None
    if last is None or last.outcome not in ("", Outcome.UNKNOWN):
        return ""
    proofs = [one for one in message.found if one.found in (Found.THERE, Found.FAILED)]
    return clause(proofs[-1]) if proofs else ""


def looked(message: MessageTold, clock: WallClock, since: datetime) -> str:
    """A sentence on what was found out about an unknown message; "" where nothing was yet."""
    known = [one for one in message.found if one.source in LOOKS]
    said = [f"{clause(one)} ({_times(one)}{clock.then(one.last_at, since)})" for one in known]
    return f"What was found out: {'; '.join(said)}." if said else ""


def later(message: MessageTold, clock: WallClock, since: datetime) -> str:
    """A sentence on what the provider said of an accepted message later; "" where nothing came."""
    last = message.attempts[-1] if message.attempts else None
    if last is None or last.receipt_at is None or message.state != MessageState.ACCEPTED:
        return ""
    if last.receipt == Word.DELIVERED:
        return f"It arrived, as the provider said {clock.then(last.receipt_at, since)}."
    why = f", because {because(last.receipt_code)}" if last.receipt_code else ""
    return f"It never arrived{why}, as the provider said {clock.then(last.receipt_at, since)}."


def twice(message: MessageTold) -> str:
    """A sentence on a message that went, or goes, once more; "" for any other."""
    if not message.maybe_double:
        return ""
    again = [clause(one) for one in message.found if one.found == Found.AGAIN]
    why = f": {'; '.join(again)}" if again else ""
    often = "twice" if message.state in SENT_STATES else "already"
    return f"Of an earlier try nobody knew whether it went{why}. It may have arrived {often}."


def _times(one: FoundOut) -> str:
    return f"{one.times} times, last " if one.times > 1 else ""


def clause(one: FoundOut) -> str:
    """What one finding says, to stand alone or after "because"."""
    words = _CLAUSES.get((one.source, one.found), f"{one.source} says {one.found}").replace("{by}", one.by)
    return f"{words} ({because(one.code)})" if one.code else words

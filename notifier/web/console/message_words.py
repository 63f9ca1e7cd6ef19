"""Where a message stands, as the console says it. Colour: door. Used by messages, and by paper as a filter."""

from collections.abc import Mapping
from types import MappingProxyType

from notifier.terms.words import MessageState

STATE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        MessageState.HELD: "held",
        MessageState.UNKNOWN: "unknown",
        MessageState.REFUSED: "refused",
        MessageState.QUEUED: "queued",
        MessageState.CLAIMED: "being made",
        MessageState.HANDED_OFF: "being sent",
        MessageState.ACCEPTED: "sent",
        MessageState.WITHDRAWN: "withdrawn",
        MessageState.TAKEN_OVER: "told before",
    }
)
"""In the order in which they want somebody."""

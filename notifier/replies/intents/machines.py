"""Texts that only a machine sends. Colour: pure. Used by pipeline.reading_replies.

A text has no header that says who wrote it. But each bot must say how to stop it, in words that no customer writes:
so two bots that face each other are told apart from people (HOSTILE 68).
"""

import re

_HOW_TO_STOP = re.compile(
    r"\b(reply|text|txt|send|antworten sie( mit)?|répondez|responda|responde|rispondi|stuur|envie[zr]?)\s+\W?stop\W?\s+"
    r"(to|for|um|pour|para|per|om)\b"
    r"|\bstop\W?\s+(2|to)\s+(end|stop|opt[ -]?out|unsubscribe|cancel|quit)\b"
    r"|\bkeine sms mehr:\s*stop\b"
    r"|\bhelp\W?\s+(for|4)\s+help\b",
    re.IGNORECASE,
)

_LIKED = re.compile(r"^\s*\w+\s+[\"“«„]")
"""A phone that sends what was tapped: the words in quotes are ours, the customer's are before them."""


def looks_made(text: str) -> bool:
    """Whether a text tells its reader how to stop the texts, as bots do."""
    return bool(_HOW_TO_STOP.search(text)) and not _LIKED.match(text)

"""A message as its customer saw it: the parts of an email, the words of a text. Colour: root. Called by the console.

Its links open nothing: they are the customer's keys.
"""

from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser

from notifier.pipeline.house import House
from notifier.queries.letters import Letter, letter
from notifier.render.links import unsigned
from notifier.terms.words import Channel

_READER = BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True)
class LetterShown:
    """One message. `html` is empty for a text, and where the body is not there (any more); so is `text`."""

    channel: str
    html: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


def letter_shown(house: House, message_id: int) -> LetterShown | None:
    """The message with this id; None for none."""
    with house.store.read() as tx:
        found = letter(tx, message_id)
    if found is None:
        return None
    html, text = _parts(found)
    return LetterShown(found.channel, html, text)


def _parts(found: Letter) -> tuple[str, str]:
    if found.body is None:
        return "", ""
    if found.channel == Channel.SMS:
        return "", unsigned(found.body.decode("utf-8", "replace"))
    mail = _READER.parsebytes(found.body)
    parts = (mail.get_body((kind,)) for kind in ("html", "plain"))
    html, text = ("" if part is None else unsigned(str(part.get_content())) for part in parts)
    return html, text

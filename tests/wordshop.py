"""A shop whose team publishes templates: how a draft is saved and published in one line."""

from datetime import datetime

from notifier.pipeline.house import House
from notifier.pipeline.publishing import NewVersion, Word, publish
from notifier.pipeline.wording_desk import Seen, save_draft
from notifier.terms.wording import Draft, Texts, Wording
from notifier.terms.words import Channel
from notifier.wordings import draft_of
from tests.shop import NOON, rendering

PLACED = Wording("placed", Channel.EMAIL)
PLACED_TEXT = Wording("placed", Channel.SMS)
PLACED_GERMAN = Wording("placed", Channel.EMAIL, "de")


def email(words: str) -> Texts:
    """A sound email that says `words`."""
    return {"subject.txt": "Order {{ orders }}\n", "email.md": f"{{{{ greeting }}}}\n\n{words}\n"}


def text(words: str) -> Texts:
    """A sound text message that says `words`."""
    return {"sms.txt": f"{{{{ brand.name }}}}: {words} Reply STOP to stop texts\n"}


def revision(house: House, wording: Wording) -> int:
    """That of the wording's draft, open or closed; 0: there was never one."""
    with house.store.read() as tx:
        draft = draft_of(tx, wording)
    return draft.revision if draft else 0


def save(house: House, wording: Wording, texts: Texts, by: str = "ada", now: datetime = NOON) -> Draft:
    """Save over whatever is there."""
    return save_draft(house, Seen(wording, revision(house, wording)), texts, by, now)


def put_out(house: House, wording: Wording, texts: Texts, by: str = "ada", now: datetime = NOON) -> NewVersion:
    """Save and publish."""
    draft = save(house, wording, texts, by, now)
    return publish(house, rendering(), Seen(wording, draft.revision), Word(by), now)

"""A shop whose team publishes templates: how a draft is saved and published in one line."""

from datetime import datetime
from pathlib import Path

from notifier.pipeline.house import House
from notifier.pipeline.publishing import NewVersion, Word, publish, put_in_force, sound_file, sound_version
from notifier.pipeline.wording_desk import Seen, save_draft
from notifier.terms.wording import Draft, DraftState, Texts, Wording
from notifier.terms.words import Channel
from notifier.wordings import draft_of, newest_number
from tests.shop import NOON, Shop, open_shop, order, rendering

PLACED = Wording("placed", Channel.EMAIL)
PLACED_TEXT = Wording("placed", Channel.SMS)
PLACED_GERMAN = Wording("placed", Channel.EMAIL, "de")


def with_one_waiting(folder: Path, url: str) -> Shop:
    """A recipe for `as_left`: a new backorder whose first message waits to be sent."""
    shop = open_shop(folder, url)
    shop.take_in("backorders", [order("ann", promised_ship_by="2026-06-20", ordered_at="2026-05-31T10:00:00Z")])
    shop.plan()
    return shop


def email(words: str) -> Texts:
    """A sound email that says `words`."""
    return {"subject.txt": "Order {{ orders }}\n", "email.md": f"{{{{ greeting }}}}\n\n{words}\n"}


def text(words: str) -> Texts:
    """A sound text message that says `words`."""
    return {"sms.txt": f"{{{{ brand.name }}}}: {words} Reply STOP to stop texts\n"}


def seen_now(house: House, wording: Wording) -> Seen:
    """The wording as its page would be filled now."""
    with house.store.read() as tx:
        draft, newest = draft_of(tx, wording), newest_number(tx, wording)
    is_open = draft is not None and draft.state is not DraftState.CLOSED
    return Seen(wording, draft.revision if draft and is_open else 0, newest)


def save(house: House, wording: Wording, texts: Texts, by: str = "ada", now: datetime = NOON) -> Draft:
    """Save over whatever is there."""
    return save_draft(house, seen_now(house, wording), texts, by, now)


def put_out(house: House, wording: Wording, texts: Texts, by: str = "ada", now: datetime = NOON) -> NewVersion:
    """Save and publish."""
    draft = save(house, wording, texts, by, now)
    return publish(house, rendering(), Seen(wording, draft.revision), Word(by), now)


def put_back(house: House, wording: Wording, number: int, by: str = "bob") -> NewVersion:
    """Roll back to a version, having seen what is there."""
    return put_in_force(house, sound_version(house, rendering(), (seen_now(house, wording), number), Word(by), NOON))


def back_to_file(house: House, wording: Wording, by: str = "cara") -> NewVersion:
    """Let the files' text hold again, having seen what is there."""
    return put_in_force(house, sound_file(house, rendering(), seen_now(house, wording), Word(by), NOON))

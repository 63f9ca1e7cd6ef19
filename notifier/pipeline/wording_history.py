"""What was in force when, by whom, what is different between two versions, and which messages had it. Colour: root.

Called by cli and the console. Reads only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import unified_diff
from functools import partial

from notifier import wordings
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force, whole_in
from notifier.pipeline.remembered import Kept, Memory
from notifier.queries.wording_uses import UsedIn, Uses, hashes, used_in, uses
from notifier.render.catalogue import PARTS
from notifier.store.engine import Transaction
from notifier.template_files import packaged_files
from notifier.terms.wording import Draft, DraftState, Texts, Wording, WordingVersion
from notifier.terms.words import Channel

FRESH = timedelta(minutes=10)
"""For which it is remembered what was used: the page says as of when it is."""

FILE = 0
"""The number that stands for the file's text, where a version is asked for."""


@dataclass(frozen=True, slots=True)
class Past:
    """One version, and when it was in force no longer (UTC; None: it still is)."""

    version: WordingVersion
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Used:
    """The messages that had a version: how many, and the newest of them."""

    uses: Uses
    newest: Sequence[UsedIn]


@dataclass(frozen=True, slots=True)
class Standing:
    """One wording as it stands. `texts` is what is sent from it: none where another locale or all brands stand in.

    `number` is the version whose text lies over the files, and `published` that text; 0 and none where it is the
    file's. `newest` is the number of the newest version, which may be one that was taken back to the file; 0 where
    nothing was published.
    """

    wording: Wording
    texts: Texts
    number: int
    draft: Draft | None
    newest: int
    published: Texts

    @property
    def is_published(self) -> bool:
        """Whether a version of the team's lies over the files."""
        return self.number > 0

    @property
    def waits(self) -> bool:
        """Whether what was published is sent only once its language is written for the other channel too."""
        return self.is_published and not self.texts

    @property
    def base(self) -> int:
        """The number of the version that the text at hand stands on: the draft's, else what is sent now."""
        return self.draft.base if self.draft else self.newest

    @property
    def is_behind(self) -> bool:
        """Whether a version was published after the draft was begun."""
        return self.base != self.newest


def standing(house: House, wording: Wording) -> Standing:
    """One wording as it stands now, with its open draft."""
    with house.store.read() as tx:
        newest = wordings.version(tx, wording, wordings.newest_number(tx, wording))
        draft = wordings.draft_of(tx, wording)
        catalogue = in_force(tx, house).catalogue
    is_open = draft is not None and draft.state is not DraftState.CLOSED
    return _standing(wording, whole_in(catalogue.texts, wording), newest, draft if is_open else None)


def standings(house: House) -> list[Standing]:
    """Every wording there is: of the files, published, or only drafted; by purpose, channel, locale and brand."""
    with house.store.read() as tx:
        newest = {one.wording: one for one in wordings.in_force(tx)}
        drafts = {one.wording: one for one in wordings.open_drafts(tx)}
        catalogue = in_force(tx, house).catalogue
    channels = {part: channel for channel in Channel for part in Wording("", channel).parts}
    written = {
        Wording(purpose, channels[part], locale, brand)
        for brand, purpose, locale, part in catalogue.texts
        if part in PARTS
    }
    return [
        _standing(one, whole_in(catalogue.texts, one), newest.get(one), drafts.get(one))
        for one in sorted(written | newest.keys() | drafts.keys())
        if one.purpose in catalogue.purposes
    ]


def history(house: House, wording: Wording) -> list[Past]:
    """All versions of a wording, newest first."""
    with house.store.read() as tx:
        versions = wordings.versions(tx, wording)
    ends = [None, *(one.published_at for one in versions)]
    return [Past(one, until) for one, until in zip(versions, ends, strict=False)]


def messages_of(house: House, wording: Wording, number: int, most: int = 50) -> Used:
    """How many messages had the text of a version, from when to when, and the newest of them, `most`.

    Versions with the same text share their uses: a message keeps its text, not a number. It reads through the messages,
    half a second for a million of them; an index would make them a seventh larger, and this no faster where it is slow.
    Raises UsageError where there is no such version.
    """
    with house.store.read() as tx:
        mine = _hashes(tx, house, wording, number)
        found = uses(tx, mine, wording.channel)
        return Used(found, used_in(tx, mine, wording.channel, found.ids, most) if found.messages else ())


def remembered_messages(house: House, memory: Memory, which: tuple[Wording, int], now: datetime) -> Kept[Used]:
    """The same of (wording, number of its version), as of ten minutes ago at most."""
    return memory.get(("used", *which), partial(messages_of, house, *which), now, FRESH)


def texts_of(house: House, wording: Wording, number: int) -> Texts:
    """The texts of a version; FILE, and a version that was taken back to the file, have those of the files.

    Raises UsageError where there is no such version.
    """
    texts: Texts = {}
    if number != FILE:
        with house.store.read() as tx:
            version = wordings.version(tx, wording, number)
        if version is None:
            raise _no_such(wording, number)
        texts = version.texts
    return texts or whole_in(house.catalogue.written, wording)


def packaged_texts(wording: Wording) -> Texts:
    """The parts of a wording as they came with the product; none where it came without."""
    files = packaged_files()
    return {part: files[wording.file(part)] for part in wording.parts if wording.file(part) in files}


def diff(wording: Wording, before: Texts, after: Texts) -> Mapping[str, Sequence[str]]:
    """By part, the lines of a unified diff, its head left out; only parts that differ are there."""
    found = {}
    for part in wording.parts:
        old, new = before.get(part, ""), after.get(part, "")
        lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3))[2:]
        if lines:
            found[part] = lines
    return found


def _hashes(tx: Transaction, house: House, wording: Wording, number: int) -> Collection[str]:
    """The template versions that had the text of a version. Raises UsageError where there is none such."""
    version = wordings.version(tx, wording, number)
    if version is None:
        raise _no_such(wording, number)
    texts = version.texts or whole_in(house.catalogue.written, wording)
    return [name for name, used in hashes(tx, wording).items() if used == texts]


def _standing(wording: Wording, texts: Texts, newest: WordingVersion | None, draft: Draft | None) -> Standing:
    published = newest.texts if newest else {}
    number = newest.number if newest and published else 0
    return Standing(wording, texts, number, draft, newest.number if newest else 0, published)


def _no_such(wording: Wording, number: int) -> UsageError:
    return UsageError(f"there is no version {number} of {wording.words}; see its history")

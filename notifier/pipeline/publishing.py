"""Puts words in force: publish a draft, roll back to a version, take back to the file. Colour: root.

Called by cli and the console. Whatever comes into force is checked whole in the same call, before any transaction:
what is broken is never published. Then the draft must still be as it was seen, and all processes follow at their next
claim. Messages that were held for the template go back into the queue, to be judged and rendered afresh.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from notifier import outbox, wordings
from notifier.errors import Unpublishable, UsageError
from notifier.pipeline.backorder_check import checked
from notifier.pipeline.house import House
from notifier.pipeline.in_force import in_force, version_of, whole_in
from notifier.pipeline.people import operator_name
from notifier.pipeline.wording_check import check_draft
from notifier.pipeline.wording_desk import Seen, keep_moved, open_draft, require_newest
from notifier.render_pool import RenderPool
from notifier.store.engine import Transaction
from notifier.terms.wording import (
    Draft,
    DraftState,
    Severity,
    Texts,
    VersionKind,
    Wording,
    WordingVersion,
)

MOST_NOTE = 500

MOST_TRIED = 200
"""Customers with open backorders for whom what comes into force is filled in first: a second of work."""


_LOOK = "look at the history, then say again what is to hold"
"""The checks before take seconds, in which somebody may publish."""


@dataclass(frozen=True, slots=True)
class Word:
    """Who says so, and why; the note is kept with the version."""

    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What is in force now, and how many held messages it released."""

    version: WordingVersion
    released: int


@dataclass(frozen=True, slots=True)
class Sound:
    """What was checked and may come into force: in a transaction, `new` makes the version of a number of it."""

    wording: Wording
    new: Callable[[Transaction, int], WordingVersion]


def publish(house: House, pool: RenderPool, seen: Seen, word: Word, now: datetime) -> NewVersion:
    """Check the draft as `seen` and put it in force. Raises what `sound_draft` and `put_in_force` raise."""
    return put_in_force(house, sound_draft(house, pool, seen, word, now))


def sound_draft(house: House, pool: RenderPool, seen: Seen, word: Word, now: datetime) -> Sound:
    """The draft as `seen`, checked at the UTC instant `now`; writes nothing.

    Raises Unpublishable with every fault, and UsageError where somebody has saved or published meanwhile, or where
    `[templates] second_person` wants an approval that is not there.
    """
    said = _said(word)
    with house.store.read() as tx:
        draft = _publishable(tx, house, seen)
    _require_sound(house, pool, (seen.wording, draft.texts), now)

    def new(tx: Transaction, number: int) -> WordingVersion:
        again = _publishable(tx, house, seen)
        keep_moved(tx, replace(again, state=DraftState.CLOSED))
        made = _version(seen.wording, number, said, now)
        return replace(made, author=again.author, texts=again.texts, approved_by=again.approved_by)

    return Sound(seen.wording, new)


def sound_version(house: House, pool: RenderPool, which: tuple[Seen, int], word: Word, now: datetime) -> Sound:
    """The text of an older version, (the wording as `seen`, its number), checked to be in force again as a new one.

    It needs no second person: its text had been published before. A draft that is open stays open. Raises Unpublishable
    where today's checks find a fault in it, and UsageError where there is no such version, it is in force, or another
    than the newest that was seen is.
    """
    said, (seen, number) = _said(word), which
    wording = seen.wording
    with house.store.read() as tx:
        old = wordings.version(tx, wording, number)
        newest = wordings.newest_number(tx, wording)
    if old is None:
        raise UsageError(f"there is no version {number} of {wording.words}; the newest is {newest}")
    require_newest(newest, seen, _LOOK)
    if number == newest:
        raise UsageError(f"version {number} of {wording.words} is in force already")
    _require_sound(house, pool, (wording, old.texts), now)

    def new(_tx: Transaction, next_number: int) -> WordingVersion:
        require_newest(next_number - 1, seen, _LOOK)
        made = _version(wording, next_number, said, now)
        return replace(made, kind=VersionKind.ROLLED_BACK, author=old.author, texts=old.texts, of=old.number)

    return Sound(wording, new)


def sound_file(house: House, pool: RenderPool, seen: Seen, word: Word, now: datetime) -> Sound:
    """The files' text, checked to hold again.

    Raises Unpublishable where that has a fault, and UsageError where it holds already, or another version than the
    newest that was `seen` is in force.
    """
    said, wording = _said(word), seen.wording
    with house.store.read() as tx:
        newest = wordings.newest_number(tx, wording)
        current = wordings.version(tx, wording, newest)
    require_newest(newest, seen, _LOOK)
    if current is None or not current.texts:
        raise UsageError(f"the file's text of {wording.words} is in force already")
    _require_sound(house, pool, (wording, {}), now)

    def new(_tx: Transaction, number: int) -> WordingVersion:
        require_newest(number - 1, seen, _LOOK)
        return replace(_version(wording, number, said, now), kind=VersionKind.TAKEN_BACK)

    return Sound(wording, new)


def put_in_force(house: House, sound: Sound) -> NewVersion:
    """Write what was checked; all processes follow. It waits for the database alone, as every writer does.

    Raises UsageError where somebody has saved or published since it was checked.
    """
    with house.store.write() as tx:
        tx.lock(wordings.LOCK)
        version = sound.new(tx, wordings.newest_number(tx, sound.wording) + 1)
        wordings.add_version(tx, version)
        released = outbox.release_mended(tx, partial(version_of, in_force(tx, house)))
    return NewVersion(version, released)


def _said(word: Word) -> Word:
    if len(word.note) > MOST_NOTE:
        raise UsageError(f"the note has {len(word.note)} characters, at most {MOST_NOTE} are kept; shorten it")
    return Word(operator_name(word.by), word.note.strip())


def _publishable(tx: Transaction, house: House, seen: Seen) -> Draft:
    draft = open_draft(tx, house, seen)
    newest = wordings.newest_number(tx, seen.wording)
    if draft.base != newest:
        raise UsageError(
            f"version {newest} of {seen.wording.words} was published after this draft was begun from "
            f"{f'version {draft.base}' if draft.base else 'the file'}; look at the difference, then publish again"
        )
    if house.second_person and draft.state is not DraftState.APPROVED:
        raise UsageError(f"another person must approve the draft of {seen.wording.words} first: ask for it")
    return draft


def wrong_with(house: House, pool: RenderPool, what: tuple[Wording, Texts], now: datetime) -> list[str]:
    """What keeps texts, (wording, its texts), from coming into force at the UTC instant `now`; none: nothing does.

    What fails beside them, like the layout, does not. Raises RenderError where no limited process can be started.
    """
    found = check_draft(house, pool, *what, now)
    wrong = [str(one) for one in found if one.severity is Severity.FAULT]
    if wrong:
        return wrong
    failing = checked(house, pool, what, MOST_TRIED, now).failing
    return [str(one) for one in failing if one.fault.severity is Severity.FAULT]


def _require_sound(house: House, pool: RenderPool, what: tuple[Wording, Texts], now: datetime) -> None:
    """Raises Unpublishable. No texts: those of the files.

    Where the files have none, the locale falls back to another that is in force.
    """
    wording, texts = what
    given = texts or whole_in(house.catalogue.written, wording)
    wrong = wrong_with(house, pool, (wording, given), now) if given else []
    if wrong:
        raise Unpublishable(wording.words, wrong)


def _version(wording: Wording, number: int, word: Word, now: datetime) -> WordingVersion:
    return WordingVersion(
        wording=wording,
        number=number,
        kind=VersionKind.PUBLISHED,
        texts={},
        author=word.by,
        published_by=word.by,
        approved_by="",
        note=word.note,
        published_at=now,
    )

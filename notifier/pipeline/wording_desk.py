"""Drafts of templates: saved, asked approval for, approved, thrown away. Colour: root. Called by cli and the console.

One draft is open for each wording. Its revision grows with each save; who saves or approves says which one they saw.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from notifier import wordings
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.people import operator_name
from notifier.render.catalogue import LARGEST_FILE, tag
from notifier.store.engine import Transaction
from notifier.terms.wording import Draft, DraftState, Texts, Wording
from notifier.terms.words import Channel

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Seen:
    """The draft of a wording as somebody saw it: at which revision (0: there was none).

    `base` is the number of the version that their text stands on (0: the file), which a save asks for; to who puts an
    older one in force, or has compared their draft, that of the newest.
    """

    wording: Wording
    revision: int
    base: int = 0


def wording_of(house: House, purpose: str, channel: str, locale: str = "", brand: str = "") -> Wording:
    """The wording that a person or an address names. `locale` in any case, `en` is English like "".

    Raises UsageError, with what there is.
    """
    if purpose not in house.catalogue.purposes:
        raise UsageError(f"there is no purpose {purpose!r}; name one of {', '.join(sorted(house.catalogue.purposes))}")
    if channel not in tuple(Channel):
        raise UsageError(f"there is no channel {channel!r}; name one of {', '.join(Channel)}")
    if brand and brand not in house.brands:
        raise UsageError(f"there is no brand {brand!r}; name one of {', '.join(house.brands)}, or none for all of them")
    spelt = tag(locale)
    if spelt and not _LOCALE.fullmatch(spelt):
        raise UsageError(f"{locale[:40]!r} is no language; write one like de or de-AT, or none for English")
    return Wording(purpose, Channel(channel), "" if spelt == "en" else spelt, brand)


def save_draft(house: House, seen: Seen, texts: Texts, by: str, now: datetime) -> Draft:
    """Save all parts of a wording; returns the draft with its new revision, or as it was where nothing is different.

    A draft that had been submitted or approved must be so again. A new one stands on the version that was `seen`, not
    on the newest: what was published meanwhile was not in it. Raises UsageError where somebody else has saved or closed
    the draft since `seen`, or a part is missing or too long.
    """
    by, kept = operator_name(by), _clean(seen.wording, texts)
    with house.store.write() as tx:
        before = wordings.draft_of(tx, seen.wording)
        there = before if before is not None and before.state is not DraftState.CLOSED else None
        if there is None and seen.revision:
            raise UsageError(_CLOSED.format(what=seen.wording.words))
        if there is not None and there.texts == kept:
            return there
        _require_seen(house, there, seen)
        base = there.base if there else min(seen.base, wordings.newest_number(tx, seen.wording))
        revision = (before.revision if before else 0) + 1
        draft = Draft(seen.wording, kept, revision, base, DraftState.EDITING, by, now)
        if not wordings.keep_draft(tx, draft):
            raise UsageError(_CONFLICT.format(what=seen.wording.words, who="somebody else", at="just now"))
        return draft


def submit(house: House, seen: Seen, by: str) -> Draft:
    """Ask another person to approve the draft as `seen`. Raises UsageError."""
    return _move(house, seen, lambda one: replace(one, state=DraftState.SUBMITTED, asked_by=operator_name(by)))


def approve(house: House, seen: Seen, by: str) -> Draft:
    """Approve the draft as `seen`, so that it may be published. Raises UsageError, also for its own author."""
    name = operator_name(by)

    def approved(draft: Draft) -> Draft:
        if name == draft.author:
            raise UsageError(f"{name} wrote this draft; another person must approve it")
        if draft.state is not DraftState.SUBMITTED:
            raise UsageError(f"approval of {draft.wording.words} was not asked for; submit it first")
        return replace(draft, state=DraftState.APPROVED, approved_by=name)

    return _move(house, seen, approved)


def catch_up(house: House, seen: Seen) -> Draft:
    """Say that the draft takes the newest version into account, which was published after it was begun.

    Raises UsageError, also where another version than the newest that was `seen` is in force.
    """
    with house.store.write() as tx:
        draft, newest = open_draft(tx, house, seen), wordings.newest_number(tx, seen.wording)
        require_newest(newest, seen, "compare your draft with it, then say so again")
        return keep_moved(tx, replace(draft, base=newest))


def discard(house: House, seen: Seen) -> None:
    """Throw the draft away as `seen`; what is in force stays. Raises UsageError."""
    _move(house, seen, lambda one: replace(one, state=DraftState.CLOSED))


def open_draft(tx: Transaction, house: House, seen: Seen) -> Draft:
    """The open draft, if it is still as `seen`. Raises UsageError."""
    draft = wordings.draft_of(tx, seen.wording)
    if draft is None or draft.state is DraftState.CLOSED:
        raise UsageError(f"there is no draft of {seen.wording.words}; it was published or thrown away")
    _require_seen(house, draft, seen)
    return draft


def require_newest(newest: int, seen: Seen, remedy: str) -> None:
    """Raises UsageError where another version than the newest that was `seen` is in force: nothing is undone unseen."""
    if newest != seen.base:
        raise UsageError(f"version {newest} of {seen.wording.words} came into force meanwhile; {remedy}")


def keep_moved(tx: Transaction, draft: Draft) -> Draft:
    """Write down where a draft stands now. Raises UsageError where somebody has saved since it was read."""
    if not wordings.move_draft(tx, draft):
        raise UsageError(_CONFLICT.format(what=draft.wording.words, who="somebody else", at="just now"))
    return draft


_CLOSED = (
    "the draft of {what} was published or thrown away meanwhile; look at it, then save yours as a new one or leave it"
)
_CONFLICT = "{who} has saved another draft of {what} ({at}); look at it, then save yours over it or leave it"


def _move(house: House, seen: Seen, change: Callable[[Draft], Draft]) -> Draft:
    with house.store.write() as tx:
        return keep_moved(tx, change(open_draft(tx, house, seen)))


def _require_seen(house: House, draft: Draft | None, seen: Seen) -> None:
    if draft is not None and draft.revision != seen.revision:
        tz = house.judging.policy.timezone
        at = f"{draft.changed_at.astimezone(tz):%Y-%m-%d %H:%M} {tz.key}"
        raise UsageError(_CONFLICT.format(what=seen.wording.words, who=draft.author, at=at))


def _clean(wording: Wording, texts: Texts) -> dict[str, str]:
    """The parts as files have them: with line ends of one sign, and nothing that a database cannot keep."""
    kept = {}
    for part in wording.parts:
        if part not in texts:
            raise UsageError(f"{wording.file(part)} is missing; save {' and '.join(wording.parts)} together")
        text = texts[part].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        kept[part] = text.encode("utf-8", "replace").decode("utf-8")
        if len(kept[part].encode()) > LARGEST_FILE:
            raise UsageError(f"{wording.file(part)} is over {LARGEST_FILE // 1024} KB; shorten it")
    return kept

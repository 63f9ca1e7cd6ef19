"""Between the shop's template folder and the published versions, for teams with git. Colour: root. Called by cli.

pull writes what is published into the folder, push publishes what the folder has; both by wording, never by file alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from notifier import wordings
from notifier.errors import Unpublishable, UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import whole_in
from notifier.pipeline.publishing import Word, publish, wrong_with
from notifier.pipeline.wording_check import check_draft
from notifier.pipeline.wording_desk import Seen, save_draft, submit
from notifier.pipeline.wording_history import packaged_texts, standings
from notifier.render_pool import RenderPool
from notifier.template_files import own_files, write_files
from notifier.terms.wording import DraftState, Texts, Wording, WordingFault


@dataclass(frozen=True, slots=True)
class Difference:
    """A wording of which the shop's folder has at least one file, and another text than is published.

    `folder` is the folder's text, `published` that of version `number`; where none is published (0), that of the
    package. `newest` is the number of the newest version, as `pipeline.wording_history.Standing` has it.
    """

    wording: Wording
    folder: Texts
    published: Texts
    number: int
    newest: int


@dataclass(slots=True)
class Pulled:
    """Files written, those that were so already, and those left alone because somebody has changed them by hand.

    `waiting` are files of a language that is not written for the other channel yet: a folder must have it whole.
    """

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one wording: `number` is its new version, 0 where it waits for approval (`submitted`), was only
    looked at, or has `faults`; `released` counts the held messages that go now.
    """

    wording: Wording
    number: int = 0
    submitted: bool = False
    released: int = 0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one text: `where` is folder, published or draft."""

    wording: Wording
    where: str
    faults: Sequence[WordingFault]


def differences(house: House, own: Path) -> list[Difference]:
    """Where the shop's folder `own` and what is published differ, by wording."""
    files, found = own_files(own), []
    for one in standings(house):
        wording = one.wording
        if not any(wording.file(part) in files for part in wording.parts):
            continue
        folder = whole_in(house.catalogue.written, wording)
        published = one.published or packaged_texts(wording)
        if folder != published:
            found.append(Difference(wording, folder, published, one.number, one.newest))
    return found


def pull(house: House, own: Path, *, force: bool) -> Pulled:
    """Write every published text into the folder `own`.

    A file that holds neither the packaged text nor one that was published once is somebody's work: it is left alone,
    unless `force`.
    """
    files, pulled = own_files(own), Pulled()
    wanted: dict[str, str] = {}
    for one in standings(house):
        if one.waits:
            pulled.waiting += map(one.wording.file, one.published)
        if one.waits or not one.is_published:
            continue
        past = _past(house, one.wording)
        for part, text in one.published.items():
            path = one.wording.file(part)
            here, shipped = files.get(path), packaged_texts(one.wording).get(part)
            known = here is None or here == shipped or here in {texts.get(part) for texts in past}
            if here == text:
                pulled.same.append(path)
            elif known or force:
                wanted[path] = text
            else:
                pulled.refused.append(path)
    write_files(own, wanted)
    pulled.written = sorted(wanted)
    return pulled


def push(house: House, pool: RenderPool, wanted: Sequence[Difference], word: Word, now: datetime) -> Iterator[Pushed]:
    """Publish what the folder has and the database has not, wording by wording, each as it is done.

    With `[templates] second_person` it asks for approval instead. One with faults stops no other. One whose text was
    in force before what is published now is left alone: the folder is behind.
    """
    behind = _behind(house, wanted)
    for one in wanted:
        try:
            yield behind.get(one.wording) or _pushed(house, pool, one, word, now)
        except Unpublishable as refused:
            yield Pushed(one.wording, faults=tuple(refused.faults))
        except UsageError as refused:
            yield Pushed(one.wording, faults=(str(refused),))


def rehearse(house: House, pool: RenderPool, wanted: Sequence[Difference], now: datetime) -> Iterator[Pushed]:
    """As `push`, but nothing is saved or published."""
    behind = _behind(house, wanted)
    for one in wanted:
        wrong = behind.get(one.wording)
        yield wrong or Pushed(one.wording, faults=tuple(wrong_with(house, pool, (one.wording, one.folder), now)))


def look_through(house: House, pool: RenderPool, own: Path, now: datetime, *, drafts: bool) -> Iterator[Looked]:
    """Check what the folder has, what is published and the open drafts; with `drafts` these alone."""
    files = own_files(own)
    for one in standings(house):
        wording = one.wording
        texts: list[tuple[str, Texts]] = []
        if not drafts and any(wording.file(part) in files for part in wording.parts):
            texts.append(("folder", whole_in(house.catalogue.written, wording)))
        if not drafts and one.is_published:
            texts.append(("published", one.published))
        if one.draft is not None:
            texts.append(("draft", one.draft.texts))
        for where, text in texts:
            yield Looked(wording, where, check_draft(house, pool, wording, text, now))


def _pushed(house: House, pool: RenderPool, one: Difference, word: Word, now: datetime) -> Pushed:
    seen = Seen(one.wording, _revision(house, one), one.newest)
    draft = save_draft(house, seen, one.folder, word.by, now)
    saved = Seen(one.wording, draft.revision)
    if house.second_person and draft.state is not DraftState.APPROVED:
        faults = wrong_with(house, pool, (one.wording, one.folder), now)
        if not faults:
            submit(house, saved, word.by)
        return Pushed(one.wording, submitted=not faults, faults=tuple(faults))
    made = publish(house, pool, saved, word, now)
    return Pushed(one.wording, made.version.number, released=made.released)


def _behind(house: House, wanted: Sequence[Difference]) -> dict[Wording, Pushed]:
    """What is said of each wording of which the folder has an older text than is published; new texts are left out."""
    found = {}
    with house.store.read() as tx:
        for one in wanted:
            past = [version.texts for version in wordings.versions(tx, one.wording)] if one.number else []
            if past and one.folder in (packaged_texts(one.wording), *past):
                told = f"version {one.number} is newer than the folder's text; pull it, or roll back in the console"
                found[one.wording] = Pushed(one.wording, faults=(told,))
    return found


def _revision(house: House, one: Difference) -> int:
    """That of the open draft which this push may save over: its own of before. 0 where there is none, or another's."""
    with house.store.read() as tx:
        draft = wordings.draft_of(tx, one.wording)
    own = draft is not None and draft.state is not DraftState.CLOSED and draft.texts == one.folder
    return draft.revision if draft is not None and own else 0


def _past(house: House, wording: Wording) -> list[Texts]:
    with house.store.read() as tx:
        return [one.texts for one in wordings.versions(tx, wording)]

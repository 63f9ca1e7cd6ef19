"""Drafts of templates and their published versions. Colour: store. Called by pipeline in_force and wording_desk.

What is in force is the newest version of each wording. Versions are only ever added, so a rollback is a version too.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select, update

from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow, insert_new, table_of
from notifier.store.meta import keep_mark
from notifier.store.tables import WordingDraft, WordingVersionRow
from notifier.terms.wording import Draft, DraftState, Texts, VersionKind, Wording, WordingVersion
from notifier.terms.words import Channel

_draft, _version = table_of(WordingDraft), table_of(WordingVersionRow)

LOCK = "wordings"
"""Held by who publishes: versions of a wording are counted."""

KEY = ("purpose", "channel", "locale", "brand")


def draft_of(tx: Transaction, wording: Wording) -> Draft | None:
    """The row of a wording's draft, open or closed; None where it was never edited."""
    row = tx.connection.execute(select(_draft).where(_is(_draft, wording))).first()
    return _as_draft(row) if row is not None else None


def open_drafts(tx: Transaction) -> list[Draft]:
    """All drafts that are not closed, in the order of their wordings."""
    there = select(_draft).where(_draft.c.state != DraftState.CLOSED).order_by(*(_draft.c[name] for name in KEY))
    return [_as_draft(row) for row in tx.connection.execute(there)]


def keep_draft(tx: Transaction, draft: Draft) -> bool:
    """Save a draft; False where its row is not at the revision before any more: somebody was faster."""
    given = _given(draft.wording) | {
        "texts": json.dumps(dict(draft.texts)),
        "revision": draft.revision,
        "base": draft.base,
        "state": draft.state.value,
        "author": draft.author,
        "changed_at": draft.changed_at,
        "asked_by": draft.asked_by,
        "approved_by": draft.approved_by,
    }
    if draft.revision == 1:
        return bool(insert_new(tx, _draft, [given], returning=[_draft.c.revision]))
    before = _is(_draft, draft.wording) & (_draft.c.revision == draft.revision - 1)
    return tx.connection.execute(update(_draft).where(before).values(**given)).rowcount == 1


def move_draft(tx: Transaction, draft: Draft) -> bool:
    """Write down the state, the base and who asked and approved; False where its revision is another one by now."""
    same = _is(_draft, draft.wording) & (_draft.c.revision == draft.revision)
    said = {"state": draft.state.value, "base": draft.base}
    said |= {"asked_by": draft.asked_by, "approved_by": draft.approved_by}
    return tx.connection.execute(update(_draft).where(same).values(**said)).rowcount == 1


def versions(tx: Transaction, wording: Wording) -> list[WordingVersion]:
    """All versions of a wording, newest first."""
    query = select(_version).where(_is(_version, wording)).order_by(_version.c.number.desc())
    return [_as_version(row) for row in tx.connection.execute(query)]


def version(tx: Transaction, wording: Wording, number: int) -> WordingVersion | None:
    """One version by its number."""
    query = select(_version).where(_is(_version, wording), _version.c.number == number)
    row = tx.connection.execute(query).first()
    return _as_version(row) if row is not None else None


def newest_number(tx: Transaction, wording: Wording) -> int:
    """The number of the version in force; 0: none was ever published."""
    query = select(func.max(_version.c.number)).where(_is(_version, wording))
    return tx.connection.execute(query).scalar_one() or 0


def add_version(tx: Transaction, new: WordingVersion) -> None:
    """Put a version in force; who publishes holds LOCK. All processes see it at their next transaction."""
    tx.connection.execute(
        insert(_version),
        _given(new.wording)
        | {
            "number": new.number,
            "kind": new.kind.value,
            "texts": json.dumps(dict(new.texts)),
            "author": new.author,
            "published_by": new.published_by,
            "approved_by": new.approved_by,
            "note": new.note,
            "of": new.of,
            "published_at": new.published_at,
        },
    )
    keep_mark(tx, f"{new.wording.words}, version {new.number}, {new.published_at.isoformat()}")


def in_force(tx: Transaction) -> list[WordingVersion]:
    """The newest version of each wording that was ever published, those without a text among them."""
    newest = select(func.max(_version.c.id)).group_by(*(_version.c[name] for name in KEY))
    query = select(_version).where(_version.c.id.in_(newest)).order_by(*(_version.c[name] for name in KEY))
    return [_as_version(row) for row in tx.connection.execute(query)]


def _is(table: Table, wording: Wording) -> ColumnElement[bool]:
    given = _given(wording)
    condition: ColumnElement[bool] = table.c.purpose == given["purpose"]
    for name in KEY[1:]:
        condition &= table.c[name] == given[name]
    return condition


def _given(wording: Wording) -> dict[str, Any]:
    return {
        "purpose": wording.purpose,
        "channel": wording.channel.value,
        "locale": wording.locale,
        "brand": wording.brand,
    }


def _wording(row: AnyRow) -> Wording:
    return Wording(row.purpose, Channel(row.channel), row.locale, row.brand)


def _texts(written: str) -> Texts:
    found: Mapping[str, str] = json.loads(written)
    return found


def _as_draft(row: AnyRow) -> Draft:
    return Draft(
        _wording(row),
        _texts(row.texts),
        row.revision,
        row.base,
        DraftState(row.state),
        row.author,
        row.changed_at,
        row.asked_by,
        row.approved_by,
    )


def _as_version(row: AnyRow) -> WordingVersion:
    return WordingVersion(
        wording=_wording(row),
        number=row.number,
        kind=VersionKind(row.kind),
        texts=_texts(row.texts),
        author=row.author,
        published_by=row.published_by,
        approved_by=row.approved_by,
        note=row.note,
        published_at=row.published_at,
        of=row.of,
    )

"""The policy's figures as a support lead sets them: what is in force, proposed, saved, taken back. Colour: root.

Called by the web and by cli.policy. A figure that the console sets lies over settings.toml and under the environment.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifier import policy_changes
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.in_force import figured
from notifier.pipeline.judged_by import judged_by
from notifier.pipeline.policy_table import Given
from notifier.policy_changes import Change, Figure, Kept
from notifier.settings import Settings
from notifier.settings.faults import Place
from notifier.settings.laid import EDITABLE, checked, figure_of, fixed_by, lay
from notifier.settings.shape import field_at
from notifier.store.engine import Store, Transaction
from notifier.terms.time import zone

CONSOLE = "console"

MOST_CHANGES = 50

Faults = Mapping[str, str]
"""By the name of the field, `policy.email_from` or `policy.caps.0.count`: what is wrong, with the remedy."""


@dataclass(frozen=True, slots=True)
class Set:
    """One figure that may be set: its value in force, that of the settings, both as settings.toml writes them.

    `source`: who set it at the console; empty: the settings say so. `fixed`: the variable that nobody can overrule.
    """

    key: str
    value: str
    settings_say: str
    meaning: str
    source: str = ""
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """All figures that may be set, in their order, as they are after the change `newest` (0: none yet)."""

    figures: Sequence[Set]
    newest: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Proposal:
    """Figures that somebody would like: `settings` with them, and what that changes. `base`: the change before."""

    settings: Settings
    figures: Sequence[Figure]
    base: int


def standing(house: House) -> Standing:
    """What is in force, and where it comes from."""
    with house.store.read() as tx:
        kept, newest = policy_changes.in_force(tx), policy_changes.newest(tx)
        own = _own(house)
        laid = figured(tx, own) or own
    return Standing([_set(own, laid, key, kept.get(key)) for key in EDITABLE], newest, laid)


def _set(own: Settings, laid: Settings, key: str, kept: Kept | None) -> Set:
    field = field_at(tuple(key.split(".")))
    meaning, value, says = (field and field.description) or "", figure_of(laid, key), figure_of(own, key)
    fixed = fixed_by(own, key)
    source = _said_by(kept, own) if kept and not fixed and kept.value == value else ""
    return Set(key, value, says, meaning, source, fixed)


def _said_by(kept: Kept, own: Settings) -> str:
    tz = zone(own.shop.timezone)
    return f"{CONSOLE}, {kept.by}, {kept.at.astimezone(tz):%Y-%m-%d %H:%M} {tz.key}"


def _own(house: House) -> Settings:
    if house.settings is None:
        raise UsageError("this shop was opened without its settings, so its figures cannot be set")
    return house.settings


def propose(house: House, given: Mapping[str, Any]) -> tuple[Proposal, Faults]:
    """What the values `given` (as a form gives them, by key) would change, or every fault by its field."""
    there = standing(house)
    own = _own(house)
    before = {one.key: one for one in there.figures}
    wanted = {key: value for key, value in given.items() if key in before and not before[key].fixed}
    laid, faults = checked(there.settings, wanted)
    if faults:
        return Proposal(there.settings, (), there.newest), {".".join(map(str, at)): text for at, text in faults.items()}
    changed = [
        Figure(key, before[key].value, None if figure_of(laid, key) == figure_of(own, key) else figure_of(laid, key))
        for key in EDITABLE
        if figure_of(laid, key) != before[key].value
    ]
    return Proposal(laid, changed, there.newest), {}


def save(house: House, proposal: Proposal, by: str, note: str, now: datetime) -> int:
    """Let the proposed figures count, in every process from its next work on; returns the change's id.

    Raises UsageError where nothing would change, or somebody has saved figures since the proposal was made.
    """
    if not proposal.figures:
        raise UsageError("nothing is changed, so there is nothing to save")
    with house.store.write() as tx:
        _require_base(tx, proposal.base)
        return policy_changes.keep(tx, proposal.figures, by, note, now)


def roll_back(house: House, which: tuple[int, int], by: str, now: datetime) -> int:
    """Let the figures be as they were before a change, as a change of its own; returns its id.

    `which` are the change and the newest one that was seen. Raises UsageError where there is no such change, where
    somebody has saved figures since, or where that is how they are.
    """
    change, seen = which
    own = _own(house)
    with house.store.write() as tx:
        tx.lock(policy_changes.LOCK)
        if not 1 <= change <= policy_changes.newest(tx):
            raise UsageError(f"there is no change {change} of the policy's figures")
        _require_base(tx, seen)
        now_kept, then = policy_changes.in_force(tx), policy_changes.in_force(tx, change - 1)
        figures = [
            Figure(key, _value(own, now_kept, key), then[key].value if key in then else None)
            for key in EDITABLE
            if _value(own, now_kept, key) != _value(own, then, key)
        ]
        if not figures:
            raise UsageError(f"the figures are as they were before change {change} already")
        return policy_changes.keep(tx, figures, by, f"back to before change {change}", now)


def _value(own: Settings, kept: Mapping[str, Kept], key: str) -> str:
    return kept[key].value if key in kept else figure_of(own, key)


def _require_base(tx: Transaction, base: int) -> None:
    tx.lock(policy_changes.LOCK)
    if policy_changes.newest(tx) != base:
        (last,) = policy_changes.history(tx, 1)
        raise UsageError(
            f"{last.by} has saved other figures meanwhile, so nothing was changed now. Look at them, then try again"
        )


def past(house: House, most: int = MOST_CHANGES) -> list[Change]:
    """The last changes, the newest first."""
    with house.store.read() as tx:
        return policy_changes.history(tx, most)


def shown_by(store: Store, settings: Settings, given: Given) -> tuple[Settings, Given]:
    """The settings with the console's figures, and who set each place: what `policy_table` shows."""
    with store.read() as tx:
        kept, laid = policy_changes.in_force(tx), figured(tx, settings)
    if laid is None:
        return settings, given
    sources = dict(given)
    for key, one in kept.items():
        if not fixed_by(settings, key) and figure_of(laid, key) == one.value:
            sources[tuple(key.split("."))] = _said_by(one, settings)
    return laid, sources


def variant(house: House, other: House, said: Collection[Place]) -> House:
    """The shop `other`, whose settings differ in the places that a file `said`, the console's figures elsewhere."""
    if other.settings is None:
        return other
    with house.store.read() as tx:
        kept = policy_changes.in_force(tx)
    named = {".".join(map(str, place[:2])) for place in said}
    laid, _ = lay(other.settings, {key: one.value for key, one in kept.items() if key not in named})
    return judged_by(other, laid)


def caps_given(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The caps of a form whose fields are called `policy.caps.NUMBER.NAME`, those without a count left out."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        found = re.fullmatch(r"policy\.caps\.(\d{1,2})\.(count|period|channel|class|brand)", name)
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = value.strip()
    return [row for _, row in sorted(rows.items()) if row.get("count")]

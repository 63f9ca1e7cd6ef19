"""The form of the policy's figures: its fields in groups, what somebody typed, and what is wrong with it. Colour: door.

Used by policy. A field is called as its setting, `policy.email_from`; the caps are numbered rows.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifier.pipeline.policy_figures import Faults, Set, caps_given
from notifier.settings.laid import EDITABLE

CAPS = "policy.caps"
GROUPS: Mapping[str, str] = {
    "Hours": "policy",
    "A new backorder": "placed",
    "A changed date": "eta_change",
    "Still waiting": "progress",
    "A code for patience": "reward",
    "The law on delays": "delay_rule",
}
"""The sections by what they are called; the caps of the first have rows of their own."""

LABELS: Mapping[str, str] = {
    "policy.email_from": "Emails from",
    "policy.email_until": "Emails until",
    "policy.text_from": "Texts from",
    "policy.text_until": "Texts until",
    "policy.text_sunday_from": "Texts on Sundays from",
    "policy.offers_on_holidays": "Offers on holidays",
    "policy.quiet_after_call_days": "Quiet days after a call",
    "policy.caps": "Frequency caps",
    "placed.max_age_days": "Oldest order, in days",
    "eta_change.min_days": "Least move, in days",
    "progress.every_days": "Days between two",
    "progress.days_before": "Days before the date for the last one",
    "progress.max_without_news": "Most without news",
    "reward.after_days": "Days of waiting",
    "reward.valid_days": "Days that a code is valid",
    "reward.per_customer_per_year": "Codes a year for one customer",
    "delay_rule.decide_days": "Days without a date before the promise",
    "delay_rule.lead_days": "Days before a deadline",
    "delay_rule.settle_minutes": "Minutes that a new date must stand",
}

TICK = "policy.offers_on_holidays"
"""The one figure that is a yes or a no: a browser sends nothing of a box that is not ticked."""

BLANK_CAPS = 2
"""Empty rows for more caps."""

NEW_CAP = {"count": "", "period": "", "channel": "all", "class": "all", "brand": ""}
CHANNELS, CLASSES = ("all", "email", "sms"), ("all", "required", "service", "marketing")


@dataclass(frozen=True, slots=True)
class Shown:
    """One field: how it is typed in (time, number, tick), what stands in it, and what is wrong with that."""

    figure: Set
    label: str
    kind: str
    value: str
    fault: str


@dataclass(frozen=True, slots=True)
class Form:
    """All fields in groups, and the caps as rows of words; `faults` of rows are called `policy.caps.0.count`."""

    groups: Sequence[tuple[str, Sequence[Shown]]]
    caps: Sequence[Mapping[str, str]]
    cap_figure: Set
    faults: Faults


def form_of(figures: Sequence[Set], typed: Mapping[str, str] | None = None, faults: Faults | None = None) -> Form:
    """The form with what is in force, or with what somebody `typed` and what is wrong with it."""
    by_key, wrong = {one.key: one for one in figures}, faults or {}
    groups = [
        (title, [_shown(by_key[key], typed, wrong.get(key, "")) for key in _keys(section)])
        for title, section in GROUPS.items()
    ]
    rows = _caps(by_key[CAPS].value) if typed is None else _numbered(typed)
    return Form(groups, [*rows, *[NEW_CAP] * BLANK_CAPS], by_key[CAPS], wrong)


def _keys(section: str) -> list[str]:
    return [key for key in EDITABLE if key.startswith(f"{section}.") and key != CAPS]


def _shown(figure: Set, typed: Mapping[str, str] | None, fault: str) -> Shown:
    value = tomllib.loads(f"v = {figure.value}")["v"]
    kind = "tick" if isinstance(value, bool) else "time" if isinstance(value, str) else "number"
    text = figure.value if kind == "tick" else str(value)
    if typed is not None and not figure.fixed:
        text = _ticked(typed, figure.key) if kind == "tick" else typed.get(figure.key, text)
    return Shown(figure, LABELS[figure.key], kind, text, fault)


def _ticked(typed: Mapping[str, str], key: str) -> str:
    return "true" if typed.get(key) else "false"


def _caps(text: str) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in row.items()} for row in tomllib.loads(f"v = {text}")["v"]]


def _numbered(typed: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of caps as they were typed. Rows without a count are gone, so that numbers and faults agree."""
    return [NEW_CAP | row for row in caps_given(typed)]


def given(typed: Mapping[str, str]) -> dict[str, Any]:
    """What the form gives, by key: what it does not have is not asked to change."""
    found: dict[str, Any] = {}
    if not typed:
        return found
    for key in (one for section in GROUPS.values() for one in _keys(section)):
        if key in typed or key == TICK:
            found[key] = _ticked(typed, key) if key == TICK else typed[key].strip()
    if any(name.startswith(f"{CAPS}.") for name in typed):
        found[CAPS] = caps_given(typed)
    return found


def spoken(text: str | None) -> str:
    """A value as settings.toml writes it, in words; None: the settings decide."""
    if text is None:
        return "as the settings say"
    value = tomllib.loads(f"v = {text}")["v"]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(_cap_words, value)) or "none" if isinstance(value, list) else str(value)


def _cap_words(row: Mapping[str, Any]) -> str:
    words = [f"{row['count']} in {row['period']}"]
    words += [f"by {row['channel']}"] if row["channel"] != "all" else []
    words += [str(row["class"])] if row["class"] != "all" else []
    words += [f"of {row['brand']}"] if row["brand"] else []
    return " ".join(words)

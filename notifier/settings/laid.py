"""Figures of the policy that the team sets at the console, laid over the settings. Colour: root. Called by pipeline.

A figure is `section.key`; its value is written as settings.toml would write it, and checked by the very sections that
read that file. A variable of the environment wins over the console, as it wins over the file.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from notifier.settings.checks import cross_faults
from notifier.settings.document import written
from notifier.settings.faults import Place, field_faults
from notifier.settings.whole import Sections, Settings

EDITABLE: tuple[str, ...] = (
    "policy.email_from",
    "policy.email_until",
    "policy.text_from",
    "policy.text_until",
    "policy.text_sunday_from",
    "policy.offers_on_holidays",
    "policy.quiet_after_call_days",
    "policy.caps",
    "placed.max_age_days",
    "eta_change.min_days",
    "progress.every_days",
    "progress.days_before",
    "progress.max_without_news",
    "reward.after_days",
    "reward.valid_days",
    "reward.per_customer_per_year",
    "delay_rule.decide_days",
    "delay_rule.lead_days",
    "delay_rule.settle_minutes",
)
"""What a support lead may set: when and how often people are written to.

Not here, because somebody who runs the shop should decide it in the file: which law holds and what a lapse does,
consent and marketplaces, what a code is worth and its budget, and the brake, which is there to check the lead, too.
"""

Figures = Mapping[str, str]
"""`section.key` → the value as settings.toml writes it."""


def fixed_by(settings: Settings, key: str) -> str:
    """The variable of the environment that sets this figure; "" where none does."""
    place = tuple(key.split("."))
    return next((name for at, name in settings.variables.items() if at[: len(place)] == place), "")


def figure_of(settings: Settings, key: str) -> str:
    """One figure in force in `settings`, as settings.toml writes it."""
    section, name = key.split(".")
    return written(getattr(getattr(settings, section), name))


def checked(settings: Settings, given: Mapping[str, Any]) -> tuple[Settings, dict[Place, str]]:
    """The settings with these values (as a form or TOML gives them) laid over, and every fault by its place.

    Where there are faults, the settings are those without what is laid over. What is fixed by a variable stays.
    """
    tables: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        section, name = key.split(".")
        if key in EDITABLE and not fixed_by(settings, key):
            there = tables.setdefault(section, getattr(settings, section).model_dump(by_alias=True))
            there[name] = value
    try:
        sections = Sections.model_validate(tables)
    except ValidationError as error:
        return settings, field_faults(error)
    laid = settings.model_copy(update={name: getattr(sections, name) for name in tables})
    faults = {at: text for at, text in cross_faults(laid, ()) if at[0] in tables}
    return (settings if faults else laid), faults


def lay(settings: Settings, figures: Figures) -> tuple[Settings, list[str]]:
    """The settings with the figures laid over, and the keys of those that do not hold any more.

    The file may have changed since they were checked: what contradicts it now is left out, not told as a fault, because
    every process would stop at it.
    """
    good = {key: tomllib.loads(f"v = {text}")["v"] for key, text in figures.items()}
    out: list[str] = []
    while good:
        laid, faults = checked(settings, good)
        if not faults:
            return laid, out
        wrong = {f"{at[0]}.{at[1]}" for at in faults if len(at) > 1} & good.keys()
        wrong = wrong or {key for key in good if key.partition(".")[0] in {at[0] for at in faults}} or set(good)
        out += sorted(wrong)
        good = {key: value for key, value in good.items() if key not in wrong}
    return settings, out

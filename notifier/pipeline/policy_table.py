"""The effective policy as an ordered table: rules, ladder, laws, settings, each value with its source. Colour: root.

Called by cli.policy and policy_page, which puts it into words.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from notifier.pipeline.law_tables import LawRow, law_rows
from notifier.policy.acknowledge import ACK_RULES
from notifier.policy.figures import Figures
from notifier.policy.rules import RULES
from notifier.policy.rulings import Rule
from notifier.settings import Settings
from notifier.settings.document import written
from notifier.settings.shape import field_at, keys_at
from notifier.template_files import shop_catalogue
from notifier.terms.purpose import Purpose
from notifier.terms.words import Rung

SECTIONS = ("policy", "delay_rule", "safety", "eta", "placed", "eta_change", "progress", "reward")
"""The sections of settings.toml that are policy as a whole."""

FIGURE_AS: Mapping[str, str] = MappingProxyType({"most_without_news": "max_without_news"})
"""The setting of a figure, in the section of its purpose, where it has another name."""

LADDER_SAYS = (
    "A less important message waits for a more important one to the same address, and is judged afresh a day later;"
    " what the law requires never waits."
)

DEFAULT = "default"

Given = Mapping[tuple[str | int, ...], str]
"""Who set each place of the settings that has no default (settings.given_places)."""


@dataclass(frozen=True, slots=True)
class Value:
    """One figure as settings.toml would write it. `source`: default, FILE:LINE, a variable, or PURPOSE/purpose.toml."""

    key: str
    value: str
    source: str
    meaning: str = ""

    def as_json(self) -> dict[str, Any]:
        """Key, the value as JSON has it, source and meaning."""
        return asdict(self) | {"value": tomllib.loads(f"v = {self.value}")["v"] if self.value else None}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in its place, with the ids of RULES.md and the settings that it reads."""

    number: int
    name: str
    sentence: str
    ids: tuple[str, ...]
    settings: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """One purpose on its rung."""

    name: str
    message_class: str
    title: str
    absorbs: tuple[str, ...]
    figures: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """All of it, in the order in which it is asked; `answers` are the rules for acknowledgements of replies."""

    rules: tuple[RuleRow, ...]
    answers: tuple[RuleRow, ...]
    ladder: tuple[tuple[Rung, tuple[PurposeRow, ...]], ...]
    laws: tuple[LawRow, ...]
    settings: tuple[Value, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that `notifier policy show --json` prints."""
        return {
            "rules": [_rule_json(row) for row in self.rules],
            "answers": [_rule_json(row) for row in self.answers],
            "ladder": [
                {"rung": rung.word, "number": int(rung), "purposes": [_purpose_json(row) for row in rows]}
                for rung, rows in self.ladder
            ],
            "laws": [asdict(row) for row in self.laws],
            "settings": [one.as_json() for one in self.settings],
        }


@dataclass(frozen=True, slots=True)
class _Shop:
    """The settings, and who set them."""

    settings: Settings
    given: Given


def policy_table(settings: Settings, given: Given) -> PolicyTable:
    """The policy that `settings` and the shop's purposes make. Raises SettingsError for templates with faults."""
    shop = _Shop(settings, given)
    purposes = list(shop_catalogue(settings.template_folder).purposes.values())
    rows = _rows(shop, RULES)
    ladder = RuleRow(len(rows) + 1, "ladder", LADDER_SAYS, (), ())
    keys = [f"{section}.{key}" for section in SECTIONS for key in keys_at((section,))]
    read = [key for rule in RULES for key in rule.reads]
    shown = [value for key in dict.fromkeys([*keys, *read]) for value in _values(shop, key)]
    return PolicyTable(
        rules=(*rows, ladder),
        answers=tuple(_rows(shop, ACK_RULES)),
        ladder=tuple((rung, tuple(_on(rung, purposes, shop))) for rung in Rung),
        laws=tuple(law_rows()),
        settings=tuple(shown),
    )


def setting_of(purpose: str, figure: str) -> str:
    """The setting, as `section.key`, that overrides a figure of a purpose; "" where there is none."""
    key = FIGURE_AS.get(figure, figure)
    return f"{purpose}.{key}" if key in keys_at((purpose,)) else ""


def _rows(shop: _Shop, rules: Sequence[Rule]) -> list[RuleRow]:
    return [
        RuleRow(number, rule.name, rule.sentence, rule.ids, _read_by(shop, rule.reads))
        for number, rule in enumerate(rules, 1)
    ]


def _read_by(shop: _Shop, keys: Sequence[str]) -> tuple[Value, ...]:
    return tuple(value for key in keys for value in _values(shop, key))


def _values(shop: _Shop, key: str) -> Iterator[Value]:
    """The value of `section.key`; of a list of tables, one for each table."""
    section, name = key.split(".")
    place, meaning = (section, name), field_at((section, name))
    said = getattr(shop.settings, section)
    if isinstance(said, tuple):
        for number, table in enumerate(said):
            source = shop.given.get((section, number, name), DEFAULT)
            yield Value(f"[[{section}]] {table.name} {name}", written(getattr(table, name)), source)
        return
    source = shop.given.get(place, DEFAULT)
    yield Value(f"[{section}] {name}", written(getattr(said, name)), source, (meaning and meaning.description) or "")


def _on(rung: Rung, purposes: Sequence[Purpose], shop: _Shop) -> Iterator[PurposeRow]:
    for purpose in sorted(purposes, key=lambda one: one.name):
        if purpose.rung is rung:
            figures = tuple(_figures(purpose, shop))
            yield PurposeRow(purpose.name, purpose.message_class.value, purpose.title, tuple(purpose.absorbs), figures)


def _figures(purpose: Purpose, shop: _Shop) -> Iterator[Value]:
    """The shop's figure wins over that of purpose.toml (policy.figures)."""
    for figure in Figures.__dataclass_fields__:
        key = setting_of(purpose.name, figure)
        if key:
            yield from _values(shop, key)
        elif figure in purpose.figures:
            yield Value(figure, str(purpose.figures[figure]), f"{purpose.name}/purpose.toml")


def _rule_json(row: RuleRow) -> dict[str, Any]:
    settings = [one.as_json() for one in row.settings]
    return {name: getattr(row, name) for name in ("number", "name", "sentence")} | {
        "ids": list(row.ids),
        "settings": settings,
    }


def _purpose_json(row: PurposeRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "class": row.message_class,
        "title": row.title,
        "absorbs": list(row.absorbs),
        "figures": [one.as_json() for one in row.figures],
    }

"""The table of the policy as a page of Markdown. Colour: root. Called by cli.policy.

`python -m notifier.pipeline.policy_page > docs/policy.md` writes the page of the defaults.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

from notifier.pipeline.policy_table import DEFAULT, PolicyTable, RuleRow, Value, policy_table
from notifier.settings import Settings

_HEAD = """\
# The policy

Why a message is sent, waits or is not sent. `notifier policy show` prints this page with the settings of your shop, and
`notifier explain` names the rule that decided.
"""
_RULES = """\
## The rules

Each message that is due is asked these questions in this order; the first rule that does not pass decides.
"""
_ANSWERS = """\
## The rules for answers

What a customer writes is acknowledged where these rules let it, asked in this order. An answer counts against no cap.
"""
_LADDER = """\
## The ladder

Purposes are judged from the first rung down. One that goes out absorbs the named ones on its lines; what waits is
judged afresh when its time comes.
"""
_LAWS = """\
## The laws

What the law asks, whatever a shop sets: the narrowest row that holds for a recipient counts. A shop may ask for more.
"""
_SETTINGS = """\
## The settings

Every figure of the policy in force, and where it comes from.
"""


def page(table: PolicyTable) -> str:
    """The whole page; ends with a line feed."""
    rules = _grid(("", "rule", "what it says", "RULES.md", "reads"), map(_rule, table.rules))
    laws = _grid(("about", "where", "what it asks", "RULES.md", "read in", "source"), map(astuple, table.laws))
    settings = _grid(("setting", "value", "from", "meaning"), map(_setting, table.settings))
    answers = _grid(("", "rule", "what it says", "RULES.md", "reads"), map(_rule, table.answers))
    parts = (_HEAD, _RULES, rules, _ANSWERS, answers, _LADDER, _ladder(table), _LAWS, laws, _SETTINGS, settings)
    return "\n".join(parts)


def _rule(row: RuleRow) -> tuple[str, ...]:
    return str(row.number), row.name, row.sentence, ", ".join(row.ids), "; ".join(map(_figure, row.settings))


def _ladder(table: PolicyTable) -> str:
    rows = [
        (str(int(rung)), rung.word, one.name, one.message_class, one.title, ", ".join(one.absorbs), figures)
        for rung, purposes in table.ladder
        for one in purposes
        for figures in ["; ".join(map(_figure, one.figures))]
    ]
    return _grid(("rung", "", "purpose", "class", "what it says", "absorbs", "figures"), rows)


def _setting(one: Value) -> tuple[str, ...]:
    return one.key, f"`{one.value}`", one.source, one.meaning


def _figure(one: Value) -> str:
    """A default goes without its source, and a long list without its value: the table of settings has both."""
    value = f" = `{one.value}`" if len(one.value) <= _LONGEST_BESIDE_A_RULE else ""
    return f"{one.key}{value}{'' if one.source == DEFAULT else f' ({one.source})'}"


_LONGEST_BESIDE_A_RULE = 40

NO_FOLDER = "no-folder-of-its-own"
"""Where a shop without templates of its own keeps them."""


def _grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([*_lines(heads, rows), ""])


def _lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def defaults() -> str:
    """The page of a shop that has set nothing."""
    return page(policy_table(Settings(base=Path(NO_FOLDER)), {}))


if __name__ == "__main__":
    sys.stdout.write(defaults())

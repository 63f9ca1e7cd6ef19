"""What a person reads at the end: who was written to, who was not, and why. Colour: door. Called by story."""

import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

from notifier.pipeline.reasons import because
from notifier.queries.run_story import Judged, Sent
from notifier.terms.purpose import Purpose
from notifier.terms.time import zone
from notifier.terms.words import Channel, Verdict

_KINDS = {Channel.EMAIL.value: "email", Channel.SMS.value: "text"}


@dataclass(frozen=True, slots=True)
class Telling:
    """All that the summary says. `run` is today's; `folder` is the shop's, `page` the gallery's index."""

    shop: str
    now: datetime
    run: int
    judged: Sequence[Judged]
    sent: Sequence[Sent]
    purposes: Sequence[Purpose]
    folder: Path
    page: Path


def tell(console: Console, telling: Telling) -> None:
    """Print the summary."""
    titles = {one.name: one.title for one in telling.purposes}
    today = [one for one in telling.sent if one.run == telling.run]
    console.print()
    console.print(Rule(f"[bold]{escape(telling.shop)}, today[/bold]"))
    console.print(_written(today, titles))
    console.print(_silent(telling.judged, titles, telling.now))
    console.print(_ending(telling, today))


def _written(today: Iterable[Sent], titles: Mapping[str, str]) -> Group:
    by_purpose: dict[str, list[Sent]] = defaultdict(list)
    for one in today:
        by_purpose[one.purpose].append(one)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(style="dim")
    for purpose, title in titles.items():
        if found := by_purpose.get(purpose):
            table.add_row(f"[bold green]{escape(title)}[/]")
        for one in found or ():
            said = escape(one.subject) or "a short text with the same news"
            table.add_row(f"  {escape(one.customer)}, {one.country}", _KINDS[one.channel], said)
    return Group("\n[bold]Written to, and why[/bold]", Padding(table, (0, 0, 1, 2)))


def _silent(judged: Sequence[Judged], titles: Mapping[str, str], now: datetime) -> Group:
    reasons: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.verdict != Verdict.SEND:
            reasons[one.reason].append(one)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    for reason, found in sorted(reasons.items(), key=lambda pair: (pair[1][0].verdict, pair[0])):
        colour = "yellow" if found[0].verdict == Verdict.HOLD else "red"
        word = "Later" if found[0].verdict == Verdict.HOLD else "Not at all"
        table.add_row(f"[bold {colour}]{word}[/]", f"[{colour}]because {escape(because(reason))}[/]")
        for one in found:
            table.add_row(f"  {escape(one.customer)}, {one.country}", _what(one, titles, now))
    return Group("[bold]Not written to, and why[/bold]", Padding(table, (0, 0, 1, 2)))


def _what(one: Judged, titles: Mapping[str, str], now: datetime) -> str:
    about = f"{_KINDS[one.channel]}: {escape(titles.get(one.purpose, one.purpose)).lower()}"
    if one.hold_until is None or not one.timezone:
        return about
    there = zone(one.timezone)
    return f"{about}; it is {now.astimezone(there):%H:%M} there, next look {one.hold_until.astimezone(there):%a %H:%M}"


def _program() -> str:
    """How this very program is called from here: `make demo` runs it from a folder that is on no path."""
    return "notifier" if shutil.which("notifier") else os.path.relpath(Path(sys.executable).parent / "notifier")


def _console(program: str) -> str:
    """The command that opens the console: in a checkout make knows it, too."""
    return (
        "make console" if Path("Makefile").is_file() and not shutil.which("notifier") else f"{program} demo --console"
    )


def _ending(telling: Telling, today: Sequence[Sent]) -> Panel:
    people = {one.customer for one in today}
    later = {one.customer for one in telling.judged if one.verdict == Verdict.HOLD}
    never = {one.customer for one in telling.judged if one.verdict == Verdict.SKIP} - people - later
    counts = f"{len(later)} hear later, {len(never)} are left alone."
    settings = Path(os.path.relpath(telling.folder)) / "settings.toml"
    program = escape(_program())
    lines = (
        f"{len(people)} people were written to today, in {len(today)} messages; {counts}",
        f"In the whole week it was {len(telling.sent)} messages. All of them are files: nothing was sent.",
        "",
        f"Read them all:        open [bold]{escape(str(telling.page))}[/bold] in a browser",
        f"See why, in full:     [bold]{program} explain --customer C-204 --settings {escape(str(settings))}[/bold]",
        f"Work at its console: [bold]{_console(program)}[/bold]",
        f"Start your own:       [bold]{program} init my-shop[/bold]",
    )
    return Panel("\n".join(lines), expand=False, border_style="green", padding=(1, 2))

"""`notifier simulate`: the recorded history by another policy, or by this one against what was really sent.

Colour: door.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from notifier import app
from notifier.cli.session import Json, Session, say_json
from notifier.cli.shadow import From, To
from notifier.errors import UsageError
from notifier.pipeline.house import House
from notifier.pipeline.policy_figures import variant
from notifier.pipeline.simulate import Comparison, Question, Rival
from notifier.pipeline.simulate import simulate as replayed
from notifier.pipeline.simulate.comparison import GAINED, LOST, MOVED
from notifier.pipeline.simulate.page import page
from notifier.settings import given_places, load_variant, settings_path

SHOWN = 20
"""Differences listed one by one; --json has all."""

MONTH = timedelta(days=29)
BARS = " ▁▂▃▄▅▆▇█"
_HEADS = {
    LOST: "only before: these would be lost",
    GAINED: "only after: these would be gained",
    MOVED: "on another day",
}


def simulate(
    ctx: typer.Context,
    first: From = "",
    last: To = "",
    policy: Annotated[
        Path | None, typer.Option(help="Another settings file, or only what differs; default: what was really sent.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Also write one self-contained page with a plot.")] = None,
    as_json: Json = False,
) -> None:
    """Replay past days by another policy and compare; by default the last 30. Nothing is sent."""
    session: Session = ctx.obj
    days = session.days(first, last, MONTH)
    with session.house() as house:
        found = _compared(session, house, days, policy)
    if html is not None:
        _write(html, page(found))
    if as_json:
        say_json(found.as_json())
    else:
        tell(found, session.console)


def _compared(session: Session, house: House, days: tuple[date, date], policy: Path | None) -> Comparison:
    settings = session.settings()
    price = settings.sms.price_per_segment
    if policy is None:
        return _replayed(session, house, Question(*days, price))
    other = load_variant(settings_path(session.path, session.environ), policy, session.environ)
    theirs = app.open_house(other)
    try:
        rival = Rival(variant(house, theirs, given_places(policy, {})), policy.name, other.sms.price_per_segment)
        return _replayed(session, house, Question(*days, price, rival))
    finally:
        theirs.store.close()


def _replayed(session: Session, house: House, question: Question) -> Comparison:
    with Progress(console=session.console, transient=True, disable=not session.console.is_terminal) as bar:
        task = bar.add_task("living through the days again", total=None)
        return replayed(house, question, lambda done, days: bar.update(task, completed=done, total=days))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--html {path}: cannot be written: {error.strerror}; name another file") from error


def tell(found: Comparison, out: Console) -> None:
    """Print a comparison as people read it: a table, a line of bars for each side, the differences, the notes."""
    told = found.as_json()
    before, after = told["before"], told["after"]
    out.print(f"{told['from']} to {told['to']}, {told['customers_replayed']} customers replayed, nothing was sent")
    table = Table("", before["name"], after["name"])
    purposes = sorted({*before["by_purpose"], *after["by_purpose"]})
    rows = [("messages", "messages"), ("customers written to", "customers"), ("held by caps", "capped_customers")]
    rows += [("deadlines missed", "deadlines_missed"), ("text segments", "text_segments"), ("their cost", "text_cost")]
    for label, name in rows[:1]:
        table.add_row(label, str(before[name]), str(after[name]))
    for purpose in purposes:
        sides = [side["by_purpose"].get(purpose, {}) for side in (before, after)]
        for channel in sorted({*sides[0], *sides[1]}):
            table.add_row(f"  {purpose} by {channel}", *(str(side.get(channel, 0)) for side in sides))
    for label, name in rows[1:]:
        cells = (("unknown" if side[name] is None else str(side[name])) for side in (before, after))
        table.add_row(label, *cells)
    out.print(table)
    _tell_days(found, out)
    for word, head in _HEADS.items():
        _tell_differences(found, word, head, out)
    for note in found.notes:
        out.print(f"note: {note}", style="dim", markup=False)


def _tell_days(found: Comparison, out: Console) -> None:
    days = list(found.window.days())
    counts = [[side.by_day()[day] for day in days] for side in found.sides]
    most = max((max(row) for row in counts), default=0)
    wide = max(len(side.name) for side in found.sides)
    for side, row in zip(found.sides, counts, strict=True):
        out.print(f"{side.name:<{wide}} {bars(row, most, 72)}", markup=False, soft_wrap=True)
    out.print(f"messages a day, the highest bar is {_most(counts, 72)}", style="dim")


def bars(counts: Sequence[int], most: int, width: int) -> str:
    """One bar for each day, or for as many days together as fit in `width`; `most` on one day is a full one."""
    together = _together(len(counts), width)
    sums = [sum(counts[at : at + together]) for at in range(0, len(counts), together)]
    full = max(most * together, 1)
    return "".join(BARS[min(-(-one * (len(BARS) - 1) // full), len(BARS) - 1)] for one in sums)


def _together(days: int, width: int) -> int:
    return -(-days // width)


def _most(counts: Sequence[Sequence[int]], width: int) -> str:
    most = max((max(row) for row in counts), default=0)
    together = _together(len(counts[0]), width)
    return f"{most} a day" if together == 1 else f"{most} a day, and {together} days stand together"


def _tell_differences(found: Comparison, word: str, head: str, out: Console) -> None:
    rows = found.differences[word]
    if not rows:
        return
    table = Table("day", "customer", "order", "purpose", "channel", title=f"{head} ({len(rows)})", title_justify="left")
    for one in rows[:SHOWN]:
        day = f"{one.before} → {one.after}" if one.before and one.after else str(one.before or one.after)
        table.add_row(day, one.customer, one.order, one.purpose, one.channel)
    out.print(table)
    if len(rows) > SHOWN:
        out.print(f"the first {SHOWN} of {len(rows)}; --json lists all", style="dim")

"""`notifier actions`: what the shop's own system must do for customers, and its word that it has. Colour: door."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from notifier.cli.session import By, Json, Now, Session, say_json
from notifier.cli.show import write_csv
from notifier.errors import UsageError
from notifier.pipeline.actions import FIELDS, Wanted, do, open_actions, refuse
from notifier.queries.masks import shown

Ids = Annotated[list[int], typer.Argument(help="Ids of actions, as `notifier actions` lists them.")]

MOST_ROWS = 100
"""Actions on a screen; `--json` and `--csv` have all."""

actions = typer.Typer(help="What the shop's own system must do: cancel, refund, swap, change.")


@actions.callback(invoke_without_command=True)
def list_actions(
    ctx: typer.Context,
    now: Now = None,
    as_json: Json = False,
    as_csv: Annotated[str, typer.Option("--csv", help="Write them to this file as CSV; - is stdout.")] = "",
) -> None:
    """List what is asked for and not done, the oldest first; with a command, say what became of it."""
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    with session.house() as house:
        found = open_actions(house)
    if as_json:
        say_json([one.as_json() for one in found])
    elif as_csv:
        _write(found, as_csv)
    else:
        _show(session, found, session.moment(now))


@actions.command("done")
def done(ctx: typer.Context, ids: Ids, by: By = "", now: Now = None, as_json: Json = False) -> None:
    """Say that the shop has done them: a cancelled customer is told, and the refund is asked for."""
    session: Session = ctx.obj
    name = session.operator(by)
    with session.house() as house:
        _say(session, do(house, ids, name, session.happened(now)), ("done", "", name), as_json)


@actions.command("refuse")
def refuse_actions(
    ctx: typer.Context,
    ids: Ids,
    reason: Annotated[str, typer.Option("--reason", help="Why: somebody must tell the customer.")],
    by: By = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Say that the shop will not do them. Who wanted a cancellation waits in `notifier inbox` for a person."""
    session: Session = ctx.obj
    name = session.operator(by)
    with session.house() as house:
        _say(session, refuse(house, ids, name, reason, session.happened(now)), ("refused", reason, name), as_json)


def _say(session: Session, closed: Sequence[Wanted], what: tuple[str, str, str], as_json: bool) -> None:
    state, reason, by = what
    if as_json:
        say_json({state: [one.id for one in closed], "by": by, "reason": reason})
        return
    for one in closed:
        words = f"action {one.id} ({one.kind}, order {one.order}, line {one.line}) is {state}, by the word of {by}"
        session.console.print(words, markup=False)


def _write(found: Sequence[Wanted], to: str) -> None:
    rows = [one.as_json() for one in found]
    if to == "-":
        write_csv(FIELDS, rows, typer.get_text_stream("stdout", encoding="utf-8"))
        return
    try:
        with Path(to).open("w", encoding="utf-8", newline="") as out:
            write_csv(FIELDS, rows, out)
    except OSError as error:
        raise UsageError(f"--csv {to}: cannot be written: {error.strerror}. Name another file") from error


def _show(session: Session, found: Sequence[Wanted], at: datetime) -> None:
    table = Table(box=None, header_style="dim", padding=(0, 1, 0, 0))
    for name in ("id", "do", "order, line", "product", "quantity", "customer", "asked (UTC)", "waits"):
        table.add_column(name, overflow="fold")
    for one in found[:MOST_ROWS]:
        kind = f"{one.kind} for {one.take}" if one.take else one.kind
        product = f"{one.sku} {one.product}".strip()
        words = [escape(text) for text in (kind, f"{one.order}, {one.line}", product)]
        waits = _length(at - one.requested_at)
        asked = f"{one.requested_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.id), *words, str(one.quantity), escape(shown(one.customer)), asked, waits)
    session.console.print(table if found else "nothing is asked of the shop")
    if len(found) > MOST_ROWS:
        session.console.print(f"… and {len(found) - MOST_ROWS} more; --json has them all")


def _length(waited: timedelta) -> str:
    minutes = max(int(waited.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes // 60
    return f"{days} d" if days else f"{hours} h" if hours else f"{minutes} min"

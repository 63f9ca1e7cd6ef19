"""`notifier unknown`: messages of which nobody knows whether they went, and what people say to them. Colour: door."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from notifier.cli.session import By, Json, Now, Session, say_json
from notifier.pipeline.decided import Waiting, say_resend, say_sent, waiting
from notifier.pipeline.house import House
from notifier.pipeline.wording import kind_of_message

Ids = Annotated[list[int], typer.Argument(help="Ids of messages, as `notifier unknown list` lists them.")]

MOST_ROWS = 100
"""Messages on a screen; `--json` has all."""

unknown = typer.Typer(help="Messages of which nobody knows whether they went.", no_args_is_help=True)


@unknown.command("list")
def list_unknown(ctx: typer.Context, as_json: Json = False) -> None:
    """List them, with what was found out about each and what comes next."""
    session: Session = ctx.obj
    patience = timedelta(minutes=session.settings().delivery.settle_minutes)
    with session.house() as house:
        found = waiting(house, patience)
    if as_json:
        say_json([one.as_json() for one in found])
        return
    for one in found[:MOST_ROWS]:
        _show(session, one)
    if not found:
        session.console.print("of every message that was sent it is known what became of it")
    if len(found) > MOST_ROWS:
        session.console.print(f"… and {len(found) - MOST_ROWS} more; --json has them all")


@unknown.command("sent")
def mark_sent(ctx: typer.Context, ids: Ids, by: By = "", now: Now = None, as_json: Json = False) -> None:
    """Say that they went: they count as told."""
    _say(ctx.obj, (say_sent, "sent", "counts as sent"), ids, by, (now, as_json))


@unknown.command("resend")
def resend(ctx: typer.Context, ids: Ids, by: By = "", now: Now = None, as_json: Json = False) -> None:
    """Send them once more: the customer may get them twice. They are judged again first, as any message."""
    _say(ctx.obj, (say_resend, "queued", "is queued once more"), ids, by, (now, as_json))


_Act = Callable[[House, Sequence[int], str, datetime], list[int]]


def _say(
    session: Session, what: tuple[_Act, str, str], ids: Sequence[int], by: str, how: tuple[str | None, bool]
) -> None:
    act, key, words = what
    name = session.operator(by)
    with session.house() as house:
        done = act(house, ids, name, session.happened(how[0]))
    if how[1]:
        say_json({key: done, "by": name})
        return
    for one in done:
        session.console.print(f"message {one} {words}, by the word of {name}", markup=False)


def _show(session: Session, one: Waiting) -> None:
    told = one.told
    what = f"{kind_of_message(told.purpose, told.channel)} about {', '.join(told.orders) or 'no order'}"
    double = ", sent twice" if told.maybe_double else ""
    rows = [f"message {told.id}: {what}, to customer {told.customer}{double}, unknown since {_minute(told.since)}"]
    if one.again_at:
        rows.append(f"  goes once more by itself at {_minute(one.again_at)}")
    rows += [f"  {words}" for words in (*(one.found or ["nobody was asked yet"]), *one.type)]
    for row in rows:
        session.console.print(row, markup=False, highlight=False)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

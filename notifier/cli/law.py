"""The law on delays by hand: `notifier deadlines`, `answer`, `confirm`, `refunded`. Colour: door."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from notifier.cli.session import DONE, WITH_REFUSALS, Json, Now, Session, say_json
from notifier.cli.session import By as SignedBy
from notifier.pipeline.answers import Answered, Asked, answer, refunded
from notifier.pipeline.deadlines import Deadline, deadlines
from notifier.pipeline.reasons import unanswered
from notifier.queries.masks import shown
from notifier.terms.law import SETTLED, Said

Order = Annotated[str, typer.Argument(help="The shop's number of the order.")]
Line = Annotated[str, typer.Option("--line", help="Only this line of it; default: all its lines.")]
By = Annotated[str, typer.Option("--by", help="Who took it down: your name.")]
Brand = Annotated[str, typer.Option("--brand", help="The brand, where several have an order of this number.")]

NO_LAW = "[delay_rule] jurisdiction is none, so no line has a deadline. Set auto, us_435 or eu"

MOST_ROWS = 100
"""Rows on a screen; `--json` has all."""


class Word(StrEnum):
    """What a customer can say about a delay."""

    ACCEPT = "accept"
    CANCEL = "cancel"
    KEEP = "keep"


def show_deadlines(
    ctx: typer.Context,
    now: Now = None,
    everything: Annotated[bool, typer.Option("--all", help="Also lines that nobody has to see to.")] = False,
    as_json: Json = False,
) -> None:
    """Where each order line stands before the law on delays, the soonest day first, settled lines last."""
    session: Session = ctx.obj
    at = session.moment(now)
    with session.house() as house:
        if house.judging.policy.delay is None:
            session.console.print(NO_LAW, markup=False)
        found = deadlines(house, at)
    if as_json:
        say_json([one.as_json() for one in found])
        return
    shown = [one for one in found if everything or one.state not in SETTLED]
    session.console.print(_table(shown[:MOST_ROWS]))
    if len(shown) > MOST_ROWS:
        session.console.print(f"… and {len(shown) - MOST_ROWS} more; --json has them all")
    if not shown:
        session.console.print("no line has a deadline")


def _table(rows: list[Deadline]) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 1, 0, 0))
    for name in ("deadline", "order, line", "customer", "state", "promised", "now by", "refund by"):
        table.add_column(name, overflow="fold")
    for one in rows:
        state = f"{one.state.replace('_', ' ')} ({', '.join(dict.fromkeys(filter(None, (one.notice, one.rule))))})"
        days = [str(day or "") for day in (one.promised, one.revised, one.refund_by)]
        words = [escape(text) for text in (f"{one.order}, {one.line}", shown(one.customer), state)]
        table.add_row(str(one.deadline or ""), *words, *days)
    return table


def record_answer(
    ctx: typer.Context,
    order: Order,
    said: Annotated[Word, typer.Argument(help="What the customer said.")],
    by: By,
    line: Line = "",
    brand: Brand = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Record what a customer said by phone about a delay: accept it, cancel, or keep what was cancelled after all."""
    session: Session = ctx.obj
    at = session.happened(now)
    with session.house() as house:
        say_answered(session, answer(house, Said(said.value), Asked(order, line, by, brand), at), as_json)


def confirm(
    ctx: typer.Context,
    order: Order,
    line: Line = "",
    by: SignedBy = "",
    brand: Brand = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Confirm that lines whose time is up are cancelled: the customer is told, and the refund clock runs."""
    session: Session = ctx.obj
    at = session.happened(now)
    with session.house() as house:
        say_answered(session, answer(house, Said.CONFIRM, Asked(order, line, session.operator(by), brand), at), as_json)


def record_refund(
    ctx: typer.Context,
    order: Order,
    line: Line = "",
    by: SignedBy = "",
    brand: Brand = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Record that the refund was sent."""
    session: Session = ctx.obj
    at = session.happened(now)
    with session.house() as house:
        say_answered(session, refunded(house, Asked(order, line, session.operator(by), brand), at), as_json)


def say_answered(session: Session, done: Answered, as_json: bool) -> None:
    """Say what became of each line, and exit with 1 where it counts for none."""
    if as_json:
        say_json(done.as_json())
    for one in done.lines:
        words = unanswered(one.reason) if one.reason else "recorded"
        session.console.print(
            f"order {done.order}, line {one.line}: {words}; it is now {one.state.replace('_', ' ') or 'under no law'}",
            markup=False,
        )
    raise typer.Exit(DONE if done.counted else WITH_REFUSALS)

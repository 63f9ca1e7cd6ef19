"""`notifier inbox`: what customers wrote that needs a person, and what the person makes of it. Colour: door."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from notifier.cli.inbox_desk import add_to
from notifier.cli.session import DONE, WITH_REFUSALS, By, Json, Now, Session, say_json
from notifier.errors import UsageError
from notifier.pipeline.effect_words import step_words, was_done
from notifier.pipeline.inbox import Act, Doing, act, assign, close, conversation_of
from notifier.pipeline.inbox import inbox as open_inbox
from notifier.pipeline.people import Asked
from notifier.queries.desk import steps
from notifier.queries.inbox import InboxReply

Reply = Annotated[int, typer.Argument(help="The id of a reply, as `notifier inbox` lists it.")]

MOST_ROWS = 50
"""Replies on a screen; `--json` has all."""

MOST_WORDS = 70
"""Characters of the words that a list shows; `notifier inbox show` has all."""

inbox = typer.Typer(help="What customers wrote that needs a person.")
add_to(inbox)


@inbox.callback(invoke_without_command=True)
def list_inbox(ctx: typer.Context, as_json: Json = False) -> None:
    """List what waits for a person, the nearest deadline first; with a command, see to it."""
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    with session.house() as house:
        found = open_inbox(house)
    if as_json:
        say_json([one.as_json() for one in found])
        return
    table = Table(box=None, header_style="dim", padding=(0, 1, 0, 0))
    for name in ("id", "until (UTC)", "came (UTC)", "by", "from", "order", "may be", "why", "words"):
        table.add_column(name, overflow="fold")
    for one in found[:MOST_ROWS]:
        words = (meaning(one), one.reason, _short(one.words))
        said = [escape(text) for text in (one.road, one.who, ", ".join(one.orders), *words)]
        until = f"{one.deadline:%Y-%m-%d %H:%M}{' by law' if one.by_law else ''}"
        table.add_row(str(one.id), until, f"{one.received_at:%Y-%m-%d %H:%M}", *said)
    session.console.print(table if found else "nothing waits for a person")
    if len(found) > MOST_ROWS:
        session.console.print(f"… and {len(found) - MOST_ROWS} more; --json has them all")


@inbox.command("show")
def show(ctx: typer.Context, reply: Reply, as_json: Json = False) -> None:
    """Show one with all its words, what was said before and after, the newest last, and what the team did with it."""
    session: Session = ctx.obj
    with session.house() as house:
        one, turns = conversation_of(house, reply)
        with house.store.read() as tx:
            done = steps(tx, reply)
    if as_json:
        told = {"conversation": [turn.as_json() for turn in turns], "steps": [step.as_json() for step in done]}
        say_json(one.as_json() | told)
        return
    said = session.console.print
    for row in _facts(one):
        said(row, markup=False, highlight=False)
    for turn in turns:
        head = f"\n{turn.at:%Y-%m-%d %H:%M} UTC, {turn.who} by {turn.channel}: {turn.about}"
        said(head, markup=False, highlight=False, style="dim")
        said(_printable(turn.words), markup=False, highlight=False)
    if not turns:
        said(f"\n{_printable(one.words)}", markup=False, highlight=False)
    for step in done:
        back = f" (taken back by {step.undone_by})" if step.undone_by else ""
        line = f"step {step.id}, {step.at:%Y-%m-%d %H:%M} UTC: {step.by} {step_words(step)}{back}"
        said(line, markup=False, highlight=False)


@inbox.command("done")
def done(
    ctx: typer.Context,
    replies: Annotated[list[int], typer.Argument(help="Ids of replies, as `notifier inbox` lists them.")],
    by: By = "",
    note: Annotated[str, typer.Option("--note", help="What you made of it, for the record.")] = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Say that you have seen to them: what they kept back goes on."""
    session: Session = ctx.obj
    name = session.operator(by)
    with session.house() as house:
        closed = close(house, replies, name, note, session.happened(now))
    if as_json:
        say_json({"closed": closed, "by": name})
        return
    for one in closed:
        session.console.print(f"reply {one} is closed, by the word of {name}", markup=False)


@inbox.command("act")
def act_for(
    ctx: typer.Context,
    reply: Reply,
    what: Annotated[Doing, typer.Argument(help="What the customer wants.")],
    sku: Annotated[str, typer.Argument(help="With swap: the product that is taken.")] = "",
    by: By = "",
    order: Annotated[
        str, typer.Option("--order", help="The order it is about; default: what the reply is about.")
    ] = "",
    line: Annotated[str, typer.Option("--line", help="Only this line of it; default: all its lines.")] = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Do what the customer wants, as of the moment the reply came, and close it."""
    session: Session = ctx.obj
    wanted = Act(reply, what, session.operator(by), sku, order, line)
    with session.house() as house:
        found = act(house, wanted, session.happened(now))
    if as_json:
        lines = [asdict(one) for one in found.lines]
        say_json(found.received.as_json() | {"closed": found.closed, "why": found.why, "lines": lines})
    elif found.closed:
        done = [one.effect for one in found.lines if one.done]
        but = f", but does not count: {found.why}" if found.why else ""
        words = f"{was_done(done)}{but}; reply {reply} is closed, by the word of {wanted.by}"
        session.console.print(words, markup=False)
    else:
        session.console.print(f"does not count: {found.why}; reply {reply} still waits", markup=False)
    raise typer.Exit(DONE if found.closed and not found.why else WITH_REFUSALS)


@inbox.command("assign")
def assign_reply(
    ctx: typer.Context,
    reply: Reply,
    customer: Annotated[str, typer.Argument(help="The shop's id of the customer who wrote it.")] = "",
    order: Annotated[str, typer.Option("--order", help="The number of an order of theirs, instead.")] = "",
    by: By = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Say whose reply it is, where nobody knows; then act for them."""
    session: Session = ctx.obj
    if bool(customer) == bool(order):
        raise UsageError("say whose it is, with exactly one of CUSTOMER and --order ORDER")
    with session.house() as house:
        one = assign(house, reply, Asked(customer, order), session.operator(by), session.happened(now))
    if as_json:
        say_json(one.as_json())
    else:
        session.console.print(f"reply {reply} is of customer {one.customer}; it still waits for you", markup=False)


def meaning(one: InboxReply) -> str:
    """What it was understood as, and what it may mean instead."""
    read = f"{one.intent.replace('_', ' ')} ({one.confidence})"
    return f"{read}, perhaps {one.suggestion.replace('_', ' ')}" if one.suggestion else read


def _facts(one: InboxReply) -> list[str]:
    until = f"{one.deadline:%Y-%m-%d %H:%M} UTC{', by law' if one.by_law else ''}"
    lines = ", ".join(f"{line.order}/{line.line} {line.product}" for line in one.lines) or "unknown"
    return [
        f"reply {one.id}, by {one.road} on {one.received_at:%Y-%m-%d %H:%M} UTC, from {one.who}",
        f"about: {lines}",
        f"understood as: {meaning(one)}",
        f"waits for a person until {until}: {one.reason}" if one.waits else f"closed by {one.closed_by or 'nobody'}",
        f"done: {was_done(one.effects)}",
        *([f"subject: {_printable(one.subject)}"] if one.subject else []),
    ]


def _short(words: str) -> str:
    line = _printable(" ".join(words.split()))
    return line if len(line) <= MOST_WORDS else f"{line[: MOST_WORDS - 1]}…"


def _printable(words: str) -> str:
    """Without control characters: a stranger wrote it, and this goes to a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in words)

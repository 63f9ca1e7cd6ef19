"""`notifier slip`: a supplier said that a delivery comes another day, or that nobody knows. Colour: door."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer
from rich.table import Table

from notifier.cli.session import By, Json, Now, Session, day_of, say_json
from notifier.errors import UsageError
from notifier.pipeline import slip as slips
from notifier.pipeline.house import House
from notifier.pipeline.reasons import because, purpose_words
from notifier.pipeline.slip_letters import Read, read_apart
from notifier.pipeline.slip_look import FATES, SlipLook
from notifier.terms.slip import KINDS, Slip

FATE_WORDS = ("told at the next plan", "told later", "not to be reached", "nothing to say")

OF_KIND = {"none": "no notice by law", "EU": "EU and UK law"}


Po = Annotated[str, typer.Option("--po", help="The purchase order; with --sku, only this SKU of it.")]
Sku = Annotated[str, typer.Option("--sku", help="The SKU; without --po, all of it that is on its way.")]
Day = Annotated[str, typer.Option("--date", help="The day on which it arrives at the shop, like 2026-11-23.")]
NoDate = Annotated[bool, typer.Option("--no-date", help="Nobody knows when it arrives.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, as customers will read it.")]
Undo = Annotated[int, typer.Option("--undo", help="Undo this slip, while nobody has read of it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask once more.")]


def slip(
    ctx: typer.Context,
    po: Po = "",
    sku: Sku = "",
    day: Day = "",
    no_date: NoDate = False,
    reason: Reason = "",
    by: By = "",
    undo: Undo = 0,
    yes: Yes = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Say that a supplier slipped: see whom it concerns and what they will read, then write it down. Bare: the last."""
    session: Session = ctx.obj
    at, name = session.happened(now), session.operator(by)
    with session.house() as house:
        if undo:
            back = slips.undo(house, undo, name, at)
            if as_json:
                say_json({"undone": undo, "fields": back})
            else:
                session.console.print(f"slip {undo} is undone: {slips.taken_back(back)}")
        elif not po and not sku:
            _list(session, slips.past(house), as_json)
        else:
            _say(session, house, _slip((po, sku), _day(day, no_date), reason), (name, at), (yes, as_json))


def _say(session: Session, house: House, slip: Slip, who: tuple[str, datetime], how: tuple[bool, bool]) -> None:
    """Show what it would do, ask, and do it by the word of `who`; with --json alone, only show."""
    (name, at), (yes, as_json) = who, how
    found, letters = slips.look(house, slip, at)
    if not as_json:
        _tell(session, found)
        for one in read_apart(letters):
            _show(session, one)
        if found.moved and not yes and not typer.confirm("Write this down, and let them be told?", err=True):
            raise UsageError("nothing was done")
    if yes or not as_json:
        found = slips.approve(house, slip, found.shown, name, at)
    if as_json:
        say_json(found.as_json() | {"written": found.id is not None})
        return
    session.console.print(
        f"slip {found.id} is written down by {name}. Type: notifier plan, or let notifier run do it. To take it back"
        f" before anybody reads of it: notifier slip --undo {found.id}",
        markup=False,
    )


def _day(text: str, no_date: bool) -> date | None:
    if bool(text) == no_date:
        raise UsageError("say the new day with --date, or --no-date where nobody knows one")
    return day_of(text, "--date") if text else None


def _slip(what: tuple[str, str], day: date | None, reason: str) -> Slip:
    try:
        return Slip(what[0].strip(), what[1].strip(), day, reason.strip())
    except ValueError as fault:
        raise UsageError(str(fault)) from fault


def _tell(session: Session, found: SlipLook) -> None:
    said = partial(session.console.print, markup=False, highlight=False)
    until = f"arrives on {found.slip.day}" if found.slip.day else "has no date any more"
    said(f"{found.slip.what} {until}")
    for one in found.positions:
        said(f"  purchase order {one.po}, SKU {one.sku}: was {one.was or 'without a date'}")
    said(f"{found.lines} order lines of {found.customers} customers wait for it")
    if found.own_dates:
        said(f"  {found.own_dates} of the lines had a date of their own, which gives way to this one")
    if found.apart:
        said(f"  {found.apart} customers cannot be judged; see the log")
    table = Table("customers", *FATE_WORDS, box=None, header_style="dim", padding=(0, 1, 0, 0))
    for kind in KINDS:
        if kind in found.kinds:
            table.add_row(OF_KIND.get(kind, f"notice {kind}"), *(str(found.of(kind, fate)) for fate in FATES))
    session.console.print(table)
    for (purpose, channel), count in sorted(found.messages.items()):
        said(f"  {purpose} by {channel}: {count}")
    for reason, count in sorted((found.later + found.never).items()):
        said(f"  {count}: {because(reason)}")


def _show(session: Session, one: Read) -> None:
    said = partial(session.console.print, markup=False, highlight=False)
    how, kind = "a text" if one.channel == "sms" else "an email", OF_KIND.get(one.kind, one.kind)
    said(f"\nFor example {how} to customer {one.customer} ({purpose_words(one.purpose)}, {kind}):")
    if one.subject:
        said(f"  {one.subject}", style="bold")
    text = f"cannot be rendered: {one.fault}" if one.fault else one.text
    for line in text.strip().splitlines():
        said(f"  {line}", style="dim")


def _list(session: Session, rows: Sequence[slips.PastSlip], as_json: bool) -> None:
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    table = Table("slip", "at (UTC)", "by", "what", "arrives", "customers", "", box=None)
    for row in rows:
        undone = f"undone by {row.undone_by}" if row.undone_at else ""
        day = str(row.day or "no date")
        table.add_row(str(row.id), f"{row.at:%Y-%m-%d %H:%M}", row.by, row.what, day, str(row.customers), undone)
    session.console.print(table if rows else "no slip yet")

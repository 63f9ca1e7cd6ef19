"""What is done for, and said about, one customer: calls, holds, erasure, and their own export. Colour: door."""

import sys
from datetime import date
from typing import Annotated

import typer

from notifier.cli.law import say_answered
from notifier.cli.session import By, Json, Now, Session, day_of, say_json
from notifier.errors import ErasureRefused, UsageError
from notifier.pipeline import answers, bounces, holds, phone_notices
from notifier.pipeline.erase import OUT_OF_REACH, ErasureReport
from notifier.pipeline.erase import erase as erase_person
from notifier.pipeline.people import Asked
from notifier.queries.masks import shown

Customer = Annotated[str, typer.Argument(help="The shop's id of the customer.")]
Order = Annotated[str, typer.Option("--order", help="The shop's number of an order, instead of CUSTOMER.")]
Brand = Annotated[str, typer.Option("--brand", help="The brand, where several know the id.")]
Note = Annotated[str, typer.Option("--note", help="What was said; personal, told in no log and no explanation.")]

log = typer.Typer(help="Write down what happened outside of the product.", no_args_is_help=True)


@log.command("call")
def call(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help="The shop's id of the customer.")] = "",
    by: By = "",
    order: Order = "",
    brand: Brand = "",
    note: Note = "",
    complaint: Annotated[bool, typer.Option("--complaint", help="It was a complaint.")] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Log a customer's phone call: progress messages and offers stop for a while, after a complaint until released."""
    session: Session = ctx.obj
    with session.house() as house:
        said = holds.Said(session.operator(by), note)
        answer = holds.call(house, Asked(customer, order, brand), said, session.happened(now), complaint=complaint)
    _tell(session, answer, as_json)


@log.command("bounce")
def log_bounce(
    ctx: typer.Context,
    message: Annotated[int, typer.Argument(help="The id of the message, as `notifier export messages` lists it.")],
    by: By = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Log that an email came back for good: its address is used no more, and a notice in it was none."""
    session: Session = ctx.obj
    with session.house() as house:
        found = bounces.bounce(house, message, session.operator(by), session.happened(now))
    if as_json:
        say_json(found.as_json())
        return
    lost = f"; {found.notices} notices no longer count, and the team will be told" if found.notices else ""
    session.console.print(f"message {found.message} came back: its address is suppressed{lost}", markup=False)


@log.command("notice")
def log_notice(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The shop's number of the order.")],
    revised: Annotated[str, typer.Option("--revised", help="The new ship date told, as 2026-12-31.")] = "",
    no_date: Annotated[bool, typer.Option("--no-date", help="Told that there is no new date yet.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="The customer agreed to wait.")] = False,
    line: Annotated[str, typer.Option("--line", help="Only this line of it; default: all its lines.")] = "",
    by: By = "",
    brand: Brand = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Log that you told a customer of a delay by phone, where no email could: with the right to cancel, as it would."""
    session: Session = ctx.obj
    if bool(revised) == no_date:
        raise UsageError("say either --revised with the new ship date that was told, or --no-date where there is none")
    spoken = phone_notices.Spoken(_day(revised, "--revised"), accept)
    with session.house() as house:
        asked = answers.Asked(order, line, session.operator(by), brand)
        done = phone_notices.told_by_phone(house, asked, spoken, session.happened(now))
    say_answered(session, done, as_json)


def hold(
    ctx: typer.Context,
    customer: Customer,
    by: By = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; personal, told in no log and no explanation.")] = "",
    until: Annotated[str, typer.Option("--until", help="The last day of the hold, as 2026-12-31.")] = "",
    brand: Brand = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Stop progress messages and offers to one customer; date changes and what the law requires go on."""
    session: Session = ctx.obj
    with session.house() as house:
        asked, said = Asked(customer, brand=brand), holds.Said(session.operator(by), reason)
        answer = holds.hold(house, asked, said, session.happened(now), _day(until, "--until"))
    _tell(session, answer, as_json)


def release(
    ctx: typer.Context, customer: Customer, by: By = "", brand: Brand = "", now: Now = None, as_json: Json = False
) -> None:
    """Lift every hold on one customer: a call's, a complaint's, an operator's."""
    session: Session = ctx.obj
    with session.house() as house:
        answer = holds.release(
            house, Asked(customer, brand=brand), holds.Said(session.operator(by)), session.happened(now)
        )
    _tell(session, answer, as_json)


def erase(
    ctx: typer.Context,
    customer: Customer,
    by: By = "",
    brand: Brand = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Erase everything personal about one customer for good; refused while an order of theirs is open.

    At a terminal it asks once more; a script is not asked.
    """
    session: Session = ctx.obj
    asked = Asked(customer, brand=brand)
    ask = sys.stdin.isatty() and not (yes or as_json)
    if ask and not typer.confirm(f"Erase {asked.words} for good?", err=True):
        raise UsageError("nothing was erased")
    try:
        with session.house() as house:
            report = erase_person(house, asked, session.operator(by), session.happened(now))
    except ErasureRefused as refused:
        if as_json:
            say_json(refused.found)
        raise
    if as_json:
        say_json(report.as_json())
    else:
        _tell_erased(session, report)


def _tell_erased(session: Session, report: ErasureReport) -> None:
    if report.again:
        by = f" by {report.by}" if report.by else ""
        words = f"was erased on {report.at.date().isoformat()}{by} already; nothing was left to do"
    else:
        shared = f", {report.shared} shared with somebody else kept" if report.shared else ""
        words = f"erased; {report.suppressed} addresses suppressed for good{shared}"
    session.console.print(f"customer {shown(report.customer)} ({report.brand}): {words}", markup=False)
    for order in report.refunds_owed:
        session.console.print(f"order {order}: a refund is still owed; `notifier refunded` records it", markup=False)
    session.console.print(report.kept.sentence, markup=False)
    session.console.print(OUT_OF_REACH, markup=False)


def _day(text: str, option: str) -> date | None:
    return day_of(text, option) if text else None


def _tell(session: Session, answer: holds.HoldAnswer, as_json: bool) -> None:
    if as_json:
        say_json(answer.as_json())
        return
    who = f"customer {shown(answer.customer)} ({answer.brand})"
    if not answer.reason:
        lifted = f"{answer.lifted} lifted" if answer.lifted else "there was none"
        session.console.print(f"holds on {who}: {lifted}", markup=False)
        return
    until = f"until {answer.until:%Y-%m-%d %H:%M} UTC" if answer.until else "until `notifier release` lifts it"
    session.console.print(f"{answer.reason}: no progress messages and offers to {who} {until}", markup=False)

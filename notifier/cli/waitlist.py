"""`notifier waitlist`: who waits for what, how much it is wanted, and whom an operator puts there. Colour: door."""

from typing import Annotated

import typer

from notifier.cli.session import By, Json, Now, Session, say_json
from notifier.queries.waitlist import demand, waits

MOST_ROWS = 100
"""Entries on a screen; `--json` has all."""

waitlist = typer.Typer(help="Who waits for what is out of stock.")


@waitlist.callback(invoke_without_command=True)
def show(
    ctx: typer.Context,
    sku: Annotated[str, typer.Option("--sku", help="Only this product.")] = "",
    as_json: Json = False,
) -> None:
    """List who waits, in the order in which they are told, and how much each product is wanted."""
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    with session.store() as store:
        wanted, waiting = demand(store, sku), waits(store, sku)
    if as_json:
        say_json({"demand": [one.as_json() for one in wanted], "waiting": [one.as_json() for one in waiting]})
        return
    say = session.console.print
    for one in wanted:
        stock = "not counted" if one.stock is None else one.stock
        counts = f"{one.waiting} wait, {one.pending} not confirmed, {one.alerted} told, {one.ended} ended"
        say(f"{one.sku} {one.name}: {counts}; stock {stock}", markup=False, highlight=False)
    for row in waiting[:MOST_ROWS]:
        why = f", {row.reason}" if row.reason else ""
        who = f"customer {row.customer}, {row.address} since {row.asked_at:%Y-%m-%d %H:%M} UTC"
        say(f"  {row.sku}: {who}: {row.state}{why}", markup=False, highlight=False)
    if not wanted:
        say("nobody waits for anything")
    if len(waiting) > MOST_ROWS:
        say(f"… and {len(waiting) - MOST_ROWS} more; --json has them all")


@waitlist.command("tell")
def tell(ctx: typer.Context, now: Now = None, as_json: Json = False) -> None:
    """Look now, as notifier run does: queue alerts for those whose turn it is."""
    from notifier.pipeline.restock import restock

    session: Session = ctx.obj
    with session.house() as house:
        done = restock(house, session.happened(now))
    if as_json:
        say_json({"told": done.alerted, "not_confirmed": done.expired, "passed_over": dict(done.passed)})
        return
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(done.passed.items()))
    passed = f"; passed over: {why}" if why else ""
    session.console.print(f"{done.alerted} queued, {done.expired} never confirmed{passed}", markup=False)


@waitlist.command("add")
def add(
    ctx: typer.Context,
    sku: Annotated[str, typer.Argument(help="The product.")],
    email: Annotated[str, typer.Option("--email", help="The customer's email address.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Or the customer's mobile number, like +4915112345678.")] = "",
    brand: Annotated[str, typer.Option("--brand", help="The brand; default: the first.")] = "",
    locale: Annotated[str, typer.Option("--locale", help="The customer's language, like en or de.")] = "",
    wording: Annotated[str, typer.Option("--wording", help="The words that the customer agreed to.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="What proves it, like the number of a recording.")] = "",
    by: By = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Put a customer on the list. Without --wording and --evidence, and where the law wants the customer to confirm it,
    the customer is asked first.
    """
    from notifier.pipeline.signup import put_on_list
    from notifier.terms.signup import ByOperator, SignUp

    session: Session = ctx.obj
    at, name = session.happened(now), session.operator(by)
    with session.house() as house:
        look = house.brand(brand)
        asked = SignUp(
            brand or look.key, sku, locale or look.locale, wording, email, phone, evidence or f"operator {name}"
        )
        done = put_on_list(house, asked, ByOperator(name, wording, evidence), at)
    if as_json:
        say_json({"entry": done.entry, "state": done.state, "reason": done.reason, "by": name})
        return
    words = {"agreed": "is on the list", "waits_already": "was on the list", "due": "is asked to confirm it"}
    said = words.get(done.reason, f"is not asked to confirm it now: {done.reason}")
    session.console.print(f"entry {done.entry}: the customer {said}", markup=False)

"""`notifier shadow`: what would have been sent, before a shop trusts the product. Colour: door."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from notifier.cli.session import Json, Session, say_json
from notifier.pipeline.shadow import ShadowReport
from notifier.pipeline.shadow import shadow as shadow_of
from notifier.terms.time import zone
from notifier.terms.words import DeliveryMode

SHOWN = 20
"""Messages listed one by one; --json has all."""

WEEK = timedelta(days=6)

From = Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD, in the shop's zone.")]
To = Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD, in the shop's zone.")]


def shadow(ctx: typer.Context, first: From = "", last: To = "", as_json: Json = False) -> None:
    """List what mode shadow would have sent; by default in the last seven days."""
    session: Session = ctx.obj
    days = session.days(first, last, WEEK)
    with session.store() as store:
        report = shadow_of(store, zone(session.settings().shop.timezone), *days)
    if as_json:
        say_json(report.as_json())
        return
    _tell(session, report)
    if session.settings().delivery.mode is not DeliveryMode.SHADOW:
        session.console.print('[delivery] mode is no longer "shadow": nothing is added to this list', markup=False)


def _tell(session: Session, report: ShadowReport) -> None:
    out, found = session.console, report.as_json()
    out.print(
        f"{found['messages']} messages to {found['customers']} customers would have been sent"
        f" from {report.first} to {report.last}"
    )
    if not report.messages:
        return
    days = Table("day", "purpose", "channel", "messages")
    for row in found["by_day"]:
        days.add_row(row["day"], row["purpose"], row["channel"], str(row["messages"]))
    out.print(days)
    listing = Table("message", "day", "customer", "orders", "purpose", "subject")
    for one in report.messages[-SHOWN:]:
        listing.add_row(str(one.id), str(one.day), one.customer, " ".join(one.orders), one.purpose, one.subject)
    out.print(listing)
    if len(report.messages) > SHOWN:
        out.print(f"the newest {SHOWN} of {len(report.messages)}; --json lists all")
    out.print("why each of them: notifier explain --message ID")

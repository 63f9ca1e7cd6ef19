"""`notifier explain`: what was decided about a customer, said and heard, and why. Colour: door."""

from typing import Annotated

import typer

from notifier.cli.session import Json, Session, say_json
from notifier.errors import UsageError
from notifier.pipeline.explain import explain_customer, explain_message, explain_order
from notifier.queries.masks import masked_if_address
from notifier.terms.time import zone


def explain(
    ctx: typer.Context,
    customer: Annotated[str, typer.Option(help="The shop's id of a customer.")] = "",
    order: Annotated[str, typer.Option(help="The shop's id of an order.")] = "",
    message: Annotated[int | None, typer.Option(help="The id of a message, as `export messages` lists it.")] = None,
    as_json: Json = False,
) -> None:
    """Tell in plain language what was decided and said, and why."""
    session: Session = ctx.obj
    if sum((bool(customer), bool(order), message is not None)) != 1:
        raise UsageError("say about whom, with exactly one of --customer ID, --order ID and --message ID")
    tz = zone(session.settings().shop.timezone)
    with session.store() as store:
        if customer:
            stories = explain_customer(store, customer, tz)
        elif order:
            stories = explain_order(store, order, tz)
        else:
            stories = explain_message(store, message or 0, tz)
    if not stories:
        whom = f"customer {masked_if_address(customer)!r}"
        asked = whom if customer else f"order {order!r}" if order else f"message {message}"
        raise UsageError(f"there is no {asked}; `notifier export messages` lists the ids of those written to")
    if as_json:
        found = [story.as_json() for story in stories]
        say_json(found[0] if len(found) == 1 else {"stories": found})
    else:
        typer.echo("\n\n".join(story.as_text() for story in stories))

"""`notifier receive`: takes replies in by hand, as the webhooks and the mailbox do. Colour: door."""

from hashlib import sha256
from typing import Annotated

import typer

from notifier.cli.session import Now, Session, say_json
from notifier.pipeline.identify import number_read
from notifier.pipeline.receive import receive as take_in
from notifier.terms.incoming import Incoming, Road

receive = typer.Typer(no_args_is_help=True, help="Take in what a customer answered; one JSON line each.")


@receive.command("sms")
def sms(
    ctx: typer.Context,
    sender: Annotated[str, typer.Option("--from", help="The number that wrote, like +4915112345678.")],
    text: Annotated[str, typer.Option("--text", help="What it wrote.")],
    to: Annotated[str, typer.Option("--to", help="Our number that it wrote to; default: the first brand's.")] = "",
    sid: Annotated[str, typer.Option("--id", help="The provider's id of it, so that it is taken in once.")] = "",
    now: Now = None,
) -> None:
    """Take in one text. It is acted on, and answered through the outbox."""
    session: Session = ctx.obj
    at = session.happened(now)
    number = number_read(sender, session.settings().shop.country)
    key = sid or "hand:" + sha256(f"{number}\x00{text}\x00{at.isoformat()}".encode()).hexdigest()[:32]
    with session.house() as house:
        say_json(take_in(house, Incoming(Road.SMS, key, at, text, number, to), at).as_json())

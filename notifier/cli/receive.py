"""`notifier receive`: takes replies in by hand, as the webhooks and the mailbox do. Colour: door."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from notifier import app
from notifier.cli.session import DONE, WITH_REFUSALS, Now, Session, say_json
from notifier.errors import UnreadableMail, UsageError
from notifier.pipeline.identify import number_read
from notifier.pipeline.receive import Received
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


@receive.command("email")
def email(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Mails as they came, one a file (.eml).")],
    now: Now = None,
) -> None:
    """Take in emails from files, as if they had come into the mailbox now. 1: one could not be read."""
    session: Session = ctx.obj
    at, unread = session.happened(now), 0
    with session.house() as house, app.open_mailroom(house) as room:
        for file in files:
            try:
                raw = _bytes(file)
                found = replace(room, clock=lambda: at).open(raw, at, f"hand:{sha256(raw).hexdigest()[:32]}")
            except UnreadableMail as fault:
                unread += 1
                session.console.print(f"{file}: {fault}", markup=False)
                continue
            say_json(found.as_json() if isinstance(found, Received) else {"ignored": found.value})
    raise typer.Exit(WITH_REFUSALS if unread else DONE)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise UsageError(f"{file}: cannot be read: {fault.strerror}; name another file") from fault

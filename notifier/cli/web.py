"""`notifier web`: Twilio's webhooks, and what links in messages lead to. Colour: door."""

import asyncio
import signal

import typer

from notifier import app
from notifier.cli.session import Session
from notifier.errors import UsageError
from notifier.web.serving import serving, web_serving


def web(ctx: typer.Context) -> None:
    """Serve what [web] public_url leads to until stopped; notifier run does so too where [web] listen is set."""
    asyncio.run(_web(ctx.obj))


async def _web(session: Session) -> None:
    settings, stop = session.settings(), asyncio.Event()
    if settings.web.place is None:
        raise UsageError("[web] listen is empty. Set it, like 127.0.0.1:8080, or NOTIFIER_WEB__LISTEN for this process")
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with session.house() as house:
        async with serving(settings, house), web_serving(settings, house):
            app.settle_in()
            session.console.print(f"serving {settings.web.public_url} at {settings.web.listen}")
            await stop.wait()
    session.console.print("stopped: nothing is being answered")

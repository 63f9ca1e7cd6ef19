"""The bare loop: an EmailMessage each and a pool of aiosmtplib connections; no database, no template, no log."""

import asyncio
import time
from email.message import EmailMessage

import aiosmtplib

from benchmarks import letter

CONNECTIONS = 16


def bare_loop(port: int, mails: int, size: int) -> float:
    """Seconds that it takes to send so many mails of about `size` bytes."""
    begun = time.perf_counter()
    asyncio.run(_send(port, mails, size))
    return time.perf_counter() - begun


async def _send(port: int, mails: int, size: int) -> None:
    left = iter(range(mails))

    async def lane() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
            for i in left:
                await client.send_message(_message(i, size))

    await asyncio.gather(*(lane() for _ in range(CONNECTIONS)))


def _message(i: int, size: int) -> EmailMessage:
    message = EmailMessage()
    message["From"] = letter.SENDER
    message["To"] = letter.recipient(i)
    message["Subject"] = letter.subject(i)
    message.set_content(letter.plain(i, size))
    message.add_alternative(letter.html(i, size), subtype="html")
    return message

"""The bare loop: an EmailMessage each and a pool of aiosmtplib connections; no database, no template, no log."""

import asyncio
import time
from email.message import EmailMessage

import aiosmtplib

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
    message["From"] = "Bench <orders@bench.example>"
    message["To"] = f"c{i}@bench.example"
    message["Subject"] = f"Your order o{i} is late"
    message.set_content(f"Hello Customer {i}, your order is late.\n" * (size // 160))
    message.add_alternative(f"<p>Hello Customer {i}, your order is late.</p>\n" * (size // 60), subtype="html")
    return message

"""Texts through our sender, which is Twilio's client, as a share of bare aiohttp with the same form to the same server.

Both keep as many texts in flight; the bare one reads Twilio's answer too. Medians of ROUNDS.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable

import aiohttp

from benchmarks.text_server import text_server
from notifier.channels.sms import SmsAccess, SmsSender
from notifier.terms.delivery import Parcel
from notifier.terms.words import Channel, Outcome

ROUNDS = int(os.environ.get("ROUNDS", "5"))
TEXTS = int(os.environ.get("TEXTS", "5000"))
IN_FLIGHT = 16
ACCOUNT, TOKEN, SERVICE = "AC" + "0" * 32, "token", "MG" + "0" * 32
CALLBACK = "https://bench.example/twilio"
VALID_SECONDS = 3600
BODY = "Bench: your order is late. It should ship by June 20. Reply STOP to end these texts."


def run() -> None:
    """Print each round and the median share."""
    shares = []
    print(f"texts, {TEXTS:,} at {IN_FLIGHT} in flight, {ROUNDS} rounds")
    print("round  bare aiohttp/s  ours/s  share")
    with text_server() as url:
        for number in range(ROUNDS):
            bare, ours = (asyncio.run(way(url)) for way in (_bare, _ours))
            shares.append(ours / bare)
            print(f"{number + 1:5}  {bare:14,.0f}  {ours:6,.0f}  {shares[-1]:.2f}", flush=True)
    print(f"median share {statistics.median(shares):.2f}\n")


async def _ours(url: str) -> float:
    access = SmsAccess(ACCOUNT, TOKEN, SERVICE, CALLBACK, base_url=url, connections=IN_FLIGHT)
    sender = SmsSender(access)

    async def send(i: int) -> str:
        words = BODY.encode()
        result = await sender.send(Parcel(i, i, f"u{i}", Channel.SMS, "", _number(i), words, VALID_SECONDS))
        assert result.outcome is Outcome.ACCEPTED, result
        return result.provider_id

    try:
        return await _timed(send)
    finally:
        await sender.close()


async def _bare(url: str) -> float:
    path = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    who = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    async with aiohttp.ClientSession(headers=who) as session:

        async def send(i: int) -> str:
            callback = f"{CALLBACK}?attempt={i}"
            form = {"To": _number(i), "MessagingServiceSid": SERVICE, "Body": BODY, "StatusCallback": callback}
            async with session.post(path, data=form | {"ValidityPeriod": VALID_SECONDS}) as answer:
                return str((await answer.json())["sid"])

        return await _timed(send)


def _number(i: int) -> str:
    return f"+1500555{i % 10_000:04}"


async def _timed(send: Callable[[int], Awaitable[str]]) -> float:
    """Texts a second; the connections are open before the clock runs."""
    left = iter(range(TEXTS))
    sids: set[str] = set()

    async def lane() -> None:
        for i in left:
            sids.add(await send(i))

    await asyncio.gather(*(send(i) for i in range(IN_FLIGHT)))
    begun = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
    spent = time.perf_counter() - begun
    assert len(sids) == TEXTS, len(sids)
    return TEXTS / spent


if __name__ == "__main__":
    run()

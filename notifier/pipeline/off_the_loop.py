"""Transactions in threads, for what runs on the loop that answers webhooks. Colour: root. Used by pipeline."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from notifier.store.engine import Store, Transaction

Found = TypeVar("Found")


async def reading(store: Store, act: Callable[[Transaction], Found]) -> Found:
    """What `act` gives, in a reading transaction of a thread."""

    def read() -> Found:
        with store.read() as tx:
            return act(tx)

    return await asyncio.to_thread(read)


async def writing(store: Store, act: Callable[[Transaction], Found]) -> Found:
    """The same with a writing transaction, which is committed before this returns."""

    def write() -> Found:
        with store.write() as tx:
            return act(tx)

    return await asyncio.to_thread(write)

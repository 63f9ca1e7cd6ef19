"""Renders what an operator looks at, beside all other requests. Colour: root. Held by the console's desk.

Drafts are strangers' code, so they run in limited processes of this server's own. All previews share one process and
one thread: a slow draft, and the rest after it, make other previews wait, and no other page, and no message that is
being sent.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from notifier.render_pool import Answer, RenderFailure, RenderJob, RenderPool

Found = TypeVar("Found")
KEPT = 64
"""Rendered drafts that are kept: a frame asks for what the page has just tried."""


class Overtaken(Exception):
    """The same operator has asked for something newer meanwhile."""


class Previews:
    """`pool` starts its process when something is first rendered. Call `close` when the server ends."""

    def __init__(self, pool: RenderPool) -> None:
        self.pool = pool
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._asked: dict[int, int] = {}
        self._turns: dict[int, asyncio.Lock] = {}
        self._kept: OrderedDict[RenderJob, Answer] = OrderedDict()

    async def newest(self, operator: int, job: RenderJob) -> Answer:
        """One message as it would be sent; of one operator (its id) only the newest question waits.

        Raises Overtaken, and RenderError where no process can be started.
        """
        mine = self._asked[operator] = self._asked.get(operator, 0) + 1
        async with self._turn(operator):
            if self._asked[operator] != mine:
                raise Overtaken
            return await self.run(lambda: self._answer(job))

    async def shown(self, operator: int, job: RenderJob) -> Answer:
        """The same, for a frame of a page: each is answered, one after the other. Raises RenderError."""
        async with self._turn(operator):
            return await self.run(lambda: self._answer(job))

    def _turn(self, operator: int) -> asyncio.Lock:
        return self._turns.setdefault(operator, asyncio.Lock())

    async def run(self, act: Callable[[], Found]) -> Found:
        """What `act` gives, in the thread of the previews: whatever renders goes through here."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def _answer(self, job: RenderJob) -> Answer:
        kept = self._kept.get(job)
        if kept is None:
            (kept,) = self.pool.render([job])
            if isinstance(kept, RenderFailure) and kept.limit:
                return kept
            self._kept[job] = kept
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return kept

    def close(self) -> None:
        """End the process, and wait for what is under way: as long as its limits let it go on, without a rest."""
        self.pool.stop_resting()
        self._thread.shutdown(cancel_futures=True)
        self.pool.close()

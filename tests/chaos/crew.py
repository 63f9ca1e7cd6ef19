"""Several processes at work on one database at the same time: killed and replaced, frozen and thawed."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import func, select

from notifier.store.lookup import table_of
from notifier.store.tables import Message
from tests.chaos.life import Life
from tests.chaos.rage import Parent, warm_parent
from tests.shop import NOON, Shop

_message = table_of(Message)


@dataclass(slots=True)
class Post:
    """A place in the crew, and the process that fills it."""

    parent: Parent
    life: Life
    pid: int = 0

    def fill(self) -> None:
        """Let a new life begin."""
        self.pid = self.parent.begin(self.life)

    def kill(self) -> None:
        """End its process, as by a power cut."""
        self.signal(signal.SIGKILL)
        self.parent.ended()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal: SIGSTOP freezes, SIGCONT thaws."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


@contextmanager
def crew(lives: Sequence[Life], within: Sequence[str] = ()) -> Iterator[list[Post]]:
    """Processes that live these lives, all ended with the block; `within` is a command that runs another one."""
    with ExitStack() as stack:
        posts = [Post(stack.enter_context(warm_parent(within)), life) for life in lives]
        for post in posts:
            post.fill()
            stack.callback(post.kill)
        yield posts


def in_hand(shop: Shop, post: Post) -> int:
    """How many messages the process holds, claimed or handed off."""
    held = _message.c.state.in_(("claimed", "handed_off")) & (_message.c.claimed_by == f"life:{post.pid}")
    return _count(shop, held)


def on_their_way(shop: Shop) -> int:
    """How many messages are in somebody's hands, or are to go before the day is over."""
    tomorrow = NOON.replace(hour=23, minute=59)
    return _count(
        shop,
        _message.c.state.in_(("claimed", "handed_off"))
        | ((_message.c.state == "queued") & (_message.c.not_before < tomorrow)),
    )


def written_to(shop: Shop) -> int:
    """How many customers have a message, in whatever state."""
    with shop.house() as house, house.store.read() as tx:
        return tx.connection.execute(select(func.count(_message.c.customer_id.distinct()))).scalar_one()


def _count(shop: Shop, which: object) -> int:
    with shop.house() as house, house.store.read() as tx:
        found: int = tx.connection.execute(select(func.count()).where(which)).scalar_one()  # type: ignore[arg-type]
        return found


def most_over(times: Sequence[float], rate: float, in_flight: int, seconds: Sequence[float] = (1, 2, 5)) -> float:
    """By how many the fullest stretch of each of these lengths is above what a rate may let through; below 0: by none.

    The meter lets a second's worth go at once after a rest. It is asked at the hand-off, and the server sees the mail
    later: so much may come from before the stretch as can be handed off and unsettled at one time.
    """
    ordered, worst = sorted(times), float("-inf")
    for length in seconds:
        first = 0
        for last, at in enumerate(ordered):
            while ordered[first] <= at - length:
                first += 1
            worst = max(worst, last - first + 1 - (rate * length + max(rate, 1) + in_flight))
    return worst

"""Long work of which an area has one piece at a time; it ends with the server. Colour: door. Used by areas."""

from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

from notifier.pipeline.apart import Apart
from notifier.web.threads import Threads


class Piece(Protocol):
    """What an area keeps of one piece of work."""

    @property
    def work(self) -> Apart[Any]:
        """The process."""
        ...


Kept = TypeVar("Kept", bound=Piece)


class OneAtATime(Generic[Kept]):
    """The newest piece of an area (`now`), at work or over.

    A thread waits for its turn, not the loop: who gives up waiting for an answer leaves nothing half begun behind, for
    what is started in a thread is kept there too.
    """

    def __init__(self, threads: Threads) -> None:
        self.now: Kept | None = None
        self._turn = Lock()
        threads.at_close.insert(0, self._close)

    @property
    def busy(self) -> Kept | None:
        """The piece that is at work."""
        now = self.now
        return now if now is not None and not now.work.over else None

    def begin(self, start: Callable[[], Kept], give_way: Callable[[Kept], None]) -> Kept:
        """Start a piece and keep it; what is at work ends before, unless `give_way` raises for it. In a thread."""
        with self._turn:
            busy = self.busy
            if busy is not None:
                give_way(busy)
                busy.work.cancel()
            self.now = start()
            return self.now

    def end(self, which: Kept | None) -> None:
        """Forget this one, if it is the newest; its process ends. In a thread."""
        with self._turn:
            if which is not None and which is self.now:
                self.now = None
                which.work.cancel()

    def _close(self) -> None:
        self.end(self.now)

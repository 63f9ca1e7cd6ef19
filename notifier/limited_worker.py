"""What every limited process does: hold its limits, take frames, answer frames. Colour: wire.

Used by render_worker and by replies.mail_worker, which are started by `limited_process`. Such a process opens nothing,
ignores Ctrl-C, and ends when its input ends, or its parent is gone for too long.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator

from notifier.limited_process import FRAME, MEMORY_GONE


def serve(limit: Callable[[], None], answers: Callable[[bytes], Iterator[bytes]], seconds: float) -> None:
    """Say that it is ready, then answer each question with the frames of `answers`, until the input ends.

    Each frame may take `seconds` of the processor: that ends what never ends when the parent is no longer there to.
    `limit` sets the memory, which is not given back: who runs out of it ends the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit()
    gc.freeze()
    asked, answering = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr

    def send(frame: bytes) -> None:
        answering.write(FRAME.pack(len(frame)) + frame)
        answering.flush()

    send(b"")
    while len(size := asked.read(FRAME.size)) == FRAME.size:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            for frame in answers(asked.read(FRAME.unpack(size)[0])):
                send(frame)
                signal.setitimer(signal.ITIMER_PROF, seconds)
        except MemoryError:
            # What is left of this process cannot be trusted with the next question.
            os._exit(MEMORY_GONE)
        signal.setitimer(signal.ITIMER_PROF, 0)


def cap_memory(most: int, *, beyond: bool) -> None:
    """Cap the address space at `most` bytes, or at so many `beyond` what it is now, where the system can (Unix)."""
    try:
        import resource

        whole = most + (_now() if beyond else 0)
        resource.setrlimit(resource.RLIMIT_AS, (whole, whole))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


def _now() -> int:
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")

"""The worker of `benchmarks.flat`: delivers all, and prints how much memory it had on the way.

A module of its own that imports little, so that its memory is that of a worker.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.delivery_worker import worker
from notifier.pipeline.deliver import DeliverReport

STEPS = 200
TELL = 10


class Scales:
    """Looks at the memory each time so many more mails are accepted, and says each tenth how far it has come."""

    def __init__(self, mails: int) -> None:
        self._mails, self._next = mails, 0
        self.samples: list[tuple[float, float, float]] = []

    def look(self, report: DeliverReport) -> None:
        """Keep the share that is done, MB of this process, and MB of the largest that renders for it."""
        if self._next <= STEPS and report.accepted * STEPS >= self._next * self._mails:
            done, own = report.accepted / self._mails, resident_mb("self")
            self.samples.append((done, own, max(map(resident_mb, children()), default=0)))
            if self._next * TELL % STEPS == 0:
                print(f"   {done:4.0%} {own:6.1f} MB", file=sys.stderr, flush=True)
            self._next += 1


def resident_mb(process: str) -> float:
    """VmRSS; 0 of a process that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0)


def children() -> Iterator[str]:
    """The ids of the processes that this one has started."""
    for listed in Path("/proc/self/task").glob("*/children"):
        yield from listed.read_text().split()


if __name__ == "__main__":
    scales = Scales(int(sys.argv[3]))
    found = asyncio.run(worker(Path(sys.argv[1]), sys.argv[2], 1, scales.look))
    print(json.dumps({"samples": scales.samples} | found), flush=True)

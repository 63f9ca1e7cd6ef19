"""One process of `benchmarks.delivery`: opened and warm, it waits for the word, delivers, and prints what it cost.

Used by `benchmarks.flat_worker` too. A module of its own, so that its memory is that of a worker.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from notifier import app
from notifier.pipeline.deliver import DeliverReport, deliver
from notifier.settings import load_settings

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


def peak_mb() -> int:
    """Most memory that this process had; what the system says of a process counts its parent's at the fork too."""
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(own.split()[1]) // 1024


async def worker(
    folder: Path, url: str, workers: int, progress: Callable[[DeliverReport], None] = lambda report: None
) -> dict[str, float]:
    """One of the processes: opened and warm, it waits for the word, and delivers."""
    environ = {"NOTIFIER_DATABASE__URL": url, "NOTIFIER_DELIVERY__RENDER_WORKERS": str(max(2 // workers, 1))}
    settings = load_settings(folder / "settings.toml", environ)
    house, wires = app.open_house(settings), app.open_wires(settings)
    wires.pool.start()
    app.settle_in()
    print("ready", flush=True)
    sys.stdin.readline()
    accepted, before = 0, time.process_time()
    try:
        for _ in range(3):
            report = await deliver(house, wires, lambda: NOW, asyncio.Event(), progress)
            accepted += report.accepted
    finally:
        await app.close_wires(wires)
        house.store.close()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() - before
    per = 1e6 / max(accepted, 1)
    return {
        "accepted": accepted,
        "own_us": round(spent * per),
        "render_us": round((children.ru_utime + children.ru_stime) * per),
        "peak_mb": peak_mb(),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(worker(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))), flush=True)

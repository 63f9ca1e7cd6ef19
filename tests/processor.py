"""Seconds of the processor: what something costs, however busy the machine is."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def seconds_of(pid: int) -> float:
    """That a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def costs_less_than(seconds: float) -> Iterator[None]:
    """What this thread does in the block."""
    before = time.thread_time()
    yield
    assert time.thread_time() - before < seconds

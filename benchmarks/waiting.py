"""Processes that open and warm up, say so with a line, and wait for the word to begin. Used by the benchmarks."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def opened(command: Sequence[str]) -> subprocess.Popen[str]:
    """Start one and wait until it is ready; what it says beside goes to our stderr."""
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    if not process.stdout.readline():
        raise SystemExit(f"{command[:3]} ended with {process.wait()} before it was ready")
    return process


def seconds_of(crew: Sequence[subprocess.Popen[str]]) -> tuple[float, list[str]]:
    """Seconds from the word to begin until the last of them has ended, and what each printed."""
    begun = time.perf_counter()
    for one in crew:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [one.communicate()[0] for one in crew]
    spent = time.perf_counter() - begun
    if any(one.returncode for one in crew):
        raise SystemExit(f"{crew[0].args!r} ended with {[one.returncode for one in crew]}")
    return spent, told

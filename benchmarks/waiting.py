"""Processes that open and warm up, say so with a line, and wait for the word to begin. Used by the benchmarks."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def opened(command: Sequence[str]) -> subprocess.Popen[str]:
    """Start one and wait until it is ready; what it says beside goes to our stderr."""
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if not _line(process):
        raise SystemExit(f"{command[:3]} ended with {process.wait()} before it was ready")
    return process


def seconds_of(crew: Sequence[subprocess.Popen[str]]) -> tuple[float, list[str]]:
    """Seconds from the word to begin until the last of them has said a line, which is its result, and those lines.

    That an interpreter takes half a second to end, whatever it did, is in nobody's time.
    """
    begun = time.perf_counter()
    for one in crew:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [_line(one) for one in crew]
    spent = time.perf_counter() - begun
    for one in crew:
        one.communicate()
    if any(one.returncode for one in crew) or not all(told):
        raise SystemExit(f"{crew[0].args!r} ended with {[one.returncode for one in crew]}")
    return spent, told


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()

"""A place with a network of its own, joined to this machine by two cables that can be cut; nothing else is reached.

Needs root and Debian's iproute2; skips with a sentence otherwise.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap

import pytest


@dataclass(frozen=True, slots=True)
class Cable:
    """`here` and `there` are the addresses of its ends, `name` is the device of this one."""

    name: str
    here: str
    there: str

    def cut(self) -> None:
        """From now on all that is sent is lost, and nobody is told."""
        _ip("link", "set", self.name, "down")

    def mend(self) -> None:
        """Join it again."""
        _ip("link", "set", self.name, "up")


@dataclass(frozen=True, slots=True)
class Place:
    """`within` runs a command there."""

    within: tuple[str, ...]
    first: Cable
    second: Cable


@contextmanager
def place_apart() -> Iterator[Place]:
    """The place, removed with the block, whatever happens."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("missing: root, and Debian's iproute2 package: apt-get install iproute2")
    name = f"ntf{os.getpid()}"
    ends = [(f"{name}a", "10.77.0.1", "10.77.0.2"), (f"{name}b", "10.77.0.5", "10.77.0.6")]
    cables = list(starmap(Cable, ends))
    try:
        _ip("netns", "add", name)
    except subprocess.CalledProcessError:
        pytest.skip("missing: the right to make network namespaces")
    try:
        for cable in cables:
            there = f"{cable.name}x"
            _ip("link", "add", cable.name, "type", "veth", "peer", "name", there, "netns", name)
            _ip("addr", "add", f"{cable.here}/30", "dev", cable.name)
            _ip("link", "set", cable.name, "up")
            _ip("-n", name, "addr", "add", f"{cable.there}/30", "dev", there)
            _ip("-n", name, "link", "set", there, "up")
        yield Place(("ip", "netns", "exec", name), *cables)
    finally:
        # The other ends go with the namespace, and a cable goes with either end.
        _ip("netns", "del", name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)

"""A local SMTP server that throws mail away: postfix's smtp-sink, in C, so that it is never the bottleneck."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

WAIT_SECONDS = 10


def found() -> str | None:
    """The program, None where Debian's postfix package is not installed."""
    return shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/opt/homebrew/sbin")


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Run the sink on a free loopback port and give that port."""
    program = found()
    if program is None:
        raise SystemExit("the benchmarks need smtp-sink; on Debian: apt-get install postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    sink = subprocess.Popen(
        [program, "-c", "-u", "nobody", f"inet:127.0.0.1:{port}", "1000"], stdout=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield port
    finally:
        sink.terminate()
        sink.wait()


def _wait(port: int) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit("smtp-sink did not start")

"""The process behind `render_pool`: reads batches, renders, answers message by message. Colour: wire.

Started by render_pool, not run by hand. It holds no secret, opens nothing, ignores Ctrl-C, and ends when its input
ends.
"""

import gc
import json
import os
import pickle
import signal
import sys
from typing import BinaryIO

from notifier.errors import RenderError
from notifier.render.compile import Compiled, compile_source, render_email, render_text
from notifier.render.mime import build_email
from notifier.render_pool import FRAME, RenderJob
from notifier.terms.words import Channel

KEPT = 64
"""Compiled template versions a process keeps; some 100 KB each."""


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory, max_segments, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    _limit_memory(memory)
    gc.freeze()
    asked, answering = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    compiled: dict[str, Compiled] = {}
    _answer(answering, {"ready": True})
    while len(size := asked.read(FRAME.size)) == FRAME.size:
        for job in pickle.loads(asked.read(FRAME.unpack(size)[0])):  # noqa: S301
            # Ends an endless template when the parent is no longer there to do so.
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            _serve(answering, job, compiled, max_segments)


def _limit_memory(memory: int) -> None:
    """Cap the address space at what it is now plus `memory` bytes; only where the system can say what it is (Linux)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as pages:
            current = int(pages.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (current + memory, current + memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


def _serve(answering: BinaryIO, job: RenderJob, compiled: dict[str, Compiled], max_segments: int) -> None:
    try:
        head, parts = _rendered(job, compiled, max_segments)
    except RenderError as error:
        head, parts = {"fault": str(error).removeprefix(f"{error.where}: "), "where": error.where, "limit": False}, ()
    except MemoryError:
        # What is left of this process cannot be trusted with the next message.
        os._exit(3)
    except Exception as error:  # a fault of ours or of a library: this message fails, the batch goes on  # noqa: BLE001
        head, parts = {"fault": f"fails with {type(error).__name__}", "where": job.source.purpose, "limit": False}, ()
    _answer(answering, head, parts)


def _rendered(
    job: RenderJob, compiled: dict[str, Compiled], max_segments: int
) -> tuple[dict[str, object], tuple[bytes, ...]]:
    template = compiled.get(job.source.version)
    if template is None:
        if len(compiled) >= KEPT:
            compiled.pop(next(iter(compiled)))
        template = compiled[job.source.version] = compile_source(job.source)
    if job.content.channel is Channel.SMS:
        short = render_text(template, job.content, max_segments)
        body = short.text.encode("utf-8")
        head = {"subject": "", "segments": short.segments, "encoding": short.encoding, "body": len(body), "html": 0}
        return head, (body, body)
    email = render_email(template, job.content)
    if job.headers:
        body, html, text = build_email(email, job.headers), b"", b""
    else:
        body, html, text = b"", email.html.encode("utf-8"), email.text.encode("utf-8")
    head = {"subject": email.subject, "segments": 0, "encoding": "", "body": len(body), "html": len(html)}
    return head, (body, html, text)


def _answer(answering: BinaryIO, head: dict[str, object], parts: tuple[bytes, ...] = ()) -> None:
    raw = json.dumps(head).encode("ascii")
    frame = b"".join((FRAME.pack(len(raw)), raw, *parts))
    answering.write(FRAME.pack(len(frame)) + frame)
    answering.flush()


if __name__ == "__main__":
    main()

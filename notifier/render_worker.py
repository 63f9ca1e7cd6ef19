"""The process behind `render_pool`: reads batches, renders, answers message by message. Colour: wire.

Started by render_pool, not run by hand.
"""

import json
import pickle
import signal
import sys
from collections.abc import Iterator

from notifier.errors import RenderError
from notifier.limited_process import FRAME
from notifier.limited_worker import cap_memory, serve
from notifier.render.compile import Compiled, compile_source, render_email, render_text
from notifier.render.mime import build_email
from notifier.render_pool import RenderJob
from notifier.terms.words import Channel

KEPT = 64
"""Compiled template versions a process keeps; some 100 KB each."""


def main() -> None:
    """Serve until the input ends.

    Arguments: bytes of memory, segments of a text, seconds of the processor for a message, and for a first compilation.
    """
    memory, max_segments = map(int, sys.argv[1:3])
    seconds, compile_seconds = map(float, sys.argv[3:5])
    compiled: dict[str, Compiled] = {}

    def answers(batch: bytes) -> Iterator[bytes]:
        for job in pickle.loads(batch):  # noqa: S301
            first = 0.0 if job.source.version in compiled else compile_seconds
            signal.setitimer(signal.ITIMER_PROF, seconds + first)
            yield _answer(job, compiled, max_segments)

    serve(lambda: cap_memory(memory, beyond=True), answers, seconds + compile_seconds)


def _answer(job: RenderJob, compiled: dict[str, Compiled], max_segments: int) -> bytes:
    head: dict[str, object]
    parts: tuple[bytes, ...] = ()
    try:
        head, parts = _rendered(job, compiled, max_segments)
    except RenderError as error:
        head = {"fault": str(error).removeprefix(f"{error.where}: "), "where": error.where, "limit": False}
    except MemoryError:
        raise
    except Exception as error:  # a fault of ours or of a library: this message fails, the batch goes on  # noqa: BLE001
        head = {"fault": f"fails with {type(error).__name__}", "where": job.source.purpose, "limit": False}
    raw = json.dumps(head).encode("ascii")
    return b"".join((FRAME.pack(len(raw)), raw, *parts))


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


if __name__ == "__main__":
    main()

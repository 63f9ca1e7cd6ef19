"""Runs render/ in processes with memory and time limits (HOSTILE 29). Colour: wire. Called by deliver and previews.

A process gets a batch at a time and answers message by message. What it sends back is never unpickled.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType

from notifier.errors import RenderError
from notifier.limited_process import FRAME, Ended, LimitedProcess, NotStarted
from notifier.render.catalogue import TemplateSource
from notifier.render.mime import EmailHeaders
from notifier.render_packing import packed
from notifier.terms.content import Content

BATCH = 64
"""Messages a process gets at once: enough to forget the pipe's cost, few enough to share the work out evenly."""
SLACK = 20.0
"""A template cannot wait, only compute, so what it may use is counted by the processor. On a busy machine, or at a low
priority, it waits long for that: by the clock alone, honest templates would fail then."""
STRIKES = 3
"""A template version that breaks the limits so often in a row is not tried for STRIKE_SECONDS."""
STRIKE_SECONDS = 600.0
"""So long a strike counts: a machine that was slow for a minute must not bar a version until the next restart."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use.

    `memory` is bytes beyond a fresh process; seconds are for a message, a first compilation, a process's start. `nice`
    is how much less the processes are worth than delivery's, where both want a processor. `seconds` and
    `compile_seconds` are of the processor; by the clock it may be SLACK times as many. `rest` is the seconds that pass
    after a template has broken its limits, before a process is started in the place of the one that was ended.
    """

    memory: int = 128 * 1024 * 1024
    seconds: float = 0.25
    compile_seconds: float = 2.0
    start_seconds: float = 20.0
    max_segments: int = 2
    nice: int = 0
    rest: float = 0.0


BESIDE = Limits(nice=15, rest=2.0)
"""Of previews: a hostile draft uses up all that it may, and that must not be what delivery needs. A low priority alone
does not see to that where processors share their parts, or a database server wants one too: hence the rest."""


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One message to render; an email without `headers` is rendered for a preview, without MIME."""

    source: TemplateSource
    content: Content
    headers: EmailHeaders | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered message. `body` is MIME (emails with headers) or UTF-8 text; `segments` is 0 for email.

    `html` and `text` are there for previews alone, without MIME: to hand them over costs as much as the mail.
    """

    subject: str
    body: bytes
    html: str
    text: str
    version: str
    segments: int = 0
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """Why one message could not be rendered; nothing of the customer is in the text. `limit`: it broke a limit.

    `out_of_time`: that limit was of time, so the machine may have been slow and a later try may succeed; False
    means that the template is at fault (or eats memory) and must be mended first. `unlawful`: it renders, but does not
    say what the law demands.
    """

    text: str
    where: str
    version: str
    limit: bool = False
    out_of_time: bool = False
    unlawful: bool = False


Answer = Rendered | RenderFailure


@dataclass(frozen=True, slots=True)
class _Strikes:
    """How often in a row a version broke its limits, when last (seconds of the pool's clock), and which limit then."""

    count: int
    last: float
    out_of_time: bool


WHY = {
    "timeout": "took too long",
    "memory": "used too much memory or ended by itself",
    "malformed": "used too much memory or ended by itself",
}
"""What a template has done whose process ended."""


@dataclass(slots=True)
class _Worker:
    """One process: started when first needed, ended when it breaks a limit."""

    limits: Limits
    clock: Callable[[], float]
    wait: Callable[[float], object]
    child: LimitedProcess | None = None
    seen: set[str] = field(default_factory=set)
    rests_until: float = 0.0

    def start(self) -> LimitedProcess:
        """Start the process and wait until it says that it is ready. Raises RenderError if it does not come up."""
        if self.rests_until > self.clock():
            self.wait(self.rests_until - self.clock())
        limits, self.seen = self.limits, set()
        numbers = (limits.memory, limits.max_segments, limits.seconds, limits.compile_seconds)
        try:
            self.child = LimitedProcess(
                "notifier.render_worker", tuple(map(str, numbers)), limits.start_seconds, nice=limits.nice
            )
        except NotStarted as fault:
            raise RenderError(f"the render process {fault}") from fault
        return self.child

    def stop(self) -> None:
        """End the process at once; harmless if there is none."""
        if self.child is not None:
            self.child.end()
            self.child = None

    def stop_for_a_rest(self) -> None:
        """End the process, which has broken a limit; the next is started when the rest is over."""
        self.stop()
        self.rests_until = self.clock() + self.limits.rest

    def answers(self, jobs: Sequence[RenderJob]) -> Iterator[Answer]:
        """Send the batch, then yield answers in order. Raises Ended at the first that does not come in time."""
        child = self.child or self.start()
        child.ask(packed(jobs), self.limits.start_seconds)
        for job in jobs:
            version = job.source.version
            allowed = self.limits.seconds + (0.0 if version in self.seen else self.limits.compile_seconds)
            answer = _read(child.answer(allowed * SLACK), version)
            self.seen.add(version)
            yield answer


def _read(frame: bytes, version: str) -> Answer:
    """An answer is a JSON head with lengths, then the parts themselves."""
    (size,) = FRAME.unpack_from(frame)
    head = json.loads(frame[FRAME.size : FRAME.size + size])
    if "fault" in head:
        return RenderFailure(head["fault"], head["where"], version, head["limit"])
    body, html = head["body"], head["html"]
    rest = memoryview(frame)[FRAME.size + size :]
    parts = bytes(rest[:body]), str(rest[body : body + html], "utf-8"), str(rest[body + html :], "utf-8")
    return Rendered(head["subject"], *parts, version, head["segments"], head["encoding"])


class RenderPool:
    """`workers` limited processes. `render` blocks, may be called from any thread, one call at a time.

    Use as a context manager; processes start on first use and are ended on leaving. `clock` gives monotonic seconds by
    which strikes expire and rests end; `wait` passes the seconds of a rest, by default until the pool is closed.
    """

    def __init__(
        self,
        workers: int,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._closing = threading.Event()
        self._workers = [_Worker(limits, clock, wait or self._closing.wait) for _ in range(max(workers, 1))]
        self._turn = threading.Lock()
        self._clock = clock
        self._strikes: dict[str, _Strikes] = {}

    def __enter__(self) -> "RenderPool":  # noqa: PYI034
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stop_resting(self) -> None:
        """Let nobody wait for the end of a rest any more: the pool is about to be closed."""
        self._closing.set()

    def close(self) -> None:
        """End every process."""
        self.stop_resting()
        with self._turn:
            for worker in self._workers:
                worker.stop()

    def start(self) -> None:
        """Start all processes now, so that the first messages need not wait for them."""
        with self._turn:
            for worker in self._workers:
                if worker.child is None:
                    worker.start()

    def processes(self) -> tuple[int, ...]:
        """The process ids of what runs now, for a live view and for tests."""
        children = [worker.child for worker in self._workers]  # a render may end one meanwhile
        return tuple(child.pid for child in children if child is not None)

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        """Render all jobs; answers are in the jobs' order. A job that breaks a limit is tried again, alone, then fails.

        Raises RenderError if no process can be started.
        """
        answers: list[Answer | None] = [None] * len(jobs)
        chunks = iter([range(n, min(n + BATCH, len(jobs))) for n in range(0, len(jobs), BATCH)])
        sharing = threading.Lock()

        def work(worker: _Worker) -> None:
            while True:
                with sharing:
                    chunk = next(chunks, None)
                if chunk is None:
                    return
                self._chunk(worker, jobs, chunk, answers)

        with self._turn:
            busy = self._workers[: max(1, -(-len(jobs) // BATCH))]
            with ThreadPoolExecutor(len(busy)) as threads:
                for done in [threads.submit(work, worker) for worker in busy]:
                    done.result()
        return [answer for answer in answers if answer is not None]

    def _chunk(self, worker: _Worker, jobs: Sequence[RenderJob], chunk: range, answers: list[Answer | None]) -> None:
        left = list(chunk)
        alone = False
        while left:
            struck = self._struck_out(jobs[left[0]])
            if struck:
                answers[left.pop(0)] = struck
                continue
            batch = left[:1] if alone else left[:1] + [n for n in left[1:] if not self._struck_out(jobs[n])]
            try:
                for n, answer in zip(list(batch), worker.answers([jobs[n] for n in batch]), strict=True):
                    answers[n] = answer
                    left.remove(n)
                    self._strikes.pop(jobs[n].source.version, None)
                alone = False
            except Ended as ended:
                worker.stop_for_a_rest()
                culprit = next(n for n in batch if answers[n] is None)
                # A machine that stood still for a moment looks the same as a hostile template: hence a second try.
                if alone:
                    answers[culprit] = self._failure(jobs[culprit], ended)
                    left.remove(culprit)
                else:
                    left.remove(culprit)
                    left.insert(0, culprit)
                alone = not alone

    def _failure(self, job: RenderJob, ended: Ended) -> RenderFailure:
        version = job.source.version
        before, late = self._standing(version), ended.why == "timeout"
        self._strikes[version] = _Strikes((before.count if before else 0) + 1, self._clock(), late)
        text = f"the template {WHY[ended.why]}; look for loops and large repeats"
        return RenderFailure(text, job.source.purpose, version, True, late)

    def _struck_out(self, job: RenderJob) -> RenderFailure | None:
        version = job.source.version
        strikes = self._standing(version)
        if strikes is None or strikes.count < STRIKES:
            return None
        text = f"the template broke its limits {STRIKES} times; mend it"
        return RenderFailure(text, job.source.purpose, version, True, strikes.out_of_time)

    def _standing(self, version: str) -> _Strikes | None:
        """The strikes that still count."""
        strikes = self._strikes.get(version)
        return strikes if strikes and self._clock() - strikes.last < STRIKE_SECONDS else None

"""Hostile drafts in the preview, through the very processes that render what is sent."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.faults import Written, faults
from notifier.render.framed import framed
from notifier.render_pool import BESIDE, Rendered, RenderFailure, RenderJob, RenderPool
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.words import Channel
from tests.processor import costs_less_than, seconds_of
from tests.render.hostile_templates import ALL, BOMBS, Hostile
from tests.test_render_pool import CONTENT, LOOK

pytestmark = pytest.mark.slow
LIMITS = replace(BESIDE, start_seconds=60, rest=0, nice=0)
"""Those of the console, with time to start, without a rest, and worth as much as other tests: else most is waiting."""
MOST = 2 * (LIMITS.seconds + LIMITS.compile_seconds + 5)
"""Seconds of the processor for two tries, and for starting a process after each."""
FRESH = 100 * 2**20
"""Bytes of a process that has rendered nothing yet."""
ACTS = re.compile(
    r"<(script|iframe|svg|form|input|base|link|object|embed)\b|<[^>]*\son\w+\s*=|http-equiv"
    r"|(?:src|href|background)\s*=\s*[\"']?\s*(?:javascript|vbscript|https?:|//)|url\(|@import",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue([packaged_folder()])


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    with RenderPool(1, LIMITS) as opened:
        yield opened


def job(catalogue: Catalogue, hostile: Hostile) -> RenderJob:
    source = replace(catalogue.source("ready", "en", "oak"), **{hostile.part: hostile.text})
    channel = Channel.SMS if hostile.part == "sms" else Channel.EMAIL
    return RenderJob(source, replace(CONTENT, purpose="ready", channel=channel))


@pytest.mark.parametrize("hostile", ALL, ids=lambda one: one.name)
def test_a_hostile_draft_stays_within_its_limits_and_acts_nowhere(
    catalogue: Catalogue, pool: RenderPool, hostile: Hostile
) -> None:
    before = sum(map(seconds_of, pool.processes()))
    with Watch(pool) as watch:
        (answer,) = pool.render([job(catalogue, hostile)])
    assert sum(watch.seconds.values()) - before < MOST
    assert watch.memory() - FRESH < LIMITS.memory
    if isinstance(answer, Rendered):
        shown = re.sub(r' title="[^"]*"', "", framed(answer.html, dark=False))
        assert not ACTS.search(shown.replace("xmlns=&#x27;http:", ""))
        assert not re.search(r"[\r\n\x00\u2028\u202e]", answer.subject)
        assert "root:" not in answer.html + answer.text and "<class" not in answer.html + answer.text
    (honest,) = pool.render([RenderJob(catalogue.source("ready", "en", "oak"), replace(CONTENT, purpose="ready"))])
    assert isinstance(honest, Rendered)


@pytest.mark.parametrize("hostile", ALL, ids=lambda one: one.name)
def test_the_faults_of_a_hostile_draft_are_told_in_time(catalogue: Catalogue, hostile: Hostile) -> None:
    source = job(catalogue, hostile).source
    with costs_less_than(2):
        faults(Written(source, catalogue.purposes["ready"], LOOK, catalogue))


def test_there_are_more_than_fifty_of_them() -> None:
    assert len(ALL) > 90 and len({one.name for one in ALL}) == len(ALL)


def test_a_bomb_is_told_as_one_that_breaks_its_limits(catalogue: Catalogue, pool: RenderPool) -> None:
    (answer,) = pool.render([job(catalogue, BOMBS[0])])
    assert isinstance(answer, RenderFailure) and answer.limit


@pytest.mark.parametrize("name", ["a loop in a loop in a loop", "copies of a long text"])
def test_a_draft_that_was_shown_before_is_ended_after_a_quarter_of_a_second(
    catalogue: Catalogue, pool: RenderPool, name: str
) -> None:
    """Of the process's own time, and of the system's for it: copies of long texts cost that."""
    bomb = next(one for one in BOMBS if one.name == name)
    loop = replace(bomb, text="{% if first_item.quantity > 1 %}" + bomb.text + "{% endif %}x")
    harmless = job(catalogue, loop)
    items = tuple(replace(item, quantity=2) for item in harmless.content.items)
    (shown,) = pool.render([harmless])
    assert isinstance(shown, Rendered)
    (before,) = pool.processes()
    used = seconds_of(before)
    with Watch(pool) as watch:
        begun = time.monotonic()
        (answer,) = pool.render([replace(harmless, content=replace(harmless.content, items=items))])
        took = time.monotonic() - begun
    assert isinstance(answer, RenderFailure) and answer.limit
    # Of the processor; by the clock a busy machine may take longer for it. A compilation might take 2 seconds.
    assert (took > LIMITS.seconds, 0 < watch.seconds[before] - used < 4 * LIMITS.seconds) == (True, True)


def test_the_process_of_a_preview_has_a_limit_of_memory_from_the_system(catalogue: Catalogue, pool: RenderPool) -> None:
    pool.start()
    (pid,) = pool.processes()
    limits = Path(f"/proc/{pid}/limits").read_text("ascii")
    fresh = int(re.search(r"VmSize:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))[1]) * 1024  # type: ignore[index]
    found = re.search(r"Max address space\s+(\d+)\s+(\d+)", limits)
    assert found and int(found[1]) == int(found[2]) <= fresh + LIMITS.memory


class Watch:
    """Looks at the processes of a pool, again and again, while it is open: what is ended leaves nothing to look at."""

    def __init__(self, pool: RenderPool) -> None:
        self._pool, self._over = pool, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.seconds: dict[int, float] = {}
        self.most: dict[int, int] = {}

    def __enter__(self) -> "Watch":  # noqa: PYI034
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def memory(self) -> int:
        """Bytes of the largest that any of them was."""
        return max(self.most.values(), default=0)

    def _look(self) -> None:
        last = False
        while not last:
            last = self._over.wait(0.005)
            for pid in self._pool.processes():
                with suppress(OSError):
                    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
                    self.most[pid] = int(found[1]) * 1024 if found else self.most.get(pid, 0)
                    self.seconds[pid] = seconds_of(pid)

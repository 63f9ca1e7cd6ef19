"""Hostile drafts in the preview, through the very processes that render what is sent."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.faults import Written, faults
from notifier.render.framed import framed
from notifier.render_pool import Limits, Rendered, RenderFailure, RenderJob, RenderPool
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.words import Channel
from tests.render.hostile_templates import ALL, BOMBS, Hostile
from tests.test_render_pool import CONTENT, LOOK

pytestmark = pytest.mark.slow
LIMITS = Limits(start_seconds=60)
"""Those of the console."""
SLOWEST = 2 * (LIMITS.seconds + LIMITS.compile_seconds) + 15
"""Seconds of two tries, and of starting a process after each, on a machine that has other things to do."""
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
    began = time.monotonic()
    (answer,) = pool.render([job(catalogue, hostile)])
    assert time.monotonic() - began < SLOWEST
    assert memory_beyond(pool) < LIMITS.memory
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
    began = time.thread_time()
    faults(Written(source, catalogue.purposes["ready"], LOOK, catalogue))
    assert time.thread_time() - began < 2


def test_there_are_more_than_fifty_of_them() -> None:
    assert len(ALL) > 90 and len({one.name for one in ALL}) == len(ALL)


def test_a_bomb_is_told_as_one_that_breaks_its_limits(catalogue: Catalogue, pool: RenderPool) -> None:
    (answer,) = pool.render([job(catalogue, BOMBS[0])])
    assert isinstance(answer, RenderFailure) and answer.limit


def memory_beyond(pool: RenderPool) -> int:
    """Bytes of the largest that the process was, beyond the 100 MB of a fresh one; 0 where it was ended."""
    most = 0
    for pid in pool.processes():
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
        most = max(most, int(found[1]) * 1024 - 100 * 2**20 if found else 0)
    return most

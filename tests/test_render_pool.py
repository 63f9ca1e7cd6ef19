"""The limited processes: hostile templates cost their own message and no other."""

import os
import signal
import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from notifier.render.catalogue import TemplateSource
from notifier.render.mime import EmailHeaders
from notifier.render_pool import STRIKE_SECONDS, Limits, Rendered, RenderFailure, RenderJob, RenderPool
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.content import BrandLook, Content, Item, Links
from notifier.terms.words import Channel, MessageClass

pytestmark = pytest.mark.slow

LOOK = BrandLook("oak", "Oak", "Oak <hello@oak.example>", "reply@oak.example", "OAK", "", "", "#1b6b50", "UTC", "en")
ITEM = Item("1001", "1", "K", "Kettle", 1, None, date(2026, 11, 1), None, None, None, "", None, "", "")
CONTENT = Content(
    purpose="delay",
    message_class=MessageClass.REQUIRED,
    channel=Channel.EMAIL,
    brand=LOOK,
    locale="en",
    customer_name="Anna",
    items=(ITEM,),
    alternatives=(),
    reward=None,
    links=Links(),
    today=date(2026, 11, 23),
    transit_days=3,
)
HEADERS = EmailHeaders(
    LOOK.sender, "anna@example.com", "", "u1@oak.example", datetime(2026, 11, 23, tzinfo=UTC), MessageClass.REQUIRED
)
GENEROUS = Limits(seconds=20, compile_seconds=20, start_seconds=60)
"""For what must succeed on a busy machine; the limit itself is tested with templates that would run for minutes."""
STRICT = Limits(seconds=0.25, compile_seconds=0.5, start_seconds=60)
NEST = "{% for a in 'xxxxxxxxxx' %}"
ENDLESS = (
    "x {{ first_item.quantity }} "
    + NEST.replace("x", "x" * 10) * 6
    + "{% if a == 'y' %}z{% endif %}"
    + "{% endfor %}" * 6
)
GROWING = "{{ '" + "x" * 6000 + "'|replace('x', '" + "y" * 6000 + "')|replace('y', 'zzzz') }}"


@pytest.fixture(scope="module")
def source() -> TemplateSource:
    return load_catalogue([packaged_folder()]).source("delay", "en", "oak")


def job(source: TemplateSource, **changed: object) -> RenderJob:
    return RenderJob(source, replace(CONTENT, **changed), HEADERS)  # type: ignore[arg-type]


def test_an_email_comes_back_as_mime_alone(source: TemplateSource) -> None:
    with RenderPool(1, GENEROUS) as pool:
        (answer,) = pool.render([job(source)])
    assert isinstance(answer, Rendered)
    assert answer.body.startswith(b"From: Oak <hello@oak.example>\r\n")
    assert (answer.html, answer.text, answer.version) == ("", "", source.version)


def test_a_preview_comes_back_as_its_parts(source: TemplateSource) -> None:
    with RenderPool(1, GENEROUS) as pool:
        (answer,) = pool.render([replace(job(source), headers=None)])
    assert isinstance(answer, Rendered)
    assert (answer.html.startswith("<!DOCTYPE html>"), answer.body) == (True, b"")


def test_a_text_comes_back_as_utf8_with_its_segments(source: TemplateSource) -> None:
    with RenderPool(1, GENEROUS) as pool:
        (answer,) = pool.render([job(source, channel=Channel.SMS)])
    assert isinstance(answer, Rendered)
    assert answer.body.decode() == answer.text
    assert (answer.segments, answer.encoding) == (1, "GSM-7")


def test_answers_come_in_the_order_of_the_jobs_over_all_processes(source: TemplateSource) -> None:
    jobs = [job(source, items=(replace(ITEM, order=str(n)),)) for n in range(300)]
    with RenderPool(2, GENEROUS) as pool:
        subjects = [answer.subject for answer in pool.render(jobs) if isinstance(answer, Rendered)]
    assert [subject.split(":")[0] for subject in subjects] == [f"Order {n}" for n in range(300)]


def test_a_template_that_never_ends_fails_alone(source: TemplateSource) -> None:
    hostile = replace(source, email=ENDLESS)
    with RenderPool(1, STRICT) as pool:
        answers = pool.render([job(hostile)])
    assert isinstance(answers[0], RenderFailure) and answers[0].limit
    assert "took too long" in answers[0].text


def test_a_template_that_eats_memory_fails_alone(source: TemplateSource) -> None:
    hostile = replace(source, email=GROWING)
    with RenderPool(1, GENEROUS) as pool:
        answers = pool.render([job(source), job(hostile), job(source)])
    assert [type(answer) for answer in answers] == [Rendered, RenderFailure, Rendered]


def test_a_faulty_template_is_told_with_file_and_line(source: TemplateSource) -> None:
    with RenderPool(1, GENEROUS) as pool:
        (answer,) = pool.render([job(replace(source, email="Hello\n\n{{ nam }}\n"))])
    assert answer == RenderFailure(
        "there is no variable 'nam'; did you mean 'name'?", "delay/email.md line 3", answer.version, limit=False
    )


def test_after_three_broken_limits_a_version_is_no_longer_tried(source: TemplateSource) -> None:
    hostile = replace(source, email=GROWING)
    with RenderPool(1, GENEROUS) as pool:
        answers = pool.render([job(hostile)] * 4 + [job(source)])
    assert isinstance(answers[3], RenderFailure) and "3 times" in answers[3].text
    assert isinstance(answers[4], Rendered)


def test_strikes_expire_so_that_a_slow_minute_bars_no_version(source: TemplateSource) -> None:
    now = [0.0]
    hostile = replace(source, email=GROWING)
    with RenderPool(1, GENEROUS, clock=lambda: now[0]) as pool:
        pool.render([job(hostile)] * 3)
        now[0] = STRIKE_SECONDS
        (answer,) = pool.render([job(hostile)])
    assert isinstance(answer, RenderFailure) and "3 times" not in answer.text


def test_strikes_count_until_they_expire(source: TemplateSource) -> None:
    now = [0.0]
    hostile = replace(source, email=GROWING)
    with RenderPool(1, GENEROUS, clock=lambda: now[0]) as pool:
        pool.render([job(hostile)] * 3)
        now[0] = STRIKE_SECONDS - 1
        (answer,) = pool.render([job(hostile)])
    assert isinstance(answer, RenderFailure) and "3 times" in answer.text


def test_a_template_that_ran_out_of_time_is_told_apart(source: TemplateSource) -> None:
    with RenderPool(1, STRICT) as pool:
        (answer,) = pool.render([job(replace(source, email=ENDLESS))])
    assert isinstance(answer, RenderFailure) and answer.out_of_time


def test_after_a_draft_that_broke_its_limits_no_process_is_started_before_a_rest_is_over(
    source: TemplateSource,
) -> None:
    rests: list[float] = []
    hostile, resting = replace(source, email=GROWING), replace(GENEROUS, rest=7.0)
    with RenderPool(1, resting, clock=lambda: 100.0, wait=rests.append) as pool:
        pool.render([job(hostile)])
        of_the_second_try = list(rests)
        (answer,) = pool.render([job(source)])
    assert (isinstance(answer, Rendered), of_the_second_try, rests) == (True, [7.0], [7.0, 7.0])


def test_a_template_that_waits_for_the_processor_is_not_out_of_time(source: TemplateSource) -> None:
    with RenderPool(1, replace(STRICT, compile_seconds=20)) as pool:
        pool.render([job(source)])
        (process,) = pool.processes()
        os.kill(process, signal.SIGSTOP)
        threading.Timer(0.6, os.kill, (process, signal.SIGCONT)).start()
        (answer,) = pool.render([job(source)])
        assert (isinstance(answer, Rendered), pool.processes()) == (True, (process,))


def test_a_pool_that_closes_does_not_rest(source: TemplateSource) -> None:
    hostile, slow = replace(source, email=GROWING), replace(GENEROUS, rest=10_000.0)
    pool = RenderPool(1, slow)
    pool.close()
    (answer,) = pool.render([job(hostile)])
    pool.close()
    assert isinstance(answer, RenderFailure) and answer.limit


def test_a_version_barred_for_its_time_is_still_out_of_time(source: TemplateSource) -> None:
    with RenderPool(1, STRICT) as pool:
        answers = pool.render([job(replace(source, email=ENDLESS))] * 4)
    assert [isinstance(one, RenderFailure) and one.out_of_time for one in answers] == [True] * 4


@pytest.mark.parametrize("email", [GROWING, "Hello {{ nam }}"])
def test_a_faulty_template_did_not_run_out_of_time(source: TemplateSource, email: str) -> None:
    with RenderPool(1, GENEROUS) as pool:
        (answer,) = pool.render([job(replace(source, email=email))])
    assert isinstance(answer, RenderFailure) and not answer.out_of_time


def test_a_process_killed_from_outside_costs_no_message(source: TemplateSource) -> None:
    with RenderPool(1, GENEROUS) as pool:
        pool.render([job(source)])
        (victim,) = pool.processes()
        os.kill(victim, signal.SIGKILL)
        (answer,) = pool.render([job(source)])
    assert isinstance(answer, Rendered)


def test_processes_end_with_the_pool(source: TemplateSource) -> None:
    with RenderPool(2, GENEROUS) as pool:
        pool.render([job(source)] * 200)
        processes = pool.processes()
    assert len(processes) == 2
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_process_inherits_no_secret(source: TemplateSource) -> None:
    with RenderPool(1, GENEROUS) as pool:
        pool.render([job(source)])
        (process,) = pool.processes()
        with open(f"/proc/{process}/environ", "rb") as environment:
            names = {entry.split(b"=")[0] for entry in environment.read().split(b"\x00") if entry}
    assert names <= {b"PYTHONPATH", b"PATH", b"LC_ALL"}


def test_no_jobs_need_no_process() -> None:
    with RenderPool(1, GENEROUS) as pool:
        assert pool.render([]) == []
        assert pool.processes() == ()

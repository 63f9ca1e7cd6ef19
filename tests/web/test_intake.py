"""The thread that takes in what the webhooks have kept."""

from collections.abc import Callable
from queue import Queue

from notifier.web.intake import Intake

WITHIN = 20
"""Seconds that a busy machine gets; what waits for them never comes otherwise."""


def run(take: Callable[[], int], every: float = 3600) -> Intake:
    intake = Intake(take, every)
    intake.start()
    return intake


def test_what_an_earlier_process_left_is_taken_in_at_once() -> None:
    looked: Queue[str] = Queue()
    intake = run(lambda: looked.put("") or 0)
    assert looked.get(timeout=WITHIN) == ""
    intake.close()


def test_it_looks_again_when_it_is_woken() -> None:
    looked: Queue[str] = Queue()
    intake = run(lambda: looked.put("") or 0)
    looked.get(timeout=WITHIN)
    intake.wake()
    assert looked.get(timeout=WITHIN) == ""
    intake.close()


def test_it_looks_by_itself_after_a_while() -> None:
    looked: Queue[str] = Queue()
    intake = run(lambda: looked.put("") or 0, every=0.01)
    assert [looked.get(timeout=WITHIN) for _ in range(3)] == [""] * 3
    intake.close()


def test_a_fault_ends_nothing() -> None:
    looked: Queue[str] = Queue()

    def take() -> int:
        looked.put("")
        raise RuntimeError("+4915112345678 wrote: please call me")

    intake = run(take, every=0.01)
    assert [looked.get(timeout=WITHIN) for _ in range(3)] == [""] * 3
    intake.close()


def test_what_came_after_its_last_look_is_taken_in_before_it_closes() -> None:
    looked: Queue[str] = Queue()
    waiting = [0]

    def take() -> int:
        looked.put("")
        found, waiting[0] = waiting[0], 0
        return found

    intake = run(take)
    looked.get(timeout=WITHIN)
    waiting[0] = 3
    intake.close()
    assert waiting == [0]


def test_what_waits_at_the_end_is_taken_in_before_it_closes() -> None:
    waiting = [3]

    def take() -> int:
        found, waiting[0] = waiting[0], max(waiting[0] - 1, 0)
        return found

    intake = Intake(take)
    intake.start()
    intake.close()
    assert waiting == [0]

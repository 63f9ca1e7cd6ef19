"""Writers of one process take turns."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifier.store.turns import Turns


def test_one_at_a_time() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work() -> None:
        for _ in range(20):
            with turns.mine():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.0001)  # whoever may come in besides does so here
                inside[0] -= 1

    with ThreadPoolExecutor(8) as together:
        for one in [together.submit(work) for _ in range(8)]:
            one.result(60)
    assert most == [1]


def test_who_writes_again_and_again_waits_behind_who_came_before() -> None:
    turns, order = Turns(), list[str]()
    with turns.mine():
        threads = [threading.Thread(target=_writes, args=(turns, order, name)) for name in "abc"]
        for number, one in enumerate(threads, 1):
            one.start()
            _until_waiting(turns, number + 1)
    with turns.mine():
        order.append("again")
    for one in threads:
        one.join(60)
    assert order == ["a", "b", "c", "again"]


def _writes(turns: Turns, order: list[str], name: str) -> None:
    with turns.mine():
        order.append(name)


def _until_waiting(turns: Turns, count: int) -> None:
    end = time.monotonic() + 60
    while len(turns) < count:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_fault_gives_the_turn_on() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.mine():
        raise ValueError("broken")
    with turns.mine():
        pass

"""A shop cut in parts, replayed in processes of their own, says what the whole says in one."""

import shutil
from pathlib import Path

import pytest

from notifier.pipeline.simulate import LIMITED, _rewound
from notifier.pipeline.simulate.clock import Window
from notifier.pipeline.simulate.crew import Size, Task, parts_for, run_all
from notifier.pipeline.simulate.replay import Course
from notifier.pipeline.simulate.side import Side, merged
from notifier.store.scratch import open_scratch
from notifier.store.shards import keep_part
from tests.kept_shops import AsLeft
from tests.pipeline.test_simulate import FIRST, LAST, lived_through, young
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.slow


def sides(shop: Shop, parts: int, size: Size) -> list[Side]:
    with shop.house() as house:
        window = Window(FIRST, LAST, house.judging.policy.timezone)
        course = Course(window, (), LIMITED)
        with _rewound(house, window.since) as (copy, _):
            tasks = []
            for part in range(parts):
                own = copy.with_name(f"{part}.db")
                shutil.copyfile(copy, own)
                tasks.append(Task(house, own, course, "side", part, parts))
            return run_all(tasks, size, lambda day: None)


def test_parts_in_processes_say_what_the_whole_says(as_left_sqlite: AsLeft) -> None:
    shop = as_left_sqlite(lived_through)
    whole = merged(sides(shop, 1, Size(7, 4)))
    apart = merged(sides(shop, 2, Size(10**6, 10**6)))
    assert (apart.messages(), apart.tellings()) == (whole.messages(), whole.tellings())


def test_whoever_shares_an_address_stays_together(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    names = ("ann", "bob", "cat", "dan")
    shop.take_in("backorders", [young(name, 1) for name in names] + [young("eve", 1, email="ann@shop.example.com")])
    with shop.house() as house, _rewound(house, Window(FIRST, LAST, house.judging.policy.timezone).since) as (copy, _):
        found = [_customers_of(copy, part, 2) for part in range(2)]
    assert [part & {"ann", "eve"} for part in found if part & {"ann", "eve"}] == [{"ann", "eve"}]


def test_every_customer_is_in_one_part(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url)
    shop.take_in("backorders", [young(f"c{number}", 1) for number in range(7)])
    with shop.house() as house, _rewound(house, Window(FIRST, LAST, house.judging.policy.timezone).since) as (copy, _):
        found = [_customers_of(copy, part, 3) for part in range(3)]
    assert sorted(name for part in found for name in part) == [f"c{number}" for number in range(7)]


def test_a_shop_with_rewards_is_not_cut(tmp_path: Path, sqlite_url: str) -> None:
    toml = '[reward]\npercent = 10\nbudget = 500\nbudget_currency = "EUR"\n'
    with open_shop(tmp_path, sqlite_url, toml).house() as house:
        assert parts_for([house], Size(1000, 100_000)) == 1


def _customers_of(copy: Path, part: int, parts: int) -> set[str]:
    own = copy.with_name(f"part-{part}.db")
    shutil.copyfile(copy, own)
    scratch = open_scratch(own)
    with scratch.write() as tx:
        keep_part(tx, part, parts)
        found = {key for (key,) in tx.connection.exec_driver_sql("SELECT key FROM customer WHERE key <> ''")}
    scratch.close()
    return found

"""A shop in mode live with its house open; a module that wants another `opened` or `shop` has its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from notifier.pipeline.house import House
    from tests.shop import Shop


@pytest.fixture
def opened(tmp_path: Path, database_url: str) -> Iterator[tuple["Shop", "House"]]:
    """The shop and its house, on each database."""
    from tests.doubtful import open_house

    with open_house(tmp_path, database_url) as both:
        yield both


@pytest.fixture
def shop(opened: tuple["Shop", "House"]) -> "Shop":
    return opened[0]


@pytest.fixture
def house(opened: tuple["Shop", "House"]) -> "House":
    return opened[1]

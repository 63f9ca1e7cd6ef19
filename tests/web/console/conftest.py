"""A real browser, for the tests that look at the console in one, and the databases of its pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Databases
from tests.web.pages.pictures import CHROMIUM, browser


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.soak])])
def databases(request: pytest.FixtureRequest) -> Databases:
    """SQLite, and PostgreSQL in `make soak`.

    What pages read and do is tested on both with `queries` and `pipeline`, and all pages are opened on PostgreSQL by
    test_hostile_strings: to repeat it by each page's own tests took three minutes of a processor.
    """
    found: Databases = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One for all tests of a file. While it is open, what delivers does so by `deliver_apart`."""
    if not Path(CHROMIUM).exists():
        pytest.skip("missing: chromium (apt-get install chromium)")
    with browser() as opened:
        yield opened

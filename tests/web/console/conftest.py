"""A real browser, for the tests that look at the console in one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.pages.pictures import CHROMIUM, browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One for all tests of a file. While it is open, what delivers does so by `deliver_apart`."""
    if not Path(CHROMIUM).exists():
        pytest.skip("missing: chromium (apt-get install chromium)")
    with browser() as opened:
        yield opened

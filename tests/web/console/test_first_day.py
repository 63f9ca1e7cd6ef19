"""A support lead's first day at the console, in a browser on a desk and on a phone: what she looks for is there."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.console.browser import DESK, PHONE, tab
from tests.web.console.first_day import first_day, live

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_day_can_be_lived(chromium: Any, tmp_path: Path, sqlite_url: str, size: tuple[int, int]) -> None:
    with first_day(tmp_path, sqlite_url) as day, tab(chromium, day.site, None, size) as page:
        day.page = page
        live(day)
        assert len(day.steps) == 11
        assert (page.heard.complaints, page.heard.strangers) == ([], [])

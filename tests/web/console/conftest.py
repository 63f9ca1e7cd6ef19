"""A real browser, for the tests that look at the console in one, the databases of its pages, and an empty shop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier.terms.operator import Role
from tests.databases import Databases
from tests.web.console.desk import Person, Site, console, opened
from tests.web.pages.pictures import CHROMIUM, browser


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.soak])])
def databases(request: pytest.FixtureRequest) -> Databases:
    """SQLite, and PostgreSQL in `make soak`.

    What pages read and do is tested on both with `queries` and `pipeline`, and all pages are opened on PostgreSQL by
    test_hostile_strings: to repeat it by each page's own tests took three minutes of a processor.
    """
    found: Databases = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """The console of an empty shop; a file of tests that needs more has one of its own."""
    with console(opened(tmp_path, database_url)) as found:
        yield found


@pytest.fixture
def ada(site: Site) -> Person:
    """An editor."""
    return site.person(Role.EDITOR, "ada")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One for all tests of a file. While it is open, what delivers does so by `deliver_apart`."""
    if not Path(CHROMIUM).exists():
        pytest.skip("missing: chromium (apt-get install chromium)")
    with browser() as opened:
        yield opened

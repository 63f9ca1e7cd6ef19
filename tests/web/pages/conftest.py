"""Pages of a shop that has told Ann of a delay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.pages.site import Site, late, site, tell


@pytest.fixture
def empty(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    """Nobody has been told of anything."""
    with site(tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
def ann(empty: Site) -> Site:
    """Ann has a notice F3: her lamp was promised for 10 June, and now ships on 20 June."""
    tell(empty, late())
    return empty


@pytest.fixture
def both(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """As `ann`, on either kind of database."""
    with site(tmp_path, database_url) as opened:
        tell(opened, late())
        yield opened

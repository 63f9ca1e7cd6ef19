"""Pages of a shop that has told Ann of a delay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kept_shops import AsLeft
from tests.web.pages.site import Site, ann_was_told, served_pages, site


@pytest.fixture
def empty(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    """Nobody has been told of anything."""
    with site(tmp_path, sqlite_url) as opened:
        yield opened


@pytest.fixture
def ann(as_left_sqlite: AsLeft) -> Iterator[Site]:
    """As `ann_was_told`."""
    with served_pages(as_left_sqlite(ann_was_told)) as opened:
        yield opened


@pytest.fixture
def both(as_left: AsLeft) -> Iterator[Site]:
    """As `ann`, on either kind of database."""
    with served_pages(as_left(ann_was_told)) as opened:
        yield opened

"""Shops as a recipe left them, copied for each test: to take in, judge and send anew each time costs half a second."""

import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from tests.databases import Databases
from tests.shop import OPEN, Shop

Recipe = Callable[..., Shop]
"""Of a folder, the URL of an empty database, and words of its own; a function of a module, so that it is known."""


class AsLeft(Protocol):
    """What the fixture `as_left` is: the shop that `recipe(folder, database_url, *given, **named)` left, copied."""

    def __call__(self, recipe: Recipe, *given: str, **named: str) -> Shop: ...


@dataclass(frozen=True)
class KeptShops:
    """Those of one process of a test run."""

    folder: Path
    kept: dict[Hashable, Shop] = field(default_factory=dict)

    def copy(self, databases: Databases, folder: Path, shop: Shop) -> Shop:
        """The same shop in `folder`, with a database of its own, which the caller drops."""
        shutil.copytree(shop.folder, folder, dirs_exist_ok=True)
        return shop.moved(folder, databases.copy(shop.settings.database_url, folder))

    def left_by(self, databases: Databases, recipe: Recipe, *given: str, **named: str) -> Shop:
        """The shop that nobody touches any more."""
        key = (databases, recipe, given, tuple(sorted(named.items())))
        if key not in self.kept:
            folder = self.folder / uuid4().hex
            folder.mkdir()
            url = databases.copy(databases.empty, folder)
            shop = self.kept[key] = recipe(folder, url, *given, **named)
            OPEN.pop(shop.settings.database_url).close()
        return self.kept[key]

"""Copies of databases, for a test alone: of the empty migrated one, or of one that a shop has left."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import make_url

WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""How many connections wait for a lock of the product's own in this database: other tests' do so in theirs."""


class Databases(Protocol):
    """Of one engine: where the empty one is, how it is copied, and how a copy goes."""

    @property
    def empty(self) -> str: ...

    def copy(self, url: str, folder: Path) -> str: ...

    def drop(self, url: str) -> None: ...


@dataclass(frozen=True)
class Files:
    """SQLite's, whose copies lie in the folder of the test, and go with it."""

    empty: str

    def copy(self, url: str, folder: Path) -> str:
        path = folder / "notifier.db"
        shutil.copyfile(url.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        pass


@dataclass(frozen=True)
class Server:
    """PostgreSQL's, in one server; `uri` gives the URL of a database by its name, `admin` makes and drops them."""

    uri: Callable[[str], str]
    template: str
    admin: psycopg.Connection[Any]

    @property
    def empty(self) -> str:
        return self.uri(self.template)

    def copy(self, url: str, folder: Path) -> str:
        """The files are copied, as they lie in memory: page by page through the log takes twice as long."""
        name = f"t_{uuid4().hex}"
        self._run(SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(Identifier(name), _name(url)))
        return self.uri(name)

    def drop(self, url: str) -> None:
        self._run(SQL("DROP DATABASE {} WITH (FORCE)").format(_name(url)))

    def _run(self, command: Composed) -> None:
        self.admin.execute(command)


def _name(url: str) -> Identifier:
    return Identifier(str(make_url(url).database))

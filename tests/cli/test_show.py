"""`notifier explain` and `notifier export`, as a person and as a program call them."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from notifier import app
from notifier.cli import root
from notifier.cli.session import Session
from notifier.cli.show import write_csv
from notifier.errors import UsageError
from notifier.queries.exports import MESSAGE_FIELDS
from tests.queries.shop_log import ShopLog


@pytest.fixture
def session(tmp_path: Path, database_url: str) -> Session:
    """A shop in Berlin on an empty database."""
    path = tmp_path / "settings.toml"
    path.write_text('[shop]\ntimezone = "Europe/Berlin"\n', encoding="utf-8")
    return Session(path, {"NOTIFIER_DATABASE__URL": database_url}, Console(stderr=True))


@pytest.fixture
def log(session: Session) -> Iterator[ShopLog]:
    """One message about an order with two lines, accepted."""
    app.migrate(session.settings())
    with session.house() as house:
        log = ShopLog(house.store)
        log.queue([("11008", "1"), ("11008", "2")])
        log.deliver(subject="=HYPERLINK(evil)")
        yield log


def call(session: Session, *words: str) -> str:
    done = CliRunner().invoke(_commands(), list(words), obj=session, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def _commands() -> object:
    import typer

    from notifier.cli import show

    commands = typer.Typer()
    commands.command("explain")(show.explain)
    commands.command("export")(show.export)
    return commands

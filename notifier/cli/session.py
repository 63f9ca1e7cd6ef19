"""What every command shares: the settings path, the clock, and how faults become exit codes. Colour: door.

`app` is loaded only where it is needed: with all that it can construct, it takes longer than a question to the log.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from notifier.errors import UsageError
from notifier.terms.time import is_near, local_day, typed_day, utc, zone

if TYPE_CHECKING:
    from notifier.pipeline.house import House
    from notifier.pipeline.reading import Store
    from notifier.settings import Settings

Now = Annotated[str | None, typer.Option("--now", help="Judge as of this moment, ISO 8601; default: the clock.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
By = Annotated[str, typer.Option("--by", help="Your name, for the record; default: that of your login.")]

DONE, WITH_REFUSALS, FAULT = 0, 1, 2
"""Exit codes: done; done with rejects or refusals; usage or settings fault."""


@dataclass(slots=True)
class Session:
    """One call of the command line. Progress and words go to stderr, results to stdout."""

    path: Path | None
    environ: Mapping[str, str]
    console: Console
    _settings: "Settings | None" = None

    def settings(self) -> "Settings":
        """The settings, read once. Raises SettingsError with every fault."""
        from notifier.settings import load_settings, settings_path

        if self._settings is None:
            self._settings = load_settings(settings_path(self.path, self.environ), self.environ)
        return self._settings

    def given(self) -> dict[tuple[str | int, ...], str]:
        """Who set each value that is no default: a line of the file, or a variable."""
        from notifier.settings import given_places, settings_path

        return given_places(settings_path(self.path, self.environ), self.environ)

    @contextmanager
    def house(self) -> Iterator["House"]:
        """The shop, opened and closed again."""
        from notifier import app
        from notifier.cli.logs import log_to_stderr

        log_to_stderr(self.settings().logging.format == "json")
        house = app.open_house(self.settings())
        try:
            yield house
        finally:
            house.store.close()

    def happened(self, text: str | None) -> datetime:
        """As `moment`, for what is written down: not later than the clock where that could reach a customer.

        A moment ahead would step out of the brake's hour, and make each later plan judge everybody.
        """
        from notifier import app

        found = self.moment(text)
        if found > app.clock():
            app.refuse_time_travel(self.settings())
        return found

    def operator(self, by: str) -> str:
        """Who says so, for the record: `--by`, else the name of the login."""
        login = (self.environ.get(name, "") for name in ("LOGNAME", "USER"))
        return by.strip() or next(filter(None, login), "operator")

    def store(self) -> AbstractContextManager["Store"]:
        """The database alone, for a command that only reads."""
        from notifier.pipeline.reading import reading

        return reading(self.settings())

    def moment(self, text: str | None) -> datetime:
        """The business time of this call, aware UTC:
        `--now` in ISO 8601 (a naive one in the shop's zone), else the clock.
        """
        from dateutil import parser as dates

        from notifier import app

        if not text:
            return app.clock()
        try:
            found = dates.isoparse(text)
            moment = utc(found if found.tzinfo else found.replace(tzinfo=zone(self.settings().shop.timezone)))
        except (ValueError, OverflowError) as error:
            raise UsageError(f"{text!r} is no ISO 8601 time; write one like 2026-11-23T15:00Z") from error
        if not is_near(moment):
            raise UsageError(f"{text!r} lies outside the years 1900 to 2999")
        return moment

    def days(self, first: str, last: str, length: timedelta) -> tuple[date, date]:
        """`--from` and `--to` as days in the shop's zone; without them today, and `length` before the last day.

        Raises UsageError for what is no day, and for a range that ends before it begins.
        """
        today = local_day(self.moment(None), zone(self.settings().shop.timezone))
        end = day_of(last, "--to") if last else today
        begin = day_of(first, "--from") if first else end - length
        if begin > end:
            raise UsageError(f"--from {begin} is after --to {end}; exchange them")
        return begin, end


def day_of(text: str, option: str) -> date:
    """The day that an option gives. Raises UsageError for none."""
    try:
        return typed_day(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no day from 1900 to 2999; write one like 2026-11-23") from error


def new_session(path: Path | None) -> Session:
    """The session of this process."""
    return Session(path, os.environ, Console(stderr=True))


def say_json(found: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Print one JSON value on stdout."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")

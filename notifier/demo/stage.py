"""What happens after the demo's week, so that the console has something to do. Colour: door. Called by cli.demo.

Somebody mistypes a variable of a template, so messages are held; four customers answer what needs a person; a supplier
slips, and the plan that would tell of it is stopped by the brake. Then an account is made to sign in with.
"""

import asyncio
import csv
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from notifier import app
from notifier.demo.layout import MARKER
from notifier.demo.story import SHOP_ZONE, quietly, work
from notifier.errors import Stopped, UsageError
from notifier.pipeline import accounts
from notifier.pipeline.house import House
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.plan import plan
from notifier.pipeline.receive import receive
from notifier.pipeline.starter import filled
from notifier.queries.runs import last_runs
from notifier.settings import Settings, load_settings
from notifier.terms.incoming import Incoming, Road
from notifier.terms.operator import Operator, Role
from notifier.terms.time import zone

NAME = "demo"
KEPT = "console.txt"
BRAKE = "surge_factor = 0"
"""A line of the demo's settings."""

TYPO = ("{{ greeting }}", "{{ greting }}")
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Staged:
    """The shop's settings file, and how to sign in."""

    settings: Path
    name: str
    password: str


def is_staged(folder: Path) -> bool:
    """Whether the console's part was played here already."""
    return (folder / KEPT).is_file()


def staged(folder: Path, port: int) -> Staged:
    """How to sign in to a shop that is staged already, served at `port` from now on.

    Raises UsageError where it cannot be read.
    """
    try:
        password = (folder / KEPT).read_text("utf-8").strip()
    except OSError as fault:
        raise UsageError(
            f"{folder / KEPT} cannot be read: {fault.strerror}; type: notifier demo --console --fresh"
        ) from fault
    path = folder / "settings.toml"
    path.write_text(_SERVED_AT.sub(_served_at(port), path.read_text("utf-8")), "utf-8")
    return Staged(path, NAME, password)


def _served_at(port: int) -> str:
    return f'[web]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}"\n'


_SERVED_AT = re.compile(_served_at(0).replace("[", r"\[").replace("]", r"\]").replace(":0", r":\d+"))


def stage(folder: Path, port: int, now: datetime) -> Staged:
    """Play the console's part in the demo's shop in `folder`, whose week has been lived. Raises UsageError."""
    if not (folder / MARKER).is_file():
        raise UsageError(f"{folder} is no demo's shop; type: notifier demo")
    path = folder / "settings.toml"
    text = path.read_text("utf-8")
    path.write_text(f"{text}\n{_served_at(port)}", "utf-8")
    settings = load_settings(path, {})
    with _opened(settings) as house:
        _mistype(house, folder / "templates" / "placed")
    with _opened(settings) as house:
        _customers_answer(house, now)
        _take_in(settings, house, (folder, "backorders"), now)
        asyncio.run(_work(settings, house, now))
        written = _written_to(house, now)
    # A small shop's brake: what a slip of a supplier sets off is more than it lets go by itself.
    path.write_text(path.read_text("utf-8").replace(BRAKE, f"{BRAKE}\nmax_per_run = {written + 1}"), "utf-8")
    settings = load_settings(path, {})
    with _opened(settings) as house:
        _take_in(settings, house, (folder, "supply"), now)
        try:
            plan(house, now, False, quietly)
        except Stopped:
            pass  # as it should: the console shows it
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        accounts.add(house, Operator(0, NAME, "demo@example.com", Role.LEAD), password, NAME, now)
    (folder / KEPT).touch(mode=0o600)
    (folder / KEPT).write_text(f"{password}\n", "utf-8")
    return Staged(path, NAME, password)


@contextmanager
def _opened(settings: Settings) -> Iterator[House]:
    house = app.open_house(settings)
    try:
        yield house
    finally:
        house.store.close()


def _written_to(house: House, now: datetime) -> int:
    """How many were written to in the last hour, at most."""
    with house.store.read() as tx:
        return sum(one.messaged for one in last_runs(tx, 20, now) if one.at > now - HOUR)


def _mistype(house: House, folder: Path) -> None:
    """The shop's own copy of a template, with a letter missing in a variable's name."""
    folder.mkdir(parents=True, exist_ok=True)
    text = house.catalogue.texts["", "placed", "", "email.md"]
    (folder / "email.md").write_text(text.replace(*TYPO), "utf-8")


def _take_in(settings: Settings, house: House, what: tuple[Path, str], now: datetime) -> None:
    folder, kind = what
    text = (files("notifier.demo") / "stage_files" / f"{kind}.csv").read_text("utf-8")
    path = folder / f"console-{kind}.csv"
    path.write_text(filled(text, now, zone(SHOP_ZONE)), "utf-8")
    import_records(house, app.shop_context(settings), ImportRequest(kind, path), now, quietly)


def _customers_answer(house: House, now: datetime) -> None:
    text = (files("notifier.demo") / "stage_files" / "replies.csv").read_text("utf-8")
    for number, row in enumerate(csv.DictReader(text.splitlines())):
        at = now - timedelta(hours=int(row["hours"]))
        said = Incoming(
            Road(row["road"]), f"demo-{number}", at, words=row["words"], sender=row["sender"], subject=row["subject"]
        )
        receive(house, said, at)


async def _work(settings: Settings, house: House, now: datetime) -> None:
    wires = app.open_wires(settings)
    try:
        await work(house, wires, now)
    finally:
        await app.close_wires(wires)

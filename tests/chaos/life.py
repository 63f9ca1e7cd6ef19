"""Lives of workers and schedulers. `python -m tests.chaos.life` is the warm parent: it reads a life a line and forks.

It says the pid, and later how that life ended. The parent runs nothing else, so a child begins with all modules loaded
and nothing opened.
"""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, cast

import structlog

from notifier import app
from notifier.errors import NotifierError
from notifier.outbox import Lease
from notifier.pipeline.deliver import Wires, deliver
from notifier.pipeline.house import House
from notifier.pipeline.plan import plan
from notifier.render.compile import Compiled, compile_source
from notifier.render_pool import RenderPool
from notifier.settings import load_settings
from notifier.store.engine import DATABASE_FAULTS
from notifier.template_files import shop_catalogue
from tests.chaos.mutants import LEDGERS
from tests.chaos.points import ArmedSender, Fate, WithinProcess, arm
from tests.standins.twilio_api import TOKEN

_COMPILED: dict[str, Compiled] = {}
"""Templates that the warm parent has compiled for all its children."""

FAULTS = (*DATABASE_FAULTS, NotifierError)
"""After which the product's own ticks come again."""

NOTHING_LEFT, STILL_WORK = 0, 3
"""How a life ends that nobody ends: nothing is due or in flight any more; `looks` are over."""


@dataclass(frozen=True, slots=True)
class Life:
    """One worker's life: its shop, when its clock stands (ISO, UTC), and where it dies ("" nowhere).

    `looks`: how often it looks for work; `pace`: business seconds that pass in one second. `stays`: it looks until it
    is killed. `plans`: it is a scheduler's life, which plans again and again.
    """

    settings: str
    database_url: str
    now: str
    born: float
    point: str = ""
    nth: int = 1
    lease: float = 1.0
    mutant: str = ""
    looks: int = 400
    pace: float = 1.0
    real_pool: bool = False
    stays: bool = False
    plans: bool = False


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        life = Life(**json.loads(line))
        _warm(life)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(KeyboardInterrupt):
                os._exit(live(life))
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _environ(life: Life) -> dict[str, str]:
    return {"NOTIFIER_DATABASE__URL": life.database_url, "NOTIFIER_SMS__AUTH_TOKEN": TOKEN}


def _warm(life: Life) -> None:
    """Compile once what all lives of a shop need."""
    if not _COMPILED:
        catalogue = shop_catalogue(load_settings(Path(life.settings), _environ(life)).template_folder)
        for name in ("delay", "placed"):
            source = catalogue.source(name, "en-US", "default")
            _COMPILED[source.version] = compile_source(source)


def live(life: Life) -> int:
    """Deliver again and again, until nothing is left; or plan."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    settings = load_settings(Path(life.settings), _environ(life))
    house = app.open_house(settings)
    if life.plans:
        _plan(life, house)
    lease = Lease(f"life:{os.getpid()}", life.lease)
    house = replace(house, sending=replace(house.sending, lease=lease))
    fate = Fate(life.point, life.nth)
    arm(house.store.engine, fate)
    return asyncio.run(_deliver(life, house, _wires(settings, life, fate)))


def _wires(settings: Any, life: Life, fate: Fate) -> Wires:
    plain = app.open_wires(settings)
    senders = {channel: ArmedSender(sender, fate) for channel, sender in plain.senders.items()}
    pool = plain.pool if life.real_pool else cast(RenderPool, WithinProcess(fate, _COMPILED))
    return replace(plain, senders=senders, pool=pool, open_ledger=LEDGERS[life.mutant])


def _clock(life: Life) -> datetime:
    """The life's business time."""
    return datetime.fromisoformat(life.now) + timedelta(seconds=(app.clock().timestamp() - life.born) * life.pace)


def _plan(life: Life, house: House) -> NoReturn:
    while True:
        try:
            plan(house, _clock(life), False, lambda done, due: None)
        except FAULTS as fault:
            print("plan", type(fault).__name__, file=sys.stderr)
        time.sleep(0.3)


async def _deliver(life: Life, house: House, wires: Wires) -> int:
    for _ in itertools.count() if life.stays else range(life.looks):
        try:
            await deliver(house, wires, lambda: _clock(life), asyncio.Event(), lambda report: None)
        except FAULTS as fault:
            print("deliver", type(fault).__name__, file=sys.stderr)
        if not life.stays and await asyncio.to_thread(is_done, house):
            await app.close_wires(wires)
            return NOTHING_LEFT
        await asyncio.sleep(0.05)
    return STILL_WORK


def is_done(house: House) -> bool:
    """Whether no message waits, is claimed or in flight."""
    from sqlalchemy import func, select

    from notifier.store.lookup import table_of
    from notifier.store.tables import Message

    message = table_of(Message)
    open_ones = select(func.count()).where(message.c.state.in_(("queued", "claimed", "handed_off")))
    try:
        with house.store.read() as tx:
            return not tx.connection.execute(open_ones).scalar_one()
    except DATABASE_FAULTS:
        return False


def _say(what: int) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def as_line(life: Life) -> str:
    """The life as the warm parent reads it."""
    return json.dumps(cast(Mapping[str, Any], asdict(life))) + "\n"


if __name__ == "__main__":
    main()

"""A week in the life of the demo's shop, through the same pipeline as the commands. Colour: door. Called by cli.demo
and demo.stage.

Six, four and two days ago the exports of that day come in, and the shop plans and delivers around the clock, because
somewhere it is always night. Then today's exports come in, and today is planned.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from notifier import app
from notifier.demo.gallery import write_gallery
from notifier.demo.layout import lay_out
from notifier.demo.summary import Telling, tell
from notifier.errors import Stopped
from notifier.pipeline.deliver import Wires, deliver
from notifier.pipeline.house import House
from notifier.pipeline.imports import ImportRequest, import_records
from notifier.pipeline.plan import plan
from notifier.pipeline.plan_report import PlanReport
from notifier.queries.run_story import judged_in, sent_so_far
from notifier.settings import Settings, load_settings
from notifier.terms.time import zone

SHOP_ZONE = "America/New_York"
"""As shop/settings.toml says; the dates in the files are counted in it."""

DAYS_BEFORE = (6, 4, 2)
HOURS = (0, 8, 16)
"""Three looks a day reach everybody: no window for writing is shorter than eight hours."""

KINDS = ("products", "supply", "backorders", "suppressions", "consents")


def run_demo(folder: Path, now: datetime, console: Console) -> None:
    """Lay the shop out in `folder`, live its week up to `now` (aware UTC), and tell what came of it.

    Raises UsageError for a folder that is somebody else's. Nothing leaves the folder.
    """
    lay_out(folder, now, zone(SHOP_ZONE))
    settings = load_settings(folder / "settings.toml", {})
    app.migrate(settings)
    console.print(f"A shop stands in [bold]{folder}[/bold]. Its last week passes by …", highlight=False)
    report = asyncio.run(_week(settings, folder, now))
    house = app.open_house(settings)
    try:
        with house.store.read() as tx:
            sent = sent_so_far(tx)
            judged = judged_in(tx, report.run or 0)
    finally:
        house.store.close()
    page = write_gallery(folder, settings.delivery_folder, sent, house.purposes)
    tell(console, Telling(settings.shop.name, now, report.run or 0, judged, sent, house.purposes, folder, page))


async def _week(settings: Settings, folder: Path, now: datetime) -> PlanReport:
    wires = app.open_wires(settings)
    house = app.open_house(settings)
    try:
        for days in DAYS_BEFORE:
            day = now - timedelta(days=days)
            _take_in(settings, house, folder / "earlier" / f"{days}-days-ago", day)
            for hours in HOURS:
                await work(house, wires, day + timedelta(hours=hours))
        _take_in(settings, house, folder, now)
        return await work(house, wires, now)
    finally:
        house.store.close()
        await app.close_wires(wires)


def _take_in(settings: Settings, house: House, folder: Path, at: datetime) -> None:
    context = app.shop_context(settings)
    for kind in KINDS:
        if not (folder / f"{kind}.csv").is_file():
            continue
        request = ImportRequest(kind, folder / f"{kind}.csv", strict=True)
        report = import_records(house, context, request, at, quietly)
        if report.rejected:
            raise Stopped(f"the demo's own {kind}.csv was refused, see {report.reject_file}; install the product again")


async def work(house: House, wires: Wires, at: datetime) -> PlanReport:
    """Plan and deliver at this moment."""
    report = plan(house, at, False, quietly)
    await deliver(house, wires, lambda: at, asyncio.Event(), quietly)
    return report


def quietly(*_: object) -> None:
    """No bar: it takes seconds."""

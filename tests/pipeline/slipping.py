"""A shop that waits for a delivery, and a slip of it: looked at, approved, undone."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from notifier.pipeline import slip as slips
from notifier.pipeline.slip_letters import Read, read
from notifier.pipeline.slip_look import SlipLook
from notifier.store.lookup import table_of
from notifier.store.tables import ImportRun, Supply
from notifier.terms.slip import Slip
from tests.shop import NOON, Shop, open_shop, order, rendering

LAW = "[delay_rule]\njurisdiction = 'auto'\n[safety]\nmax_per_run = 1\nsurge_factor = 0\n"
MINUTE = timedelta(minutes=1)
JUNE_30 = Slip(po="PO-7", day=date(2026, 6, 30), reason="The ship was held in port.")


def waiting(name: str, **more: Any) -> dict[str, Any]:
    """Promised for 20 June, which a delivery on 10 June keeps."""
    return order(name, **({"ordered_at": "2026-05-20T10:00:00Z", "promised_ship_by": "2026-06-20"} | more))


def late(name: str) -> dict[str, Any]:
    """A German whose promise was broken."""
    return order(name, country="DE", sku="SOFA", product="Sofa")


def supply(shop: Shop, day: str = "2026-06-10", at: Any = NOON) -> None:
    shop.take_in("supply", [{"po_id": "PO-7", "sku": "LAMP", "quantity": 50, "promised_on": day}], at)


def waiting_shop(folder: Path, database_url: str) -> Shop:
    """Two Americans, a German and somebody without an address wait for a delivery that is to come in time."""
    shop = open_shop(folder, database_url, LAW)
    supply(shop)
    germany = waiting("uli", country="DE")
    nobody = waiting("eve", email="")
    shop.take_in("backorders", [waiting("ann"), waiting("bob"), germany, nobody])
    return shop


def look(shop: Shop, slip: Slip = JUNE_30) -> tuple[SlipLook, list[Read]]:
    with shop.house() as house:
        found, letters = slips.look(house, slip, NOON)
    return found, read(letters, rendering().render)


def approve(shop: Shop, slip: Slip = JUNE_30, at: Any = NOON, shown: Mapping[str, int] | None = None) -> SlipLook:
    with shop.house() as house:
        seen = slips.look(house, slip, at)[0].shown if shown is None else shown
        return slips.approve(house, slip, seen, "Lea", at)


def undo(shop: Shop, slip: SlipLook) -> int:
    with shop.house() as house:
        return slips.undo(house, slip.id or 0, "Lea", NOON + 2 * MINUTE)


def cut_off(shop: Shop) -> None:
    """The imports of order lines broke off."""
    run = table_of(ImportRun)
    with shop.store.write() as tx:
        tx.connection.execute(update(run).where(run.c.kind == "backorders").values(state="interrupted"))


def day_of(shop: Shop) -> date | None:
    return shop.rows(Supply)[0].promised_on

"""Shops whose customer was told of a backorder, and what somebody writes who was."""

from datetime import timedelta
from pathlib import Path

from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.terms.incoming import Incoming, Road
from tests.pipeline.test_delay_law import LAW, at, late, told
from tests.shop import NOON, Shop, open_shop

PERHAPS = "I think I would rather cancel, or not?"
HOUR = timedelta(hours=1)


def told_by_law(folder: Path, url: str, *revised: str) -> Shop:
    """On 10 May, of a delay; with a day in `revised` past thirty days it asks for consent (F4)."""
    shop = open_shop(folder, url, LAW)
    shop.take_in("backorders", [late(*revised)], at("2026-05-10"))
    told(shop, "2026-05-10")
    return shop


def hear(house: House, words: str = PERHAPS, message: int | None = 1, **more: object) -> int:
    one = Incoming(Road.EMAIL, f"{words}{more}", NOON + HOUR, words, message_id=message, **more)  # type: ignore[arg-type]
    return receive(house, one, NOON + 2 * HOUR).reply

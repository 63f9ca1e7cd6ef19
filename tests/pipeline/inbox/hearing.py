"""What somebody writes who was told of a backorder."""

from datetime import timedelta

from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.terms.incoming import Incoming, Road
from tests.shop import NOON

PERHAPS = "I think I would rather cancel, or not?"
HOUR = timedelta(hours=1)


def hear(house: House, words: str = PERHAPS, message: int | None = 1, **more: object) -> int:
    one = Incoming(Road.EMAIL, f"{words}{more}", NOON + HOUR, words, message_id=message, **more)  # type: ignore[arg-type]
    return receive(house, one, NOON + 2 * HOUR).reply

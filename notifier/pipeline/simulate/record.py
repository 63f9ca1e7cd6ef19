"""What the shop's own log says of the window: what was really sent. Colour: root. Called by simulate."""

from collections.abc import Sequence
from datetime import datetime

from notifier.pipeline.house import House
from notifier.pipeline.simulate.clock import Window
from notifier.pipeline.simulate.side import Side
from notifier.queries.sent import Between, held_by_caps, lines_told, texts
from notifier.render.texts import measured
from notifier.store.decisions import runs_between
from notifier.terms.time import local_day


def recorded_runs(house: House, window: Window) -> Sequence[datetime]:
    """When plan ran in the window, by business time."""
    with house.store.read() as tx:
        return runs_between(tx, house.sending.mode, window.since, window.until)


def really_sent(house: House, window: Window, name: str) -> Side:
    """The side that the shop's log is. It does not tell which deadlines had passed on which day."""
    side = Side(name, window.tz)
    with house.store.read() as tx:
        when = Between(house.sending.mode, window.since, window.until)
        side.told = tuple(lines_told(tx, when))
        for customer, at in held_by_caps(tx, window.since, window.until):
            side.capped[local_day(at, window.tz)].add(customer)
        side.segments = sum(measured(text)[0] for text in texts(tx, when))
    return side

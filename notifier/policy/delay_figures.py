"""The numbers of the delay rule. Colour: pure. Built by settings, read by figures and by all of delay_rule.

They stand beside the package, because policy's own figures hold them and the package reads policy's lines.
"""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DelayFigures:
    """What a shop may set. Days are calendar days; `country` is the shop's ISO country, for its working days (F8).

    A line without a date counts as unable `decide_days` before its limit, never later than `lead_days` before it; an
    owed notice waits `settle` after the dates last moved, but not beyond `lead_days` before its deadline. Raises
    ValueError for a negative figure.
    """

    timezone: ZoneInfo
    country: str
    decide_days: int = 7
    lead_days: int = 3
    settle: timedelta = timedelta(0)
    handling_days: int = 1
    transit_days: int = 3

    def __post_init__(self) -> None:
        for name in ("decide_days", "lead_days", "handling_days", "transit_days"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; use 0 or more")
        if self.settle < timedelta(0):
            raise ValueError(f"settle is {self.settle}; use 0 or more")

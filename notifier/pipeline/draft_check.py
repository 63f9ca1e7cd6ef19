"""A draft tried with all open backorders, as work for a process of its own. Colour: root. Called by the console."""

from dataclasses import dataclass
from datetime import datetime

from notifier.pipeline.apart import Progress
from notifier.pipeline.backorder_check import BackorderCheck, check_backorders
from notifier.pipeline.house import House
from notifier.pipeline.wording_check import check_draft
from notifier.render_pool import Limits, RenderPool
from notifier.terms.wording import Texts, Wording, WordingFault

MOST = 100_000
"""Customers that are tried: five minutes of work."""


@dataclass(frozen=True, slots=True)
class DraftChecked:
    """`faults` are what is wrong with the draft itself, `far` what came of filling it in."""

    faults: tuple[WordingFault, ...]
    far: BackorderCheck


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """The work: look at these texts of a wording, then fill them in for the open backorders at `now` (UTC)."""

    wording: Wording
    texts: Texts
    now: datetime

    def __call__(self, house: House, progress: Progress) -> DraftChecked:
        """Do it. Progress counts customers. Raises RenderError where no limited process can be started."""
        with RenderPool(1, Limits()) as pool:
            faults = tuple(check_draft(house, pool, self.wording, self.texts, self.now))
            for far in check_backorders(house, pool, (self.wording, self.texts), MOST, self.now):
                progress(far.done, far.of)
        return DraftChecked(faults, far)

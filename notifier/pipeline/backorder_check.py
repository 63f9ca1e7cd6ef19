"""Fills a draft with every message that the open backorders could become, before it is published. Colour: root.

Called by pipeline.publishing and the console, in a thread, as a generator: it says how far it is after each batch, and
whoever has heard enough closes it. No transaction is open while anything is rendered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial

from notifier.pipeline.house import House
from notifier.pipeline.in_force import house_in_force, trying
from notifier.pipeline.preview_content import Preview, Unmade, Wanted, previews_of
from notifier.pipeline.wording_check import placed, would_hold
from notifier.pipeline.worst_cases import Hardest
from notifier.policy.languages import locale_said
from notifier.render_pool import RenderFailure, RenderPool
from notifier.store.backlog import open_lines
from notifier.terms.wording import Severity, Texts, Wording, WordingFault
from notifier.terms.words import Channel

AT_ONCE = 100
"""Customers whose facts are read and filled in together: some tenths of a second, so that a bar moves."""

EXAMPLES = 3
"""Orders named for each reason."""


@dataclass(frozen=True, slots=True)
class Failing:
    """One reason, with how many customers' messages it stops, and a few of their orders, each as (brand, number)."""

    fault: WordingFault
    count: int
    orders: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.orders) else ""
        numbers = ", ".join(number for _, number in self.orders)
        return f"{self.fault} ({self.count} open backorder{'s' if self.count > 1 else ''}: {numbers}{more})"


@dataclass(frozen=True, slots=True)
class BackorderCheck:
    """How far the check is: `done` of the `of` customers chosen, of `whole` who would get it.

    `dearest` is the most segments that a text needed (0: none was filled in).
    """

    done: int
    of: int
    whole: int
    failing: tuple[Failing, ...] = ()
    dearest: int = 0

    @property
    def words(self) -> str:
        """`500 of 500 checked, chosen from 12,034 customers with open backorders; 3 cannot be filled in`."""
        chosen = "" if self.of == self.whole else f", chosen from {self.whole:,} customers with open backorders"
        wrong = sum(one.count for one in self.failing)
        return f"{self.done:,} of {self.of:,} checked{chosen}; {wrong or 'none'} cannot be filled in"


def check_backorders(
    house: House, pool: RenderPool, what: tuple[Wording, Texts], most: int, now: datetime
) -> Iterator[BackorderCheck]:
    """Fill in the draft, (wording, its texts), for at most `most` of the customers who would get it at `now` (UTC).

    The hardest are among them, the others stand evenly among all. The last value is the whole result. To choose costs a
    second for each 100,000 open lines, then each customer some 2 ms. Raises RenderError where no limited process can be
    started.
    """
    wording, texts = what
    tried = trying(house_in_force(house), wording, texts)
    wanted = Wanted(wording.purpose, wording.channel, brand=wording.brand, gets=cache(partial(would_hold, tried, what)))
    chosen, whole = _chosen(tried, wanted, most, now)
    far = BackorderCheck(0, len(chosen), whole)
    found = _Found(wording)
    yield far
    for begin in range(0, len(chosen), AT_ONCE):
        ids = chosen[begin : begin + AT_ONCE]
        with house.store.read() as tx:
            made = list(previews_of(tx, tried, ids, wanted, now))
        found.fill(tried, pool, made)
        far = replace(far, done=far.done + len(ids), failing=found.failing(), dearest=found.dearest)
        yield far


def checked(house: House, pool: RenderPool, what: tuple[Wording, Texts], most: int, now: datetime) -> BackorderCheck:
    """The same, waited for."""
    *_, last = check_backorders(house, pool, what, most, now)
    return last


@dataclass(slots=True)
class _Found:
    """What was found so far, by reason."""

    wording: Wording
    dearest: int = 0
    _orders: dict[WordingFault, list[tuple[str, str]]] = field(default_factory=dict)

    def fill(self, house: House, pool: RenderPool, made: Sequence[Preview | Unmade]) -> None:
        """Render what could be made; a pool that is slow is told as one."""
        there = [one for one in made if isinstance(one, Preview)]
        for one in (one for one in made if isinstance(one, Unmade)):
            self._add(WordingFault("", 0, Severity.WARNING, one.why), (one.brand, one.order))
        answers = pool.render([one.job(house.catalogue) for one in there])
        for preview, answer in zip(there, answers, strict=True):
            if isinstance(answer, RenderFailure):
                fault = placed(self.wording, answer.where, answer.text)
                self._add(fault, (preview.brand, preview.order))
            else:
                self.dearest = max(self.dearest, answer.segments)

    def _add(self, fault: WordingFault, order: tuple[str, str]) -> None:
        self._orders.setdefault(fault, []).append(order)

    def failing(self) -> tuple[Failing, ...]:
        """The reasons, the most frequent first."""
        by_count = sorted(self._orders.items(), key=lambda one: -len(one[1]))
        return tuple(Failing(fault, len(orders), tuple(orders[:EXAMPLES])) for fault, orders in by_count)


def _chosen(tried: House, wanted: Wanted, most: int, now: datetime) -> tuple[list[int], int]:
    """The customers to try, the hardest first, and how many there are in all who would get it."""
    readers: dict[int, None] = {}
    hardest, policy = Hardest(), tried.judging.policy
    with tried.store.read() as tx:
        for line in open_lines(tx, now):
            reached = line.has_email if wanted.channel is Channel.EMAIL else line.has_phone
            if reached and wanted.gets((line.brand, locale_said(line.locale, line.country, line.brand, policy))):
                readers[line.customer_id] = None
                hardest.see(line)
    first = [one.customer_id for one in hardest.cases()] + [one.customer_id for one in hardest.without_date[:1]]
    everybody = list(readers)
    if len(everybody) <= most:
        return everybody, len(everybody)
    spread = (everybody[place * len(everybody) // most] for place in range(most))
    return list(dict.fromkeys([*first, *spread]))[:most], len(everybody)

"""Going live: what is due, and what of it customers were told already by other means. Colour: root. Called by cli.

What was told already becomes messages in the state `taken_over`: they count as told, against no cap, and are never
sent. So their occasions do not come again, and the talk about those lines goes on from there.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from notifier import outbox
from notifier.errors import UsageError
from notifier.pipeline.guard import LIVE_SINCE, guarded
from notifier.pipeline.house import House
from notifier.pipeline.locks import LOCK, RECORDS_LOCK
from notifier.pipeline.plan import draft, judge
from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.withheld import news_of
from notifier.store.decisions import close_run, open_run
from notifier.store.engine import Transaction
from notifier.store.meta import keep_moment, moment_of
from notifier.store.runs import change_run, withhold
from notifier.terms.decision import Decision
from notifier.terms.facts import CustomerFacts
from notifier.terms.words import DeliveryMode, NoticeKind, RunState, Verdict

MOST_ROUNDS = 5
"""What is told may make other news of the same purposes due: looked for so often."""


@dataclass(slots=True)
class Open:
    """What is due for one purpose, now or once its hour has come; `notices` of the messages are notices by law."""

    messages: int = 0
    customers: int = 0
    notices: int = 0


def open_news(house: House, now: datetime) -> dict[str, Open]:
    """What a plan would send at `now`, or hold to send later, by purpose. Stores nothing."""
    found: dict[str, Open] = {}
    people: set[tuple[str, int]] = set()
    with house.store.read() as tx:
        for one, _ in _due(tx, house, now):
            news = found.setdefault(one.purpose.name, Open())
            news.messages += 1
            news.notices += one.notice is not NoticeKind.NONE
            people.add((one.purpose.name, one.customer_id))
    for purpose, _ in people:
        found[purpose].customers += 1
    return dict(sorted(found.items()))


def live_since(house: House) -> datetime | None:
    """When the shop went live; None where it has not."""
    with house.store.read() as tx:
        return moment_of(tx, LIVE_SINCE)


def require_mode_live(house: House) -> None:
    """Raise UsageError where nothing reaches a customer anyway, or where the shop is live already."""
    if house.sending.mode is not DeliveryMode.LIVE:
        raise UsageError(f'the mode is {house.sending.mode}. Set [delivery] mode = "live" first, then go live')
    since = live_since(house)
    if since is not None:
        raise UsageError(f"this shop is live since {since:%Y-%m-%d %H:%M} UTC; there is nothing to do")


def go_live(house: House, by: str, told: Collection[str], now: datetime) -> int:
    """From now on messages go out; what is due for the purposes `told` counts as told. Returns those messages' number.

    Raises UsageError where a notice that the law requires is among them: what another tool sent must be imported with
    its dates, else nobody can tell which notice is in force.
    """
    freed = replace(house, guards=replace(house.guards, go_live=False))
    with guarded(freed, now) as guard:
        run = open_run(guard.tx, now, house.sending.mode)
        made, notices = take_over(guard.tx, house, run, told, now)
        if notices:
            names = ", ".join(sorted({one.purpose.name for one in notices}))
            raise UsageError(
                f"{len(notices)} messages ({names}) are notices by law and cannot just be called told: their dates"
                " decide what is owed next. Import what was sent before with `notifier import notices FILE`, or choose"
                " to tell"
            )
        _close(guard.tx, run, by, now)
        keep_moment(guard.tx, LIVE_SINCE, now)
        guard.tick()
    return made


def take_over(
    tx: Transaction, house: House, run: int, told: Collection[str], now: datetime
) -> tuple[int, list[Decision]]:
    """Let everything due for the purposes `told` count as told; returns how many, and the notices that cannot."""
    tx.lock(RECORDS_LOCK)
    tx.lock(LOCK)
    whole, notices = 0, []
    for _ in range(MOST_ROUNDS):
        due = [(one, facts) for one, facts in _due(tx, house, now) if one.purpose.name in told]
        notices = [one for one, _ in due if one.notice is not NoticeKind.NONE]
        drafts = [draft(house, one, facts, None, now) for one, facts in due if one.notice is NoticeKind.NONE]
        made = outbox.take_over(tx, drafts, run, now)
        if not made:
            break
        whole += made
    return whole, notices


def hold_notices(tx: Transaction, run: int, notices: Collection[Decision]) -> None:
    """Let these notices wait until the run is approved, because they may have gone (RULES.md F13)."""
    held = {news: (one.customer_id, True, False) for one in notices for news in news_of(one)}
    withhold(tx, run, held)


def _due(tx: Transaction, house: House, now: datetime) -> Iterator[tuple[Decision, CustomerFacts]]:
    for batch in judge(tx, house, PlanReport(now), every=True):
        for one in batch.decisions:
            if one.verdict is not Verdict.SKIP and one.address_id is not None:
                yield one, batch.facts[one.customer_id]


def _close(tx: Transaction, run: int, by: str, now: datetime) -> None:
    close_run(tx, run, RunState.TAKEN_OVER, {"messaged": 0})
    change_run(tx, run, decided_by=by, decided_at=now)

"""What a stopped run is about, as a person was shown it, and what of it is still to come. Colour: root.

Called by brake, plan and runs. To whom it would tell what is kept by customer, purpose and kind of notice. While it
waits, plan judges all of them afresh, each time: those, too, who only wait for their hour. So what is left of it is
read from the present judgement, and a person's word is about them and nobody else.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from math import ceil
from typing import Any

from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.withheld import Word
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.runs import waiting_run
from notifier.store.stopped import keep_news, left_out, look_at_news, news_of
from notifier.store.unfinished import concerned
from notifier.terms.decision import ToTell

GROWTH = 1.1
"""How much more of each kind may be sent than a person was shown."""

Found = dict[str, Any]
"""A `Showing.as_json`, with `why` the run was stopped and how many would be `messaged`."""


def look_again(tx: Transaction, mode: str, word: Word | None, report: PlanReport) -> None:
    """Let plan judge everybody again whom the run that waits, or the one with a `word`, would tell anything."""
    waiting = waiting_run(tx, mode)
    run = word.run if word else waiting.id if waiting else None
    if run is not None:
        look_at_news(tx, run, report.at)


def still_to_come(tx: Transaction, waiting: AnyRow | None, report: PlanReport) -> int:
    """How many customers of a waiting run the present judgement puts off.

    Those who could not be judged, or whom an unfinished import concerns, count as if they were put off.
    """
    if waiting is None:
        return 0
    report.unjudged |= left_out(tx, waiting.id, concerned(tx))
    news = news_of(tx, waiting.id)
    put_off = {one.customer_id for one in news & report.showing.put_off}
    return len(put_off | {one.customer_id for one in news if one.customer_id in report.unjudged})


def keep_up(tx: Transaction, waiting: AnyRow | None, run_id: int, report: PlanReport) -> bool:
    """Keep what the run would tell now; returns whether it is something else than before.

    What is put off of the purposes that a stop shows is part of it. What is no longer to be told has gone, unless the
    customer was not judged.
    """
    before, showing = news_of(tx, waiting.id) if waiting else set(), report.showing
    purposes = {one.purpose for one in showing.sending}
    put_off = {one for one in showing.put_off if one.purpose in purposes or one in before}
    news = showing.sending | put_off | {one for one in before if one.customer_id in report.unjudged}
    if news != before:
        keep_news(tx, run_id, news)
    return news != before


def shown(tx: Transaction, waiting: AnyRow | None, found: Found, report: PlanReport, *, other: bool) -> dict[str, Any]:
    """The columns of a stopped run that would now send `found`; `other`: not to whom, or not what, it would before.

    While it is the same, what people were shown stays: some of it may only wait for its hour. The team is mailed again
    where any kind has grown by more than a tenth since it was mailed.
    """
    if waiting is None:
        return {"found": json.dumps(found)}
    before: Found = json.loads(waiting.found)
    if not other and _whole(before) == _whole(found):
        return {}
    grown = beyond(news_of(tx, waiting.id, told=True), report.showing.sending)
    return {"found": json.dumps(found)} | ({"told_at": None} if grown else {})


def beyond(asked: Collection[ToTell], sending: Iterable[ToTell]) -> list[str]:
    """What of `sending` a word on `asked` does not cover: more than a tenth who were not shown.

    By purpose, and by kind of notice, since kinds differ in what silence means (RULES.md F3 to F5).
    """
    known = _names(asked)
    before = Counter(name for name, _ in known)
    now = before + Counter(name for name, _ in _names(sending) - known)
    grown = [name for name in sorted(now) if now[name] > ceil(before[name] * GROWTH)]
    return [f"{name} from {before[name]} to {now[name]} customers" for name in grown]


def _names(news: Iterable[ToTell]) -> set[tuple[str, int]]:
    return {(name, one.customer_id) for one in news for name in (one.purpose, one.notice) if name}


def _whole(found: Found) -> Counter[str]:
    """Customers by purpose, whether they would be told now or are put off."""
    return Counter({name: one["customers"] for name, one in found["by_purpose"].items()}) + Counter(found["held"])

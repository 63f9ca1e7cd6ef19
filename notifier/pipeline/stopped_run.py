"""What a stopped run is about, as a person was shown it, and what of it is still to come. Colour: root.

Called by brake, plan and runs. While it waits, plan judges afresh, each time, whoever it is about: those, too, who only
wait for their hour. So what is left of it is read from the present judgement, never from an older one.
"""

import json
from collections.abc import Collection, Mapping
from math import ceil
from typing import Any

from notifier.pipeline.plan_report import PlanReport
from notifier.pipeline.withheld import Word
from notifier.store.engine import Transaction
from notifier.store.lookup import AnyRow
from notifier.store.runs import look_at_held, waiting_run

GROWTH = 1.1
"""How much more of each kind may be sent than a person was shown."""

Found = dict[str, Any]
"""A `Showing.as_json`, with `why` it was stopped, `about` which purposes it is, and what was `held_before`."""


def look_again(tx: Transaction, mode: str, word: Word | None, report: PlanReport) -> None:
    """Let plan judge those again whose news of the waiting run, or of the one with a `word`, was put off."""
    if word is not None:
        look_at_held(tx, word.run, word.about, report.at)
        return
    waiting = waiting_run(tx, mode)
    if waiting is not None:
        look_at_held(tx, waiting.id, json.loads(waiting.found)["about"], report.at)


def still_to_come(waiting: AnyRow | None, report: PlanReport) -> int:
    """How many customers of a waiting run the present judgement holds, beyond those that were held when it stopped.

    Those whom an unfinished import concerns are left out of the judgement, and count as if they were held.
    """
    if waiting is None:
        return 0
    found: Found = json.loads(waiting.found)
    held = report.showing.held
    before: dict[str, int] = found["held_before"]
    return sum(max(held[name] - before.get(name, 0), 0) for name in found["about"]) + report.unfinished


def up_to_date(waiting: AnyRow | None, found: Found) -> tuple[Found, bool]:
    """What is kept of a stopped run that would now send `found`, and whether the team must be shown it (again).

    As long as it is the same customers, some of whom wait for their hour, what they were shown stays.
    """
    if waiting is None:
        return found | {"about": sorted(found["by_purpose"]), "held_before": found["held"]}, True
    before: Found = json.loads(waiting.found)
    about = sorted({*found["by_purpose"], *before["about"]})
    grown = bool(beyond(before, found, about))
    shrunk = any(_whole(found, name) < _whole(before, name) for name in before["about"])
    if not grown and not shrunk:
        return before, False
    return found | {"about": about, "held_before": before["held_before"]}, grown


def beyond(shown: Found, found: Found, later: Collection[str] = ()) -> list[str]:
    """What `found` would send to more customers than `shown`, and a tenth, sent or held.

    Of `found`, what is held counts too for the purposes in `later`. By purpose, and by kind of notice, since kinds
    differ in what silence means (RULES.md F3 to F5).
    """
    more = []
    for name in sorted({*found["by_purpose"], *later}):
        now = _sent(found["by_purpose"], name) + (found["held"].get(name, 0) if name in later else 0)
        more += _grown(name, _whole(shown, name), now)
    for kind, count in found["notices"].items():
        more += _grown(kind, shown["notices"].get(kind, 0), count)
    return more


def _grown(name: str, before: int, now: int) -> list[str]:
    return [f"{name} from {before} to {now} customers"] if now > ceil(before * GROWTH) else []


def _whole(found: Found, name: str) -> int:
    return _sent(found["by_purpose"], name) + int(found["held"].get(name, 0))


def _sent(by_purpose: Mapping[str, Any], name: str) -> int:
    return int(by_purpose[name]["customers"]) if name in by_purpose else 0

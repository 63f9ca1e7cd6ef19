"""Tells the team of a template that keeps messages back, once for each version of it. Colour: root.

Called by pipeline.delivery_news and cli.run. All other messages go on meanwhile; what is held goes by itself once a
mended text is published, or the shop's file is mended.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from notifier.outbox.held import HeldFor, held_for_templates
from notifier.pipeline.house import House
from notifier.pipeline.off_the_loop import reading, writing
from notifier.pipeline.team import Team, tell_team
from notifier.store.engine import Transaction
from notifier.store.meta import keep_moment, moment_of

SUBJECT = "Messages are held: a template must be mended"

MOST_ROWS = 20
"""Faults told of one by one; the rest is a number."""


async def tell_broken(house: House, team: Team, now: datetime) -> int:
    """Tell the team at `now` (UTC) of template versions that it has not heard of; returns how many messages they hold.

    What no server took is told again at the next look.
    """
    found = await reading(house.store, _untold)
    if not found:
        return 0
    if await tell_team(team, SUBJECT, digest(found), now) or not team.address:
        versions = {one.version for one in found}
        await writing(house.store, lambda tx: _mark_told(tx, versions, now))
    return sum(one.messages for one in found)


def _untold(tx: Transaction) -> list[HeldFor]:
    held = held_for_templates(tx)
    new = {version for version in {one.version for one in held} if moment_of(tx, _told(version)) is None}
    return [one for one in held if one.version in new]


def _mark_told(tx: Transaction, versions: Collection[str], now: datetime) -> None:
    for version in versions:
        keep_moment(tx, _told(version), now)


def _told(version: str) -> str:
    return f"told: template {version}"


def digest(found: Sequence[HeldFor]) -> str:
    """The email's text: where the fault is, what it is, how many messages wait; nothing about a customer.

    A text that several locales or brands share is several versions, and one fault.
    """
    together: dict[tuple[str, str], list[HeldFor]] = defaultdict(list)
    for one in found:
        together[one.purpose, one.reason.partition(": ")[2]].append(one)
    most_first = sorted(together.items(), key=lambda one: -_messages(one[1]))
    rows = [_row(purpose, fault, members) for (purpose, fault), members in most_first]
    more = [f"… and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
    tail = (
        "All other messages go on. Mend the text in the console under Templates, or put an older version in force:"
        " what is held goes by itself then. A mended file of the shop's folder counts once notifier is started anew;"
        " `notifier templates check` looks through all of them.\n"
    )
    return "\n\n".join([*rows[:MOST_ROWS], *more, tail])


def _messages(members: Sequence[HeldFor]) -> int:
    return sum(one.messages for one in members)


def _row(purpose: str, fault: str, members: Sequence[HeldFor]) -> str:
    messages = _messages(members)
    first = min(one.first_id for one in members)
    waits = f"{messages:,} message{'s' if messages > 1 else ''} of {purpose} {'are' if messages > 1 else 'is'} held"
    return f"{fault}\n  {waits}; one of them: notifier explain --message {first}"

"""What the team must know of a delivery: texts over the day's limit, and messages that need a person. Colour: root.

Called by cli.run after each look into the outbox.
"""

from datetime import UTC, datetime

from notifier.outbox.held import held_for_facts
from notifier.pipeline.broken_templates import tell_broken
from notifier.pipeline.deliver import DeliverReport
from notifier.pipeline.house import House
from notifier.pipeline.off_the_loop import reading
from notifier.pipeline.team import Team, tell_team_daily


async def tell_delivery(house: House, team: Team, report: DeliverReport, now: datetime) -> None:
    """Tell the team what `report` has for it: the limit once for each day of UTC, a broken template once for each
    version, what else needs a person once a day.
    """
    if report.over_limit:
        subject = f"The limit of texts for {now.astimezone(UTC):%Y-%m-%d} is reached"
        await tell_team_daily(house.store, team, subject, _over_limit(report), now)
    for purpose, why in report.storms.items():
        subject = f"Messages of {purpose} are paused, as too many are refused"
        await tell_team_daily(house.store, team, subject, _storm(purpose, why), now)
    if report.held:
        await tell_broken(house, team, now)
        if count := await reading(house.store, held_for_facts):
            await tell_team_daily(house.store, team, "Messages need a person", _need_a_person(count), now)


def _over_limit(report: DeliverReport) -> str:
    return (
        f"{report.over_limit} texts are over the day's limit and wait until tomorrow (UTC); emails go as ever."
        " If so many are right, raise [sms] daily_limit, daily_limit_by_country or daily_limit_by_range (numbers that"
        " differ in their last digits only). If not, look whom they are for: `notifier export messages` lists them.\n"
    )


def _storm(purpose: str, why: str) -> str:
    return (
        f"{why}, so no more messages of {purpose} go out, but what the law requires.\n"
        "`notifier export messages` has the reasons. Once it is mended: `notifier resume --purpose"
        f" {purpose} --by NAME`. The share is [safety] failed_percent.\n"
    )


def _need_a_person(count: int) -> str:
    return (
        f"{count} message{'s are' if count > 1 else ' is'} held, as what is known of the order cannot be judged.\n"
        "`notifier export messages` lists them by state; `notifier explain --message ID` tells why.\n"
    )

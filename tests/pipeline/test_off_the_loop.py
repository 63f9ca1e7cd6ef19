"""What `notifier run` does at every tick asks the database in threads: the loop answers webhooks meanwhile."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from notifier import conversation, helpdesk
from notifier.action_post import PostAccess
from notifier.pipeline.action_news import tell_actions
from notifier.pipeline.action_webhook import post_actions
from notifier.pipeline.alarms import tell_deadlines
from notifier.pipeline.answers import Asked, answer
from notifier.pipeline.brake import alarm_required, tell_stop
from notifier.pipeline.forwarding import forward_inbox
from notifier.pipeline.house import House
from notifier.pipeline.receive import receive
from notifier.pipeline.relay import relay_answers
from notifier.pipeline.sources import tell_stale
from notifier.pipeline.team import Team, tell_team_daily
from notifier.pipeline.unknown_news import tell_unknown
from notifier.terms.incoming import Incoming, Road
from notifier.terms.law import Said
from notifier.terms.words import Channel
from tests.pipeline.test_sources import Postbox, team
from tests.shop import NOON, open_shop, order
from tests.standins.shop_system import shop_system

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery."""


async def post(house: House, told: Team) -> None:
    with shop_system() as system:
        await post_actions(house, PostAccess(system.url, b"0123456789abcdef"), told, NOON)


TICKS: dict[str, Callable[[House, Team], Awaitable[object]]] = {
    "actions": lambda house, told: tell_actions(house, told, NOON),
    "webhook": post,
    "inbox": lambda house, told: forward_inbox(replace(house, helpdesk="help@desk.example"), told, NOON),
    "answers": lambda house, told: relay_answers(house, {Channel.EMAIL: Postbox()}, told, lambda: NOON),
    "deadlines": lambda house, told: tell_deadlines(house, told, NOON),
    "stale": lambda house, told: tell_stale(house, told, NOON),
    "required": lambda house, told: alarm_required(house, told, NOON),
    "stop": lambda house, told: tell_stop(house, told, 99, NOON),
    "daily": lambda house, told: tell_team_daily(house.store, told, "The brake", "900 customers", NOON),
    "unknown": lambda house, told: tell_unknown(house, told, timedelta(hours=1), NOON),
}


@pytest.mark.parametrize("tick", TICKS)
def test_a_tick_asks_the_database_in_threads(tmp_path: Path, sqlite_url: str, tick: str) -> None:
    shop, asked = open_shop(tmp_path, sqlite_url), set[bool]()
    shop.take_in("backorders", [order("ann"), order("bob")])
    shop.plan()
    shop.deliver()
    with shop.house() as house:
        answer(house, Said.CANCEL, Asked("O-ann", "", "Kim"), NOON)
        receive(house, Incoming(Road.EMAIL, "1", NOON, "Hm, what now?", message_id=1), NOON)
        with house.store.write() as tx:
            helpdesk.keep(tx, conversation.reply_of(tx, 1), helpdesk.Written("answer", "We will call you."), NOON)
        here = threading.get_ident()
        event.listen(house.store.engine, "before_cursor_execute", lambda *_: asked.add(threading.get_ident() == here))
        asyncio.run(TICKS[tick](house, team(Postbox())))  # type: ignore[arg-type]
    assert asked == {False}

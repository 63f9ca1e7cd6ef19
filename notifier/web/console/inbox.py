"""The inbox: what waits for a person, and one reply with all that is needed to act on it. Colour: door.

Added by console.opening. To act on a reply is in inbox_deeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from notifier.pipeline import accounts, desk_view
from notifier.pipeline.effect_words import step_words, was_done
from notifier.pipeline.forwarding import BY
from notifier.pipeline.inbox import OF_THE_PERSON, Doing
from notifier.pipeline.reasons import purpose_words
from notifier.pipeline.team_answers import draft
from notifier.queries.desk import Pile
from notifier.terms.operator import Role
from notifier.terms.page import Act as PageAct
from notifier.terms.time import zone
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.routes import Routes

INBOX = "/console/inbox"
LONGEST_SHOWN = 800
"""Characters of one message that are shown at once; the rest is a click away."""

NINE = 9
"""The hour at which a new day's work begins."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to do for the customer: `ask` is asked before it counts, where it is not simply taken back."""

    doing: Doing
    label: str
    key: str = ""
    ask: str = ""
    kind: str = ""

    @property
    def of_lines(self) -> bool:
        """Whether it is about an order, and not about the person."""
        return self.doing not in OF_THE_PERSON


BUTTONS: Mapping[Doing, Button] = MappingProxyType(
    {
        one.doing: one
        for one in (
            Button(
                Doing.ACCEPT,
                "Accept the delay",
                "a",
                "The customer agrees to wait. That is their word before the law, as of the moment they wrote, and"
                " cannot be taken back.",
            ),
            Button(
                Doing.CANCEL,
                "Cancel for them",
                "c",
                "The shop is asked to stop the order, and the customer is told so. It can be taken back until the shop"
                " has stopped it.",
                "danger",
            ),
            Button(
                Doing.WITHDRAW,
                "Withdraw from the contract",
                "w",
                "The customer withdraws by the law of the EU; the shop is asked to take it, and the customer is told"
                " so. It can be taken back until the shop has done it.",
                "danger",
            ),
            Button(Doing.KEEP, "Keep the order after all", "", "A cancellation is taken back: fresh consent to wait."),
            Button(Doing.CHANGE, "Ask the shop for a change"),
            Button(Doing.COMPLAINT, "It is a complaint"),
            Button(
                Doing.OPT_OUT,
                "No more messages",
                "",
                "By text: no more texts to the number that wrote. By email: no more offers, and no more mails that"
                " nothing has changed. Offers come back by the customer's own yes alone.",
                "danger",
            ),
            Button(Doing.OPT_IN, "News of orders again"),
        )
    }
)
FIRST = (Doing.ACCEPT, Doing.CANCEL)
"""Always at hand; the others stand under More, unless one is what the reply may mean."""


def reply_id(asked: Asked) -> int:
    """The reply that the path names."""
    return reading.key_of(asked.path, "reply")


def pile_of(fields: Mapping[str, str]) -> Pile:
    """The pile that somebody looks through."""
    found = fields.get("in", "")
    return Pile(found) if found in tuple(Pile) else Pile.OPEN


def tz_of(asked: Asked) -> ZoneInfo:
    """The zone of the shop."""
    return zone(asked.settings.shop.timezone)


async def show(asked: Asked) -> Response:
    """The list."""
    which, page = pile_of(asked.query), reading.whole(asked.query.get("page", "")) or 0
    look = partial(desk_view.pile, asked.house, which, asked.operator.name, page, asked.now)
    found = await asked.run(look)
    piles = list(Pile)
    return asked.page("inbox/inbox.html", found=found, which=which, piles=piles, page=page, roads=BY)


async def show_reply(asked: Asked) -> Response:
    """One reply."""
    which, one = pile_of(asked.query), reply_id(asked)
    where = (which, asked.operator.name)
    view = await asked.run(partial(desk_view.reply, asked.house, one, where, asked.now))
    acts = asked.operator.may(Role.AGENT)
    names = await asked.run(partial(accounts.everybody, asked.house)) if acts else []
    words = await _drafted(asked, one) if acts and view.one.waits else ""
    return asked.page(
        "inbox/reply.html",
        view=view,
        which=which,
        acts=acts,
        team=[each.name for each in names if each.disabled_at is None and each.may(Role.AGENT)],
        main=_main(view),
        more=_more(view),
        rests=rests(asked.now, tz_of(asked), view.place.by_law),
        answers=asked.house.catalogue.answer_names(),
        words=words,
        most=LONGEST_SHOWN,
        was_done=was_done,
        step_words=step_words,
        purpose=purpose_words,
        roads=BY,
    )


def _main(view: desk_view.ReplyView) -> list[Button]:
    """What is offered first: what the reply may mean, then what is always at hand."""
    wanted = [view.suggested, *FIRST]
    if any(PageAct.WITHDRAW in line.acts for order in view.orders for line in order.lines):
        wanted.append(Doing.WITHDRAW)
    return [BUTTONS[one] for one in dict.fromkeys(wanted) if one is not None and one in BUTTONS]


def _more(view: desk_view.ReplyView) -> list[Button]:
    first = {one.doing for one in _main(view)} | {Doing.WITHDRAW}
    return [button for doing, button in BUTTONS.items() if doing not in first]


def rests(now: datetime, tz: ZoneInfo, by_law: datetime | None) -> list[tuple[str, datetime]]:
    """Until when a reply may rest, in words; never past the law's day."""
    local = now.astimezone(tz)
    morning = local.replace(hour=NINE, minute=0, second=0, microsecond=0)
    found = [
        ("for an hour", now + timedelta(hours=1)),
        ("for four hours", now + timedelta(hours=4)),
        ("until tomorrow, 9:00", morning + timedelta(days=1)),
        ("until Monday, 9:00", morning + timedelta(days=7 - local.weekday())),
    ]
    return [(words, until) for words, until in found if by_law is None or until <= by_law]


async def _drafted(asked: Asked, one: int) -> str:
    """The ready answer that the query names, filled in."""
    name = asked.query.get("draft", "")
    previews = asked.desk.previews
    return await previews.run(partial(draft, asked.house, previews.pool, one, name, asked.now)) if name else ""


async def show_draft(asked: Asked) -> Response:
    """The field of an answer, with a ready one in it."""
    words = await _drafted(asked, reply_id(asked))
    return asked.part("inbox/_words.html", words=words)


def routes(to: Routes) -> None:
    """The routes."""
    to.get(INBOX, Role.VIEWER, show)
    to.get(f"{INBOX}/{{reply}}", Role.VIEWER, show_reply)
    to.get(f"{INBOX}/{{reply}}/draft", Role.AGENT, show_draft)

"""The inbox: what waits for a person, and one reply with all that is needed to act on it. Colour: door.

Added by console.opening. To act on a reply is in inbox_deeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from notifier.errors import Permanent
from notifier.pipeline import accounts, desk_view
from notifier.pipeline.effect_words import step_words, was_done
from notifier.pipeline.forwarding import BY
from notifier.pipeline.inbox import OF_THE_PERSON, Doing
from notifier.pipeline.reasons import purpose_words
from notifier.pipeline.team_answers import MOST_LETTERS, MOST_SIGNS, draft
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
                "The shop is asked to stop it, and the customer is told so. It can be taken back until the shop has"
                " stopped it.",
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


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of a form, whose path ends with `deed`; `fault` is why it was refused."""

    deed: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    fault: str = ""

    def of(self, deed: str, name: str) -> str:
        """What was typed into a field of this form."""
        return self.fields.get(name, "") if deed == self.deed else ""


async def show_reply(asked: Asked) -> Response:
    """One reply."""
    return await reply_page(asked, pile_of(asked.query), Typed())


async def reply_page(asked: Asked, which: Pile, typed: Typed) -> Response:
    """One reply, with what was typed in its form."""
    where = (which, asked.operator.name)
    view = await asked.run(partial(desk_view.reply, asked.house, reply_id(asked), where, asked.now))
    acts = asked.operator.may(Role.AGENT)
    names = await asked.run(partial(accounts.everybody, asked.house)) if acts else []
    return asked.page(
        "inbox/reply.html",
        422 if typed.fault else 200,
        view=view,
        typed=typed,
        which=which,
        acts=acts,
        team=[each.name for each in names if each.disabled_at is None and each.may(Role.AGENT)],
        main=_main(view),
        more=_more(view),
        rests=rests(asked.now, tz_of(asked), view.place.by_law),
        answers=asked.house.catalogue.answer_names(),
        most=LONGEST_SHOWN,
        holds=(MOST_LETTERS, MOST_SIGNS),
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
    found = [BUTTONS[one] for one in dict.fromkeys(wanted) if one is not None and one in BUTTONS]
    return _possible(view, found)


def _more(view: desk_view.ReplyView) -> list[Button]:
    first = {one.doing for one in _main(view)} | {Doing.WITHDRAW}
    return _possible(view, [button for doing, button in BUTTONS.items() if doing not in first])


def _possible(view: desk_view.ReplyView, buttons: Sequence[Button]) -> list[Button]:
    """Those that have anything to be about."""
    return [one for one in buttons if view.about or not one.of_lines]


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


async def show_draft(asked: Asked) -> Response:
    """The field of an answer, with a ready one below what stands in it."""
    pool, name, words = asked.desk.previews.pool, asked.form.get("draft", ""), asked.form.get("words", "").rstrip()
    try:
        ready = await asked.rendered(partial(draft, asked.house, pool, reply_id(asked), name, asked.now))
    except Permanent as fault:
        if asked.by_htmx:
            raise
        return await reply_page(asked, pile_of(asked.form), Typed("answer", asked.form, str(fault)))
    typed = Typed("answer", {"words": f"{words}\n\n{ready}" if words else ready})
    if asked.by_htmx:
        return asked.part("inbox/_words.html", typed=typed)
    return await reply_page(asked, pile_of(asked.form), typed)


def routes(to: Routes) -> None:
    """The routes."""
    to.get(INBOX, Role.VIEWER, show)
    to.get(f"{INBOX}/{{reply}}", Role.VIEWER, show_reply)
    to.post(f"{INBOX}/{{reply}}/draft", Role.AGENT, show_draft, "reply.draft", ("draft",))

"""The messages by where they stand, one of them as its customer saw it, and what may be done. Colour: door.

Added by console.opening.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException
from fastapi.responses import HTMLResponse, Response

from notifier.errors import UsageError
from notifier.pipeline import decided, message_acts
from notifier.pipeline.letter_shown import LetterShown, letter_shown
from notifier.pipeline.message_acts import Act
from notifier.pipeline.reasons import RENDER_FAILED, UNLAWFUL, because, purpose_words
from notifier.pipeline.timeline import message_story
from notifier.queries.message_list import Listed, MessagePage, Wanted, counted, message_page, messages_by_id
from notifier.terms.operator import Role
from notifier.terms.words import Channel, MessageState
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.message_words import STATE_WORDS
from notifier.web.console.paper import ALONE
from notifier.web.console.routes import Routes, safe_next

MESSAGES = "/console/messages"

ACTS: MappingProxyType[Act, tuple[str, str]] = MappingProxyType(
    {
        Act.RELEASE: (
            "Release",
            "It is filled in and judged anew; one whose template is as it was is held again.",
        ),
        Act.CANCEL: ("Cancel", "It does not go, and this news is not told any more."),
        Act.ANEW: ("Try again", "It is judged afresh with the next plan, and goes if it is still due."),
        Act.SENT: ("It went", "It counts as sent, and its dates as told."),
        Act.RESEND: ("Send once more", "It may arrive twice."),
    }
)
"""What each is called, and what it means."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The filters as they stand in the address."""

    state: str
    purpose: str = ""
    channel: str = ""
    brand: str = ""

    @classmethod
    def of(cls, asked: Asked) -> "Typed":
        """Only what is known; held messages where no state is named."""
        query = asked.query
        state = query.get("state", "")
        purpose, brand, channel = (reading.text(query, name) for name in ("purpose", "brand", "channel"))
        state = state if state in list(MessageState) else MessageState.HELD.value
        return cls(state, purpose, channel if channel in list(Channel) else "", brand)


async def show(asked: Asked) -> Response:
    """The list of one state."""
    typed = Typed.of(asked)
    found, counts = await asked.run(partial(_read, asked, typed))
    acts = {one.id: message_acts.acts_for(asked.house, one) for one in found.messages}
    older = reading.query_of(asdict(typed) | {"before": found.before})
    return asked.page(
        "messages/messages.html",
        typed=typed,
        found=found,
        counts=counts,
        acts=acts if asked.operator.may(Role.AGENT) else {},
        before=f"{MESSAGES}?{older}" if found.before else "",
        back=f"{MESSAGES}?{reading.query_of(asdict(typed))}",
        mend=template_of,
        brands=sorted(asked.house.brands),
        purposes=[one.name for one in asked.house.purposes],
        **WORDS,
    )


WORDS: MappingProxyType[str, Any] = MappingProxyType(
    {"states": STATE_WORDS, "act_words": ACTS, "because": because, "purpose": purpose_words}
)


def _read(asked: Asked, typed: Typed) -> tuple[MessagePage, dict[MessageState, int]]:
    mode = asked.house.sending.mode.value
    before = reading.whole(asked.query.get("before", ""))
    wanted = Wanted(MessageState(typed.state), mode, typed.purpose, typed.channel, typed.brand, before)
    with asked.house.store.read() as tx:
        return message_page(tx, wanted), counted(tx, mode)


def template_of(one: Listed) -> str:
    """The editor's page of the template that holds a message; empty where no template does."""
    if not one.reason.startswith((RENDER_FAILED, UNLAWFUL)):
        return ""
    order = f"{one.brand}:{one.orders[0]}" if one.orders else ""
    more = reading.query_of({"locale": one.locale, "brand": one.brand, "order": order})
    return f"/console/templates/{quote(one.purpose)}/{quote(one.channel)}?{more}"


async def one(asked: Asked) -> Response:
    """One message, with its story."""
    message_id = reading.key_of(asked.path)
    found, story, letter = await asked.run(partial(_one, asked, message_id))
    acts = message_acts.acts_for(asked.house, found) if asked.operator.may(Role.AGENT) else ()
    return asked.page(
        "messages/message.html",
        one=found,
        timeline=story,
        letter=letter,
        acts=acts,
        mend=template_of(found),
        **WORDS,
    )


def _one(asked: Asked, message_id: int) -> tuple[Listed, Any, LetterShown]:
    with asked.house.store.read() as tx:
        found = messages_by_id(tx, [message_id]).get(message_id)
    letter = letter_shown(asked.house, message_id)
    if found is None or letter is None:
        raise HTTPException(404)
    return found, message_story(asked.house, message_id), letter


async def email(asked: Asked) -> Response:
    """The HTML of an email, to be shown in a frame of its own."""
    found = await asked.run(partial(letter_shown, asked.house, reading.key_of(asked.path)))
    if found is None or not found.html:
        raise HTTPException(404)
    return HTMLResponse(found.html, headers={"content-security-policy": ALONE})


def _act(act: Act) -> Callable[[Asked], Any]:
    async def done(asked: Asked) -> Response:
        message_id = reading.whole(asked.form.get("id", ""))
        if message_id is None:
            raise UsageError("name a message")
        await asked.run(partial(_do, asked, act, message_id))
        return asked.to(safe_next(asked.form.get("back", MESSAGES)), said=_SAID[act])

    return done


def _do(asked: Asked, act: Act, message_id: int) -> None:
    house, ids, by, now = asked.house, [message_id], asked.operator.name, asked.now
    match act:
        case Act.RELEASE:
            message_acts.release_messages(house, ids, by)
        case Act.CANCEL:
            message_acts.cancel_messages(house, ids, by, now)
        case Act.ANEW:
            message_acts.judge_anew(house, ids, by, now)
        case Act.SENT:
            decided.say_sent(house, ids, by, now)
        case Act.RESEND:
            decided.say_resend(house, ids, by, now)


_SAID = MappingProxyType(
    {
        Act.RELEASE: "It is released: it goes as soon as it is filled in, if it is still right.",
        Act.CANCEL: "It is cancelled, and this news is not told any more.",
        Act.ANEW: "The next plan judges it afresh.",
        Act.SENT: "It counts as sent.",
        Act.RESEND: "It goes once more, marked as a possible duplicate.",
    }
)


def routes(to: Routes) -> None:
    """The routes."""
    to.get(MESSAGES, Role.VIEWER, show)
    to.get(MESSAGES + "/{id}", Role.VIEWER, one)
    to.get(MESSAGES + "/{id}/email", Role.VIEWER, email)
    for act in Act:
        to.post(f"{MESSAGES}/do/{act.value}", Role.AGENT, _act(act), f"message.{act.value}", keeps=("id",))

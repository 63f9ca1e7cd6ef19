"""What an agent does with a reply; then the next one opens. Colour: door. Added by console.opening.

Every deed is a function of pipeline, as the commands have it.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from fastapi.responses import Response

from notifier.errors import Permanent, UsageError
from notifier.pipeline import desk as team_desk
from notifier.pipeline.desk_view import next_in
from notifier.pipeline.effect_words import was_done, why_not
from notifier.pipeline.holds import Said
from notifier.pipeline.inbox import Act, Doing, act, assign, close
from notifier.pipeline.people import Asked as Whom
from notifier.pipeline.team_answers import Answering, answer
from notifier.pipeline.undo import offered_to, undo
from notifier.terms.operator import Role
from notifier.terms.words import Channel
from notifier.web.console import reading
from notifier.web.console.asked import Asked
from notifier.web.console.inbox import INBOX, Typed, pile_of, reply_id, reply_page, tz_of
from notifier.web.console.routes import Answer, Routes

Deed = Callable[[Asked, int], str]
"""What is done with a reply, in a thread; returns what is said of it."""


def acted(asked: Asked, one: int) -> str:
    """Something for the customer. Raises UsageError where none of it counts."""
    doing, form = _doing(asked.form.get("what", "")), asked.form
    order, line = _about(form)
    wanted = Act(one, doing, asked.operator.name, form.get("sku", ""), order, line)
    found = act(asked.house, wanted, asked.now)
    if not found.closed:
        why = why_not(each.effect for each in found.lines) or found.why
        raise UsageError(f"That does not count: {why}. Reply {one} still waits")
    done = was_done(each.effect for each in found.lines if each.done)
    late = why_not(each.effect for each in found.lines if not each.done)
    but = f", but not for all of it: {late}" if late else ""
    return f"Reply {one}: {done}{but}."


def _doing(text: str) -> Doing:
    if text not in tuple(Doing):
        raise UsageError("The page did not say what is to be done. Open the reply again")
    return Doing(text)


def _about(form: Mapping[str, str]) -> tuple[str, str]:
    """The order, and the line of it, that somebody chose; both empty: what the reply is about."""
    text = form.get("about", "")
    if not text:
        return "", ""
    try:
        order, line = json.loads(text)
    except (ValueError, TypeError):
        raise UsageError("The page did not say which order it is about. Open the reply again") from None
    return str(order).replace("\x00", ""), str(line).replace("\x00", "")


def answered(asked: Asked, one: int) -> str:
    """The agent's own words to the customer."""
    form = asked.form
    done = form.get("then", "close") == "close"
    said = Answering(one, form.get("words", ""), asked.operator.name, form.get("key", "")[:60], done, seen(asked))
    kept = answer(asked.house, said, asked.now)
    by = "text" if kept.channel is Channel.SMS else "email"
    when = f"at {kept.goes_at.astimezone(tz_of(asked)):%H:%M on %d %B}" if _later(asked, kept.goes_at) else "now"
    return (
        f"Your answer to reply {one} goes by {by} {when}." if not kept.again else "That answer is on its way already."
    )


def _later(asked: Asked, moment: datetime) -> bool:
    return (moment - asked.now).total_seconds() > 60


def done(asked: Asked, one: int) -> str:
    """It is seen to."""
    close(asked.house, [one], asked.operator.name, "", asked.now)
    return f"Reply {one} is done."


def snoozed(asked: Asked, one: int) -> str:
    """It rests for a while."""
    until = moment(asked, asked.form.get("until", ""))
    team_desk.snooze(asked.house, one, until, asked.operator.name, asked.now)
    return f"Reply {one} rests until {until.astimezone(tz_of(asked)):%d %B, %H:%M}."


def called(asked: Asked, one: int) -> str:
    """The agent has phoned."""
    said = Said(asked.operator.name, asked.form.get("note", ""))
    team_desk.called(asked.house, one, said, asked.now, complaint=bool(asked.form.get("complaint")))
    return f"The call is logged, and reply {one} is done."


def taken(asked: Asked, one: int) -> str:
    """Somebody sees to it."""
    whom = asked.form.get("whom", "") or asked.operator.name
    team_desk.take(asked.house, team_desk.Taking(one, whom, asked.operator.name, seen(asked)), asked.now)
    return f"Reply {one} is {'yours' if whom == asked.operator.name else f'on the desk of {whom}'}."


def given_back(asked: Asked, one: int) -> str:
    """Anybody may see to it."""
    team_desk.give_back(asked.house, one, asked.operator.name, asked.now, seen(asked))
    return f"Reply {one} is nobody's again."


def call_planned(asked: Asked, one: int) -> str:
    """The agent will phone."""
    at = moment(asked, asked.form.get("at", ""))
    wanted = team_desk.CallBack(one, at, asked.operator.name, asked.form.get("note", ""), seen(asked))
    team_desk.plan_call(asked.house, wanted, asked.now)
    return f"You call back about reply {one} on {at.astimezone(tz_of(asked)):%d %B, %H:%M}."


def assigned(asked: Asked, one: int) -> str:
    """Whose reply it is."""
    whom = Whom(asked.form.get("customer", "").strip(), asked.form.get("order", "").strip())
    found = assign(asked.house, one, whom, asked.operator.name, asked.now)
    return f"Reply {one} is of customer {found.customer}."


def undone(asked: Asked, one: int) -> str:
    """The last step is taken back, which must be the one that the page named."""
    step = reading.key_of(asked.path, "step")
    words = undo(asked.house, one, asked.operator.name, asked.now, step).words
    return f"{words[:1].upper()}{words[1:]}."


def seen(asked: Asked) -> int | None:
    """The newest step of the team that the page had."""
    return reading.whole(asked.form.get("seen", ""))


def moment(asked: Asked, text: str) -> datetime:
    """A moment as a form has it: ISO 8601, one without an offset in the shop's zone; in UTC. Raises UsageError."""
    found = reading.moment(text, tz_of(asked))
    if found is None:
        raise UsageError("Choose a day and an hour")
    return found


def _passing(name: str, deed: Deed) -> Answer:
    """Answers with the next reply of the pile, and offers to take back what was done."""

    async def then(asked: Asked, words: str) -> Response:
        one, which = reply_id(asked), pile_of(asked.form)
        after = partial(next_in, asked.house, which, asked.operator.name, asked.now, passed=one)
        following = await asked.run(after)
        path = f"{INBOX}/{following}" if following is not None else INBOX
        return asked.to(f"{path}?in={which.value}", words, await _back(asked, one))

    return _doing_it(name, deed, then)


async def _back(asked: Asked, one: int) -> str:
    """Where the step is taken back that was just made; empty where it cannot be."""
    step = await asked.run(partial(offered_to, asked.house, one, asked.operator.name, asked.now))
    return f"{INBOX}/{one}/undo/{step}" if step is not None else ""


def _staying(name: str, deed: Deed, *, undoable: bool = True) -> Answer:
    """Answers with the same reply."""

    async def then(asked: Asked, words: str) -> Response:
        one = reply_id(asked)
        back = await _back(asked, one) if undoable else ""
        return asked.to(f"{INBOX}/{one}?in={pile_of(asked.form).value}", words, back)

    return _doing_it(name, deed, then)


def _doing_it(name: str, deed: Deed, then: Callable[[Asked, str], Awaitable[Response]]) -> Answer:
    """Does it; what is refused comes back on the reply's page, with what was typed and why."""

    async def answer_to(asked: Asked) -> Response:
        try:
            words = await asked.run(partial(deed, asked, reply_id(asked)))
        except Permanent as fault:
            return await reply_page(asked, pile_of(asked.form), Typed(name, asked.form, str(fault)))
        return await then(asked, words)

    return answer_to


def routes(to: Routes) -> None:
    """The routes."""
    one = f"{INBOX}/{{reply}}"
    passing = {"act": acted, "answer": answered, "done": done, "snooze": snoozed, "called": called}
    staying = {"take": taken, "give-back": given_back, "call": call_planned}
    for name, deed in passing.items():
        to.post(f"{one}/{name}", Role.AGENT, _passing(name, deed), f"reply.{name}", ("what", "until"))
    for name, deed in staying.items():
        to.post(f"{one}/{name}", Role.AGENT, _staying(name, deed), f"reply.{name}", ("whom", "at"))
    to.post(f"{one}/assign", Role.AGENT, _staying("assign", assigned, undoable=False), "reply.assign")
    to.post(f"{one}/undo/{{step}}", Role.AGENT, _staying("undo", undone, undoable=False), "reply.undo")

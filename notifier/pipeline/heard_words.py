"""What was heard from a customer and what was made of it, as sentences. Colour: root. Used by pipeline.narration.

What the customer wrote is quoted nowhere here.
"""

from notifier.pipeline.effect_words import was_done
from notifier.pipeline.reasons import because
from notifier.pipeline.wording import WallClock, listed, orders_of, way
from notifier.queries.heard import ActionTold, ReplyTold
from notifier.terms.effects import ActionKind
from notifier.terms.incoming import Road

WROTE = {
    Road.SMS: "the customer wrote by text",
    Road.EMAIL: "the customer wrote by email",
    Road.PAGE: "the customer chose on their page",
}

NAMES = {
    ActionKind.CANCEL: "cancellation",
    ActionKind.WITHDRAW: "withdrawal",
    ActionKind.REFUND: "refund",
    ActionKind.SWAP: "swap",
    ActionKind.CHANGE: "change",
}


def told_reply(one: ReplyTold, clock: WallClock) -> str:
    """The paragraph of one reply."""
    who = WROTE.get(Road(one.road), f"{one.actor} acted for the customer")
    what = " in answer to message " + str(one.answers_to) if one.answers_to is not None else ""
    about = f" about {orders_of(one.orders)}" if one.orders else ""
    head = f"On {clock.at(one.at)} {who}{what}: understood as {one.intent.replace('_', ' ')} ({one.confidence}){about}."
    return " ".join(filter(None, (head, f"Done: {was_done(one.effects)}.", _answered(one), _person(one, clock))))


def _answered(one: ReplyTold) -> str:
    if not one.answers:
        return "It was not answered."
    went = [str(answer.message) for answer in one.answers if answer.message is not None]
    kept = [answer for answer in one.answers if answer.message is None]
    said = [f"Answered by message {listed(went)}."] if went else []
    said += [f"Not answered by {way(answer.channel)}, because {because(answer.reason)}." for answer in kept]
    return " ".join(said)


def _person(one: ReplyTold, clock: WallClock) -> str:
    if one.waits:
        return "It waits for a person."
    if one.closed_at is None:
        return ""
    return f"{one.closed_by} saw to it {clock.then(one.closed_at, one.at)}."


def told_action(one: ActionTold, clock: WallClock) -> str:
    """The paragraph of an action that has ended."""
    ended = {"done": "was done", "refused": "was refused", "withdrawn": "was taken back"}.get(one.state, one.state)
    by = {"import": "as an import showed", "webhook": "by the shop's own system", "customer": "by the customer"}
    whose = by.get(one.by, f"by the word of {one.by}")
    name = NAMES[ActionKind(one.kind)]
    return f"On {clock.at(one.at)} the {name} of order {one.order}, line {one.line}, {ended}, {whose}."

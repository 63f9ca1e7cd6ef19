"""What a reply did, in the words of a support person. Colour: root. Used by heard_words, and by the inbox."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from notifier.pipeline.wording import way
from notifier.queries.desk import StepTold
from notifier.terms.desk import StepKind
from notifier.terms.effects import ActionKind, Kind
from notifier.terms.words import MessageClass, Scope

_ASKED = {
    ActionKind.CANCEL: "the shop was asked to stop the order",
    ActionKind.WITHDRAW: "the shop was asked to take the withdrawal",
    ActionKind.REFUND: "the shop was asked for the refund",
    ActionKind.SWAP: "the shop was asked for the swap",
    ActionKind.CHANGE: "the shop was asked to change the order",
}
_DONE = {
    Kind.ACCEPTED: "the agreement to wait was recorded",
    Kind.KEPT: "it was recorded that the order goes on",
    Kind.FROZEN: "nothing rests on silence, and no arrival or offer goes out, until a person has looked",
    Kind.COMPLAINT: "progress messages and offers were stopped",
    Kind.TOLD_DATES: "the dates were told",
    Kind.TOLD_HELP: "it was told whom to reach",
    Kind.GAVE_LINK: "the link to the page was given",
    Kind.ASKED_CONSENT: "the customer was asked to agree to offers",
    Kind.TOO_LATE: "it came too late",
    Kind.REFUSED: "it changed nothing",
}
_ABOUT = {
    MessageClass.SERVICE.value: "news of orders",
    MessageClass.MARKETING.value: "offers",
    Scope.PROGRESS.value: "mails that nothing has changed",
}


_NOT: Mapping[str, str] = MappingProxyType(
    {
        "already_cancelled": "the shop has stopped it already",
        "already_recorded": "that is recorded already",
        "shipped": "it has shipped",
        "too_late": "its time was up by law",
        "overtaken": "the customer has wished something else since",
        "nothing_to_keep": "no wish to end it stands any more",
        "nothing_to_accept": "nothing was told that could be agreed to",
        "unknown_line": "it is not open",
        "not_offered": "that product is not offered instead of it",
        "dearer": "that product costs more, so it is a purchase of its own in the shop",
    }
)
"""Why something that was asked for a line does not count."""


def why_not(reasons: Iterable[str]) -> str:
    """The reasons of `policy.line_answers` and `policy.swaps`, or effects that end with one, as a clause."""
    last = dict.fromkeys(one.split()[-1] for one in reasons if one)
    return " and ".join(_NOT.get(one, one.replace("_", " ")) for one in last)


_STEPS: Mapping[str, str] = MappingProxyType(
    {
        StepKind.TAKEN: "took it, or gave it to somebody",
        StepKind.GIVEN_BACK: "gave it back",
        StepKind.SNOOZED: "let it rest",
        StepKind.CALL_PLANNED: "planned a call",
        StepKind.CALLED: "called",
        StepKind.ANSWERED: "wrote an answer",
        StepKind.ACTED: "acted for the customer",
        StepKind.ASSIGNED: "said whose it is",
        StepKind.DONE: "closed it",
        StepKind.UNDONE: "took a step back",
    }
)


def step_words(step: StepTold) -> str:
    """What somebody of the team did with a reply."""
    return f"{_STEPS[step.what]}: {step.act.replace('-', ' ')}" if step.act else _STEPS[step.what]


def was_done(effects: Iterable[str]) -> str:
    """What effects, by `terms.effects.Effect.word`, did; "nothing" for none."""
    return "; ".join(dict.fromkeys(_words(one) for one in effects)) or "nothing"


def _words(effect: str) -> str:
    kind, *rest = effect.split()
    if kind == Kind.REQUESTED and rest:
        return _ASKED[ActionKind(rest[0])]
    if kind in (Kind.OPTED_OUT, Kind.OPTED_IN):
        channel, about = (*rest, "", "")[:2]
        what = f"{_ABOUT.get(about, 'messages')} by {way(channel) or 'this way'}"
        return f"no more {what}" if kind == Kind.OPTED_OUT else f"{what} again"
    return _DONE[Kind(kind)]

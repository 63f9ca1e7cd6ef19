"""What a reply does: its wishes, and the lines it is about, become effects. Colour: pure. Called by pipeline.receive.

An opt-out is believed more easily than anything else, a cancellation less easily (RULES.md S2, S6). What is not
certain, not proven to come from the customer, or not bound to one order, is done by a person; until then a line that
may be cancelled is frozen. A choice made on a page or by an operator is certain, and goes the same way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from notifier.policy.figures import Policy
from notifier.policy.line_answers import counts, may_withdraw, open_lines, too_late
from notifier.policy.opting import opted_in, opted_out
from notifier.policy.swaps import swap
from notifier.policy.targets import Target, target
from notifier.terms.effects import ActionKind, Asked, Effect, Kind
from notifier.terms.facts import CustomerFacts, LineFacts
from notifier.terms.incoming import Choice, Road
from notifier.terms.law import Said
from notifier.terms.reply import ENDINGS, Classification, Confidence, Intent, Wish

UNPROVEN = "nobody has proven that the customer wrote it: no reply to one of our messages"
WHICH = "it may be about several orders or items"
ASKED_ON_PAGE = "a question from the customer's page, which had shown what we know"
LATE = "it came too late to be done by itself"
UNREAD = "unread"
"""The detail of a freeze whose reply nobody could read: the customer is not asked about a cancellation."""
OVERTAKEN = "the customer has wished something else since"
OLDER = "it answers an older message than the notice that stands"


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply as it is judged. `bound` are the ids of the lines that the message it answers is about.

    `proven`: a signed token, the number that wrote, a page or an operator says whose it is. `choice` is set where
    nothing had to be guessed. `asked`: the address was asked for consent to marketing, and has not answered yet.
    `whole`: all of it was read. `answers_at` is when the message that it answers had gone (UTC). `by_machine`: no
    person wrote it.
    """

    road: Road
    received_at: datetime
    reading: Classification
    bound: tuple[int, ...] = ()
    proven: bool = True
    choice: Choice | None = None
    asked: bool = False
    whole: bool = True
    answers_at: datetime | None = None
    by_machine: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reply does. `lines` are those that it is about; `reason` is for the person who must look."""

    effects: tuple[Effect, ...] = ()
    lines: tuple[int, ...] = ()
    needs_person: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Asking:
    """One wish in its reply, judged by `policy` at `now`; `customer` None: nobody knows whose it is."""

    wish: Wish
    heard: Heard
    customer: CustomerFacts | None
    policy: Policy
    target: Target = field(default_factory=Target)

    @property
    def at(self) -> datetime:
        return self.heard.received_at

    @property
    def sure(self) -> bool:
        """Whether it may be done for all its lines without a person."""
        return self.wish.may_act and self.heard.proven and self.heard.whole and self.target.sure


def outcome_of(heard: Heard, customer: CustomerFacts | None, policy: Policy) -> Outcome:
    """What the reply does, judged by the moment of its receipt (RULES.md F7). `customer` has every line it has."""
    found = [_of_wish(wish, heard, customer, policy) for wish in heard.reading.wishes]
    effects = list(dict.fromkeys(effect for one in found for effect in one.effects))
    if heard.reading.link and not effects:
        effects.append(Effect(Kind.GAVE_LINK))
    reasons = [one.reason for one in found if one.reason]
    if heard.reading.needs_person:
        reasons.insert(0, heard.reading.reason)
    lines = tuple(dict.fromkeys(line for one in found for line in one.lines))
    asked = heard.road is Road.PAGE and heard.choice is None
    if asked:
        reasons.append(ASKED_ON_PAGE)
    person = asked or heard.reading.needs_person or any(one.needs_person for one in found)
    return Outcome(tuple(effects), lines, person, "; ".join(dict.fromkeys(reasons)))


def _of_wish(wish: Wish, heard: Heard, customer: CustomerFacts | None, policy: Policy) -> Outcome:
    asking = _Asking(wish, heard, customer, policy)
    if customer is not None:
        asking = replace(asking, target=target(wish, heard.bound, heard.choice, customer, heard.received_at))
    act = _ACTS.get(wish.intent)
    if act is None:
        return Outcome(lines=asking.target.ids)
    if customer is None and wish.intent not in _ABOUT_THE_ADDRESS:
        return Outcome(needs_person=True, reason="nobody knows whose it is")
    return act(asking)


def _opt_out(asking: _Asking) -> Outcome:
    effects = opted_out(asking.heard.road, asking.wish, asking.heard.choice)
    doubt = asking.wish.confidence is not Confidence.CERTAIN or not asking.heard.proven
    if not asking.wish.may_act:
        return Outcome(needs_person=True)
    return Outcome(effects, asking.target.ids, doubt, "an opt-out that is likely, and was done" if doubt else "")


def _opt_in(asking: _Asking) -> Outcome:
    if not asking.wish.may_act or not asking.heard.proven:
        return Outcome(needs_person=True, reason="" if asking.heard.proven else UNPROVEN)
    return Outcome(opted_in(asking.heard.road, asking.wish, asking.heard.choice, asking.heard.asked))


def _help(asking: _Asking) -> Outcome:
    return Outcome((Effect(Kind.TOLD_HELP),), asking.target.ids)


def _accept(asking: _Asking) -> Outcome:
    lines = asking.target.lines
    if not asking.sure or not lines:
        return _for_a_person(asking)
    if any(_superseded(line, asking) for line in lines):
        return Outcome((Effect(Kind.GAVE_LINK),), asking.target.ids, True, OLDER)
    effects, late, choice = [], False, asking.heard.choice
    for line in lines:
        back = line.asked is Asked.ENDING or (choice is not None and choice.keeps)
        why = counts(line, Said.KEEP if back else Said.ACCEPT, asking.policy, asking.at)
        effects.append(_accepted(line, why, back=back))
        late = late or too_late(why)
    return _judged(effects, asking, late=late)


def _judged(effects: list[Effect], asking: _Asking, *, late: bool) -> Outcome:
    """What came too late, or was overtaken, is told by a person."""
    overtaken = any(one.detail == "overtaken" for one in effects)
    why = LATE if late else OVERTAKEN if overtaken else ""
    return Outcome(tuple(effects), asking.target.ids, late or overtaken, why)


def _superseded(line: LineFacts, asking: _Asking) -> bool:
    """Whether a notice has gone since the message that is answered: consent must be to that (RULES.md F5, S7)."""
    answers_at = asking.heard.answers_at
    if answers_at is None or line.law is None:
        return False
    return any(one.sent_at is not None and answers_at < one.sent_at <= asking.at for one in line.law.notices)


def _accepted(line: LineFacts, why: str, *, back: bool) -> Effect:
    if too_late(why):
        return Effect(Kind.TOO_LATE, line.id, detail=why)
    if why in ("", "already_recorded", "nothing_to_accept", "nothing_to_keep"):
        # Who agrees to what stands anyway is thanked for it: nothing hangs on it.
        return Effect(Kind.KEPT if back else Kind.ACCEPTED, line.id, detail=why)
    return Effect(Kind.REFUSED, line.id, detail=why)


def _cancel(asking: _Asking) -> Outcome:
    return _ending(asking, ActionKind.CANCEL)


def _withdraw(asking: _Asking) -> Outcome:
    return _ending(asking, ActionKind.WITHDRAW)


def _ending(asking: _Asking, kind: ActionKind) -> Outcome:
    lines = asking.target.lines
    if not asking.sure or not lines:
        return _frozen(asking)
    effects, late = [], False
    for line in lines:
        why = counts(line, Said.CANCEL, asking.policy, asking.at)
        if why == "shipped" and kind is ActionKind.WITHDRAW and may_withdraw(line):
            why = ""
        effects.append(_requested(line, kind if may_withdraw(line) else ActionKind.CANCEL, why))
        late = late or too_late(why)
    return _judged(effects, asking, late=late)


def _requested(line: LineFacts, kind: ActionKind, why: str) -> Effect:
    if not why:
        return Effect(Kind.REQUESTED, line.id, kind)
    return Effect(Kind.TOO_LATE if too_late(why) else Kind.REFUSED, line.id, detail=why)


def _take(asking: _Asking) -> Outcome:
    choice = asking.heard.choice
    if choice is None or not choice.sku or len(asking.target.lines) != 1:
        # SWAP only opens the page: a product is taken there (S6, F10).
        return Outcome((Effect(Kind.GAVE_LINK),), asking.target.ids, not asking.wish.may_act)
    return Outcome((swap(asking.target.lines[0], choice.sku, asking.policy, asking.at),), asking.target.ids)


def _ask_eta(asking: _Asking) -> Outcome:
    customer = asking.customer
    if not asking.heard.proven or customer is None:
        return Outcome(needs_person=True, reason=UNPROVEN)
    lines = asking.target.lines or tuple(open_lines(customer, asking.at))
    if not lines:
        return Outcome(needs_person=True, reason="asks for a date, and no order of theirs is open")
    return Outcome(tuple(Effect(Kind.TOLD_DATES, one.id) for one in lines), tuple(one.id for one in lines))


def _change(asking: _Asking) -> Outcome:
    if not asking.sure or not asking.target.lines:
        return _for_a_person(asking)
    effects = tuple(Effect(Kind.REQUESTED, one.id, ActionKind.CHANGE) for one in asking.target.lines)
    return Outcome(effects, asking.target.ids, True, "an address or an order is to be changed")


def _complaint(asking: _Asking) -> Outcome:
    effects = (Effect(Kind.COMPLAINT),) if asking.heard.proven else ()
    return Outcome(effects, asking.target.ids, True, "a complaint")


def _spam(asking: _Asking) -> Outcome:
    """To call a message spam, in words or by a mailbox's button, is an opt-out (RULES.md S2, E5). Of a button we hear
    by a report that anybody can write: it does nothing where no token proves it (HOSTILE 69).
    """
    if asking.heard.by_machine and not asking.heard.proven:
        return Outcome()
    return _opt_out(asking)


def _unclear(asking: _Asking) -> Outcome:
    if asking.heard.reading.suggestion in ENDINGS:
        return _frozen(asking)
    return Outcome(lines=asking.target.ids)


def _frozen(asking: _Asking) -> Outcome:
    """A cancellation that is likely, or not proven: silence is no consent to anything until a person has looked."""
    lines: Sequence[LineFacts] = asking.target.lines
    if not lines and asking.customer is not None:
        lines = open_lines(asking.customer, asking.at)
    detail = "" if asking.heard.whole else UNREAD
    effects = tuple(Effect(Kind.FROZEN, one.id, detail=detail) for one in lines)
    return Outcome(effects, tuple(one.id for one in lines), True, _why_not(asking))


def _for_a_person(asking: _Asking) -> Outcome:
    return Outcome(lines=asking.target.ids, needs_person=True, reason=_why_not(asking))


def _why_not(asking: _Asking) -> str:
    if not asking.heard.proven:
        return UNPROVEN
    if not asking.heard.whole:
        return "a part of it could not be read"
    if asking.wish.may_act and not asking.target.sure:
        return asking.target.why or WHICH
    return ""


_ABOUT_THE_ADDRESS = frozenset({Intent.OPT_OUT, Intent.OPT_IN, Intent.SPAM_COMPLAINT})
"""Intents that hold for an address, whoever has it."""

_ACTS: dict[Intent, Callable[[_Asking], Outcome]] = {
    Intent.OPT_OUT: _opt_out,
    Intent.OPT_IN: _opt_in,
    Intent.HELP: _help,
    Intent.ACCEPT_DELAY: _accept,
    Intent.CANCEL_ORDER: _cancel,
    Intent.WITHDRAW: _withdraw,
    Intent.TAKE_ALTERNATIVE: _take,
    Intent.ASK_ETA: _ask_eta,
    Intent.CHANGE_ADDRESS_OR_ORDER: _change,
    Intent.COMPLAINT: _complaint,
    Intent.SPAM_COMPLAINT: _spam,
    Intent.UNCLEAR: _unclear,
}
"""What each intent does; thanks, automatic replies and bounces do nothing here."""

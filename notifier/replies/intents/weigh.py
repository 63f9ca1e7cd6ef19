"""From what a reply says to what it means: wishes side by side, doubts to a person. Colour: pure.

Called by classify.
"""

from collections.abc import Sequence
from dataclasses import replace

from notifier.replies.intents.normal import Reply
from notifier.replies.intents.phrasebook import Phrasebook
from notifier.replies.intents.sentences import DENIAL, Found, Said
from notifier.terms.reply import DESTRUCTIVE, Classification, Confidence, Intent, Wish

MACHINES = (Intent.BOUNCE, Intent.AUTO_REPLY)
WEIGHT = (
    Intent.OPT_OUT,
    Intent.SPAM_COMPLAINT,
    Intent.WITHDRAW,
    Intent.CANCEL_ORDER,
    Intent.TAKE_ALTERNATIVE,
    Intent.CHANGE_ADDRESS_OR_ORDER,
    Intent.COMPLAINT,
    Intent.ACCEPT_DELAY,
    Intent.ASK_ETA,
    Intent.OPT_IN,
    Intent.HELP,
    Intent.THANKS,
)
"""The weightiest first: what costs most if it is not seen."""

_FOR_A_PERSON = {
    Intent.SPAM_COMPLAINT: "the customer calls our messages spam",
    Intent.WITHDRAW: "a withdrawal from the contract starts a refund by law",
    Intent.CHANGE_ADDRESS_OR_ORDER: "somebody must read what is to be changed",
    Intent.COMPLAINT: "the customer is not content",
}
_HARMLESS = frozenset({Intent.ASK_ETA, Intent.THANKS, Intent.HELP})
_MOST_BESIDE_AN_ORDER, _MOST_BESIDE = 25, 40
"""So many words beside a phrase may be about something else; beyond, a person reads them too."""


def weigh(said: Said, reply: Reply, book: Phrasebook) -> Classification:
    """The classification of a reply by its phrases."""
    if machine := next((one for one in said.found if one.intent in MACHINES), None):
        return _of_a_machine(machine, said)
    found = [one for one in said.found if one.confidence is not Confidence.GUESS]
    if len(found) > 1:
        found = [one for one in found if one.intent is not Intent.THANKS]
    unread = sum(word not in book.padding for word in reply.words)
    wishes = [_wish(one, said, unread - _own_words(one, book), reply) for one in _in_order(found)]
    if not wishes or _is_more_than_thanks(wishes, unread, book):
        return _unclear(said, reply, unread)
    reasons = _doubts(wishes, said, unread, reply, book)
    return Classification(tuple(wishes), bool(reasons), "; ".join(reasons) or "understood")


def _in_order(found: Sequence[Found]) -> list[Found]:
    """One of each intent, the surest, in the order of weight."""
    ranked = sorted(found, key=lambda one: (WEIGHT.index(one.intent), one.confidence is not Confidence.CERTAIN))
    return list({one.intent: one for one in reversed(ranked)}.values())[::-1]


def _own_words(found: Found, book: Phrasebook) -> int:
    return sum(word not in book.padding for word in found.words)


def _wish(found: Found, said: Said, beside: int, reply: Reply) -> Wish:
    """One wish; an irrevocable one and a consent are sure only where nothing else in the reply speaks against it."""
    sure, numbers = found.confidence, [word for word in found.words if any(one.isdigit() for one in word)]
    intents = {one.intent for one in said.found if one.confidence is not Confidence.GUESS}
    if found.intent in DESTRUCTIVE:
        cues = said.cues & {"condition", "doubt", "mistake", "question", DENIAL}
        against = intents & {Intent.ACCEPT_DELAY, Intent.CHANGE_ADDRESS_OR_ORDER} or found.intent in said.denied
        more = len(numbers) < sum(any(one.isdigit() for one in word) for word in reply.words)
        if cues or against or more or reply.cut or beside > _MOST_BESIDE_AN_ORDER:
            sure = Confidence.LIKELY
    elif found.intent is Intent.ACCEPT_DELAY and (
        intents & DESTRUCTIVE or said.cues & {"condition", "doubt"} or Intent.ACCEPT_DELAY in said.denied
    ):
        sure = Confidence.LIKELY
    order = numbers[-1] if numbers and found.intent in (Intent.CANCEL_ORDER, Intent.WITHDRAW) else ""
    return Wish(found.intent, sure, (" ".join(found.words),), order=order, about=found.about)


def _is_more_than_thanks(wishes: Sequence[Wish], unread: int, book: Phrasebook) -> bool:
    """A reply that begins with thanks and goes on with what nobody understood."""
    if [one.intent for one in wishes] != [Intent.THANKS]:
        return False
    thanked = sum(word not in book.padding for one in wishes for text in one.matched for word in text.split())
    return unread - thanked > 1


def _doubts(wishes: Sequence[Wish], said: Said, unread: int, reply: Reply, book: Phrasebook) -> list[str]:
    """Why a person must look, in words; empty where nobody must."""
    reasons = [_FOR_A_PERSON[one.intent] for one in wishes if one.intent in _FOR_A_PERSON]
    reasons += [
        f"{one.intent.replace('_', ' ')} is likely, not certain"
        for one in wishes
        if one.confidence is not Confidence.CERTAIN and one.intent not in {*_HARMLESS, *_FOR_A_PERSON}
    ]
    if {Intent.ACCEPT_DELAY, Intent.CANCEL_ORDER} <= {one.intent for one in wishes}:
        reasons.append("it speaks of waiting and of cancelling")
    own = sum(word not in book.padding for one in wishes for text in one.matched for word in text.split())
    if unread - own > _MOST_BESIDE:
        reasons.append("it says much beside that")
    if any(one.asked for one in said.found):
        reasons.append("it also asks how something is done")
    if reply.cut:
        reasons.append("it is too long to be read whole")
    return reasons


def _of_a_machine(machine: Found, said: Said) -> Classification:
    wish = Wish(machine.intent, Confidence.CERTAIN, (" ".join(machine.words),))
    others = {one.intent for one in said.found} - {*MACHINES, Intent.THANKS, Intent.ASK_ETA, Intent.HELP}
    if others & {*DESTRUCTIVE, Intent.OPT_OUT}:
        return Classification((wish,), True, "looks like an automatic message, yet asks for something; nothing is done")
    return Classification((wish,), False, "an automatic message is logged, never answered, never read as an answer")


def _unclear(said: Said, reply: Reply, unread: int) -> Classification:
    """Nothing was understood well enough; what comes nearest is suggested."""
    suggestion = next((one for one in WEIGHT if one in {found.intent for found in said.found}), None)
    asked = next((one for one in said.found if one.asked), None)
    if asked and unread <= _MOST_BESIDE_AN_ORDER and not reply.cut:
        reason = "asks how or whether something can be done; the page answers it, nothing is done"
        return replace(unclear(reason, person=False), link=True, suggestion=asked.intent)
    if said.denied:
        names = ", ".join(sorted(one.replace("_", " ") for one in said.denied))
        return replace(unclear(f"says that it does not want: {names}"), suggestion=suggestion)
    if "mistake" in said.cues and suggestion is Intent.OPT_OUT:
        return replace(unclear("speaks of an opt-out by mistake"), suggestion=Intent.OPT_IN)
    return replace(unclear("nothing in it is clear enough to act on"), suggestion=suggestion)


def unclear(reason: str, *, person: bool = True) -> Classification:
    """A reply that nobody but a person, or the page, can answer."""
    return Classification((Wish(Intent.UNCLEAR, Confidence.GUESS),), person, reason)

"""What a customer's reply means: the intents, what was offered, how sure a reading is. Colour: ground.

Made by replies, stored and acted on by pipeline. The rules behind the words are RULES.md S5, S6, S7, F10 and U6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from notifier.terms.words import MessageClass


class Intent(StrEnum):
    """What a reply asks for. UNCLEAR: nothing was understood well enough to be named."""

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    HELP = "help"
    ACCEPT_DELAY = "accept_delay"
    CANCEL_ORDER = "cancel_order"
    WITHDRAW = "withdraw"
    TAKE_ALTERNATIVE = "take_alternative"
    ASK_ETA = "ask_eta"
    CHANGE_ADDRESS_OR_ORDER = "change_address_or_order"
    COMPLAINT = "complaint"
    THANKS = "thanks"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    SPAM_COMPLAINT = "spam_complaint"
    UNCLEAR = "unclear"


class Confidence(StrEnum):
    """How sure a reading is.

    CERTAIN: a keyword, a choice that was offered, or a sentence that says nothing else. LIKELY: it is most probably
    meant; an opt-out is done, all else waits for a person. GUESS: no more than a suggestion, nothing is done.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


class OrderAction(StrEnum):
    """What a digit or its word can answer (RULES.md S6)."""

    WAIT = "1"
    REFUND = "2"
    SWAP = "3"
    ETA = "4"


ACTS = {
    OrderAction.WAIT: Intent.ACCEPT_DELAY,
    OrderAction.REFUND: Intent.CANCEL_ORDER,
    OrderAction.SWAP: Intent.TAKE_ALTERNATIVE,
    OrderAction.ETA: Intent.ASK_ETA,
}
"""What each order action asks for. SWAP alone only opens the page: a product is taken by its letter."""

DESTRUCTIVE = frozenset({Intent.CANCEL_ORDER, Intent.WITHDRAW, Intent.TAKE_ALTERNATIVE})
"""Intents that cannot be undone by a word: only CERTAIN lets them be done without a person."""

ENDINGS = frozenset({Intent.CANCEL_ORDER, Intent.WITHDRAW})
"""Readings that freeze a line until a person has looked."""

ACTION_DIGITS = frozenset(action.value for action in OrderAction)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the open message offered: order actions, and a letter (`A` to `Z`) for each product.

    `one_line`: the message is about one order line; otherwise digits, letters and their words name nothing (RULES.md
    S7). Raises ValueError for a letter that is none.
    """

    actions: frozenset[OrderAction] = frozenset()
    letters: tuple[str, ...] = ()
    one_line: bool = True

    def __post_init__(self) -> None:
        if wrong := [one for one in self.letters if len(one) != 1 or not "A" <= one <= "Z"]:
            raise ValueError(f"{', '.join(map(repr, wrong))} is no letter of a product; use A to Z")

    @property
    def anything(self) -> bool:
        """Whether there was anything to choose."""
        return bool(self.actions or self.letters)


def offered(choices: Iterable[str], *, one_line: bool = True) -> Offered:
    """`1`, `WAIT` and `A` as they stand in a message, in any case. Raises ValueError for what can be none of them."""
    actions, letters = set(), []
    for choice in choices:
        word = choice.strip().upper()
        if word in OrderAction.__members__:
            actions.add(OrderAction[word])
        elif word in ACTION_DIGITS:
            actions.add(OrderAction(word))
        elif len(word) == 1 and "A" <= word <= "Z":
            letters.append(word)
        else:
            raise ValueError(
                f"{choice!r} is nothing that a message offers; use 1 to 4, WAIT, REFUND, SWAP, ETA, A to Z"
            )
    return Offered(frozenset(actions), tuple(dict.fromkeys(letters)), one_line)


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a reply asks for.

    `bound_to` is the offered digit or letter that it names, `order` an order number that stands beside it, `about`
    the class that an opt-out or opt-in names (None: all that the channel carries), `matched` the words that told it,
    as they were read: folded to small letters without marks.
    """

    intent: Intent
    confidence: Confidence
    matched: tuple[str, ...] = ()
    bound_to: str = ""
    order: str = ""
    about: MessageClass | None = None

    @property
    def may_act(self) -> bool:
        """Whether it may be done before a person has looked: an opt-out more easily than anything else."""
        if self.intent is Intent.OPT_OUT:
            return self.confidence is not Confidence.GUESS
        return self.confidence is Confidence.CERTAIN


@dataclass(frozen=True, slots=True)
class Classification:
    """What one reply means. `wishes` are never empty, the weightiest first; `reason` is for a support person.

    `needs_person`: somebody must look, whatever was done. `link`: the signed page answers it, because a choice cannot
    be bound or because the customer asks how. `suggestion` is what a person may find it to mean, where it is UNCLEAR.
    """

    wishes: tuple[Wish, ...]
    needs_person: bool
    reason: str
    link: bool = False
    suggestion: Intent | None = None

    @property
    def intent(self) -> Intent:
        """The weightiest of its wishes."""
        return self.wishes[0].intent

    @property
    def confidence(self) -> Confidence:
        """How sure that one is."""
        return self.wishes[0].confidence

    @property
    def bound_to(self) -> str:
        """The choice that it names, or empty."""
        return self.wishes[0].bound_to

    @property
    def matched(self) -> tuple[str, ...]:
        """The words that told it."""
        return self.wishes[0].matched

    def wish(self, intent: Intent) -> Wish | None:
        """The wish of that intent, if it is among them."""
        return next((one for one in self.wishes if one.intent is intent), None)

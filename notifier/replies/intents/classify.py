"""A reply becomes what it means: keywords, then choices, then phrases. Colour: pure. Called by pipeline."""

from dataclasses import replace

from notifier.replies.intents.choices import Chosen, choice
from notifier.replies.intents.keywords import keyword_wishes
from notifier.replies.intents.normal import Reply, take_apart
from notifier.replies.intents.phrasebook import Phrasebook
from notifier.replies.intents.sentences import EVERYWHERE, read_sentences, read_whole
from notifier.replies.intents.weigh import unclear, weigh
from notifier.terms.reply import Classification, Confidence, Intent, Offered, Wish
from notifier.terms.words import Channel

NOTHING = Offered()


def classify(
    text: str, book: Phrasebook, offered: Offered = NOTHING, channel: Channel = Channel.SMS, locale: str = ""
) -> Classification:
    """What the customer's own new words `text` mean, given what the open message `offered`.

    The words may be in any language of the book; `locale` (`de`, `fr-CA`) only lowers what a single word of another
    language proves. The same arguments give the same answer; no text raises; the cost is linear in its length.
    """
    reply = take_apart(text, book.spelled, book.lists["breaks"])
    if not reply.words:
        return _wordless(text, reply, book)
    if wishes := keyword_wishes(reply, book, channel):
        return _of_keywords(wishes)
    if chosen := choice(reply, offered, book):
        return _of_choice(chosen)
    if whole := read_whole(reply, book):
        return _of_whole(whole, reply, offered, locale)
    return weigh(read_sentences(reply, book), reply, book)


def _wordless(text: str, reply: Reply, book: Phrasebook) -> Classification:
    meant = {book.keywords.emoji[one] for one in reply.emoji if one in book.keywords.emoji}
    if len(meant) == 1:
        (intent,) = meant
        sure = Confidence.CERTAIN if intent is Intent.OPT_OUT else Confidence.LIKELY
        wish = Wish(intent, sure, tuple(dict.fromkeys(reply.emoji)))
        return Classification((wish,), intent is Intent.COMPLAINT, "a picture alone")
    return unclear("has no words" if text.strip() else "is empty; look for an attachment")


def _of_keywords(wishes: tuple[Wish, ...]) -> Classification:
    if any(one.intent is Intent.CANCEL_ORDER for one in wishes):
        return Classification(wishes, True, "cancel alone may mean the order too; it is not cancelled by guess (S6)")
    return Classification(wishes, False, "a keyword alone")


def _of_choice(chosen: Chosen) -> Classification:
    if chosen.wish is None:
        return replace(unclear(chosen.why, person=not chosen.link), link=chosen.link)
    if chosen.wish.confidence is not Confidence.CERTAIN:
        return Classification((chosen.wish,), True, "looks like a choice, and may be the beginning of something else")
    return Classification((chosen.wish,), False, "a choice that was offered", link=chosen.link)


def _of_whole(
    found: tuple[Intent, str, tuple[str, ...]], reply: Reply, offered: Offered, locale: str
) -> Classification:
    """A reply that is one word or saying of a list `alone`."""
    intent, language, words = found
    said = (" ".join(words),)
    if intent is Intent.OPT_OUT:
        spoken = locale.replace("_", "-").split("-")[0].lower()
        strange = spoken not in ("", EVERYWHERE, language)
        wish = Wish(intent, Confidence.LIKELY if strange else Confidence.CERTAIN, said)
        return Classification((wish,), strange, f"a word for stopping ({language}) alone")
    if intent is Intent.ACCEPT_DELAY:
        if not offered.anything and not reply.asks:
            return Classification(
                (Wish(Intent.THANKS, Confidence.LIKELY, said),), False, "agrees, and nothing was asked"
            )
        return replace(unclear("yes or no to a question that offers other answers", person=True), suggestion=intent)
    if intent is Intent.CANCEL_ORDER:
        wish = Wish(intent, Confidence.LIKELY, said)
        return Classification((wish,), True, "one word for cancelling, without what is to be cancelled")
    sure = Confidence.LIKELY if reply.asks else Confidence.CERTAIN
    return Classification((Wish(intent, sure, said),), intent is Intent.COMPLAINT, "one saying alone")

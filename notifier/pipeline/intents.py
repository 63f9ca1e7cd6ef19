"""What a reply means, with the packaged lists of words. Colour: root. Called by cli and by receive."""

from collections.abc import Callable
from functools import cache

from notifier.replies.intents import Phrasebook, classify
from notifier.replies.phrase_files import packaged_phrasebook
from notifier.terms.reply import Classification, Offered
from notifier.terms.words import Channel

Classifier = Callable[[str], Classification]


def classifier(offered: Offered, channel: Channel, locale: str) -> Classifier:
    """A function of one reply's words. Raises SettingsError where the lists cannot be used."""
    book = _book()
    return lambda text: classify(text, book, offered, channel, locale)


@cache
def _book() -> Phrasebook:
    """Read once: it takes half a second."""
    return packaged_phrasebook()

"""What an opt-out or an opt-in is about, by the road it came (RULES.md S1, S2, S5, E5). Colour: pure.

Used by answering.
"""

from notifier.terms.effects import Effect, Kind
from notifier.terms.incoming import Choice, Road
from notifier.terms.reply import Wish
from notifier.terms.words import Channel, MessageClass, Scope


def opted_out(road: Road, wish: Wish, choice: Choice | None) -> tuple[Effect, ...]:
    """By text, all texts to the number unless marketing alone is named; by email, offers and words without news.

    Emails about dates end only by an explicit choice on the page (E5).
    """
    channel = channel_of(road, choice)
    about = choice.about if choice is not None and choice.about else wish.about
    if about is not None:
        return (_out(channel, about),)
    if channel is Channel.SMS:
        return (_out(channel, MessageClass.SERVICE), _out(channel, MessageClass.MARKETING))
    return (_out(channel, MessageClass.MARKETING), _out(channel, Scope.PROGRESS))


def opted_in(road: Road, wish: Wish, choice: Choice | None, asked: bool) -> tuple[Effect, ...]:
    """START brings back order texts alone; marketing needs its disclosure, so a word for it counts only as the answer
    to an open request that has it (`asked`), or as a choice on a page that shows it; else it is asked for (S1, S5).
    """
    channel = channel_of(road, choice)
    about: MessageClass | Scope | None = choice.about if choice is not None and choice.about else wish.about
    if about is MessageClass.MARKETING or (about is None and channel is Channel.EMAIL):
        kind = Kind.OPTED_IN if asked or choice is not None else Kind.ASKED_CONSENT
        return (Effect(kind, channel=channel, about=MessageClass.MARKETING),)
    back = [Effect(Kind.OPTED_IN, channel=channel, about=about or MessageClass.SERVICE)]
    return tuple(back)


def channel_of(road: Road, choice: Choice | None) -> Channel:
    """The channel that a word is about: the one named, else the one it came by."""
    if choice is not None and choice.channel:
        return Channel(choice.channel)
    return Channel.SMS if road is Road.SMS else Channel.EMAIL


def _out(channel: Channel, about: MessageClass | Scope) -> Effect:
    return Effect(Kind.OPTED_OUT, channel=channel, about=about)

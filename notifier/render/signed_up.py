"""What a message says of a sign-up, and the words that somebody agrees to by one. Colour: pure.

Called by context and by pipeline. The words are phrases of `_words/<locale>.toml` whose keys begin with `agree_`; what
was shown is kept as evidence (RULES.md S1), so one function writes it for page, message and record alike.
"""

from collections.abc import Mapping

from notifier.render import clean
from notifier.render.dates import Calendar
from notifier.render.listing import joined
from notifier.render.shorten import shorten
from notifier.render.values import Table
from notifier.terms.content import SignedUp
from notifier.terms.words import Channel

LONGEST_PRODUCT = 80

Often = tuple[int, int] | None
"""So many messages in so many days at most; None: nothing is promised."""


def signed_up(said: SignedUp | None, calendar: Calendar) -> Table | None:
    """The variable `signup`; None where the message is about no sign-up."""
    if said is None:
        return None
    names = [shorten(clean.line(one), LONGEST_PRODUCT) for one in said.products]
    return {
        "product": names[0] if names else "",
        "products": joined(names, calendar.words),
        "count": len(names),
        "url": clean.link(said.url),
        "image_url": clean.link(said.image_url),
        "price": calendar.money(said.price) if said.price else "",
        "wording": clean.line(said.wording),
        "confirm": clean.link(said.confirm),
        "days": said.days,
    }


def wording(channel: Channel, brand: str, often: Often, words: Mapping[str, str]) -> str:
    """What is agreed to: by whom, how often, for what, and how to end it."""
    return words[f"agree_{channel.value}"].replace("{brand}", brand).replace("{often}", _often(often, words))


def _often(often: Often, words: Mapping[str, str]) -> str:
    if often is None:
        return words["agree_often_varies"]
    count, days = often
    key = "agree_often_one" if days == 1 else "agree_often"
    return words[key].replace("{count}", str(count)).replace("{days}", str(days))

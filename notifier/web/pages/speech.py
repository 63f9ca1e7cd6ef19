"""The words of the pages in one language, with the shop's days, hours and money. Colour: door. Called by telling.

A language is one file in words/. Days and prices follow the customer's own locale within it, and the sentences that the
law demands are those of the messages (`templates/_words`), so that both say the same.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from importlib.resources import files

from notifier.render.catalogue import INFORMAL
from notifier.render.dates import Calendar
from notifier.render.heard import clock_time
from notifier.render.listing import joined
from notifier.terms.content import BrandLook
from notifier.terms.words import Tone

FALLBACK = "en"

Phrases = Callable[[str, str], Mapping[str, str]]
"""The small phrases of messages, by locale and the brand's key."""


def packaged_words() -> Mapping[str, Mapping[str, str]]:
    """The words by language; those of `de-informal` are whole, too: what its file has, over the words of `de`."""
    folder = files("notifier.web.pages") / "words"
    texts = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".toml")}
    read = {name.removesuffix(".toml"): tomllib.loads(text) for name, text in sorted(texts.items())}
    return {name: read[name.removesuffix(INFORMAL)] | words for name, words in read.items()}


@dataclass(frozen=True)
class Speech:
    """One language: `words` of the pages, `phrases` of the messages, days in `tag`'s own way, as of `today`."""

    words: Mapping[str, str]
    phrases: Mapping[str, str]
    tag: str
    today: date

    def __call__(self, key: str, **parts: str) -> str:
        """The words under `key` with its places filled."""
        text = self.words[key]
        for name, part in parts.items():
            text = text.replace(f"{{{name}}}", part)
        return text

    @cached_property
    def calendar(self) -> Calendar:
        """Days, ranges and money."""
        return Calendar(self.phrases, self.tag, self.today)

    def phrase(self, key: str, day: date | None = None) -> str:
        """A phrase of the messages, with its day."""
        return self.phrases[key].replace("{day}", self.calendar.day(day) if day else "")

    def when(self, at: datetime, *, foreign: bool) -> str:
        """2:14 PM; with the zone where it is not the customer's own, and with the day where it was another one."""
        clock = clock_time(at, self.calendar, foreign=foreign)
        if at.date() == self.today:
            return clock
        return self("heard_when", day=self.calendar.day(at.date()), time=clock)

    def list(self, names: Sequence[str]) -> str:
        """A, B and C."""
        return joined(names, self.phrases) if names else self.phrases["an_item"]


def speech(
    words: Mapping[str, Mapping[str, str]], phrases: Phrases, brand: BrandLook, locale: str, today: date
) -> Speech:
    """The language of `locale` in the brand's tone, English where there is no file for it; its days are then, too."""
    language = locale.replace("_", "-").split("-", maxsplit=1)[0].lower()
    tag = locale.replace("_", "-") if language in words else FALLBACK
    said = words.get(language, words[FALLBACK])
    if brand.tone is Tone.INFORMAL:
        said = words.get(language + INFORMAL, said)
    return Speech(said, phrases(tag, brand.key), tag, today)

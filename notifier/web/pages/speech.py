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

from notifier.render.dates import Calendar
from notifier.render.heard import clock_time
from notifier.render.listing import joined

FALLBACK = "en"

Phrases = Callable[[str], Mapping[str, str]]
"""The small phrases of messages, by locale."""


def packaged_words() -> Mapping[str, Mapping[str, str]]:
    """The words by language."""
    folder = files("notifier.web.pages") / "words"
    texts = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".toml")}
    return {name.removesuffix(".toml"): tomllib.loads(text) for name, text in sorted(texts.items())}


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


def speech(words: Mapping[str, Mapping[str, str]], phrases: Phrases, locale: str, today: date) -> Speech:
    """The language of `locale`, English where there is no file for it; then its days are English ones, too."""
    language = locale.replace("_", "-").split("-", maxsplit=1)[0].lower()
    tag = locale.replace("_", "-") if language in words else FALLBACK
    return Speech(words.get(language, words[FALLBACK]), phrases(tag), tag, today)

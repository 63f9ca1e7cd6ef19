"""Proves that a template says what the law demands, and no promotion. Colour: pure. Called by pipeline.lawful.

RULES.md F3 to F5, F8 to F10, F12, U1, U2, E1, S6. What it looks at was rendered in limited processes. A day or a reason
is proved by its value, a statement by a phrase of `_words/` that the template includes by name: so the proof needs to
understand no language, and a translation counts only in its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from notifier.render.catalogue import INFORMAL, Catalogue, TemplateSource
from notifier.render.context import build
from notifier.render.probes import BROKEN, CANCELLED, Probe, probes
from notifier.render.visible import one_line, seen
from notifier.terms.content import BrandLook, Content
from notifier.terms.law import Jurisdiction
from notifier.terms.purpose import Purpose
from notifier.terms.words import MessageClass, NoticeKind, Tone

PERCENT = re.compile(r"\d{1,9}\s{0,3}%|%\s{0,3}\d{1,9}")
"""Bounded, because a look for any number of digits takes a minute over 64 KB of them."""
_INVITED = re.compile(
    r"\b(CANCEL|END|QUIT|NO|YES)\b"
    r"|(?i:\b(?:reply|text|send|antworten sie(?: mit)?|senden sie)\s+[\"'„“]?(cancel|end|quit|no|yes)\b)"
)
_PLACE = re.compile(r"\{[a-z]+\}")
WITH_DAY = ("_one", "_many", "_by")
"""How the keys of phrases end that hold a day."""
FEWEST_WORDS = 4
"""A phrase of the law with fewer words says nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered email."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class _Case:
    """One probe, with what its template saw."""

    content: Content
    purpose: Purpose
    words: Mapping[str, str]
    context: Mapping[str, Any]

    @property
    def required(self) -> bool:
        """Whether a promotion would be out of place."""
        return self.purpose.message_class is MessageClass.REQUIRED

    def without_brand(self, text: str) -> str:
        """The text without the brand's own name and address: a shop called Yes Bargains may write notices."""
        brand = self.context["brand"]
        return text.replace(brand["imprint"], "").replace(brand["name"], "")

    def adverts(self, text: str) -> list[str]:
        """The words of `offer_words` that the text holds."""
        return [found[0] for found in adverts(self.words, text)]


def adverts(words: Mapping[str, str], text: str) -> list[re.Match[str]]:
    """Where the text holds one of the words of `offer_words`; each word once."""
    listed = [word.strip() for word in words["offer_words"].split(",") if word.strip()]
    found = (re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for word in listed)
    return [one for one in found if one]


def _case(probe: Probe, purpose: Purpose, source: TemplateSource) -> _Case:
    words = dict(source.words)
    return _Case(probe.content, purpose, words, build(probe.content, words, source.speaks))


@dataclass(frozen=True, slots=True)
class Demand:
    """Something that must be said: in words for a person, as it then reads, and what to write to say it.

    `by` are the variables that say it, any one of them; `or_said` is another way of saying the same; empty: there is
    none.
    """

    what: str
    said: str
    remedy: str
    by: tuple[str, ...]
    or_said: str = ""

    def met_by(self, text: str) -> bool:
        """Whether a reader of `text` was told."""
        return _says(text, self.said) or _says(text, self.or_said)


def page_faults(probe: Probe, purpose: Purpose, source: TemplateSource, page: Page) -> list[str]:
    """What is wrong with an email rendered from `probe`; its html and its text part must each be complete."""
    case = _case(probe, purpose, source)
    parts = {"the html": seen(page.html), "the text part": one_line(page.text)}
    found: list[str] = []
    for demand in _demands(case):
        lacking = [name for name, text in parts.items() if not demand.met_by(text)]
        if lacking:
            found.append(f"{' and '.join(lacking)} must say {demand.what}; add {demand.remedy}")
    found += _facts_first(case, parts)
    if not any(_says(page.subject, case.context[fact]) for fact in ("orders", "headline")):
        found.append("the subject must name the order (E1); add {{ orders }} to subject.txt")
    if case.required:
        whole = " ".join((page.subject, *parts.values()))
        found += _promotions(case, f"{whole} {page.html}", case.without_brand(whole))
    subject = case.without_brand(page.subject)
    found += [f"the subject may not advertise: {word!r} (E1); reword subject.txt" for word in case.adverts(subject)]
    return [f"{_folder(source)}/email.md ({probe.label}): {text}" for text in found]


def text_faults(probe: Probe, purpose: Purpose, source: TemplateSource, text: str) -> list[str]:
    """What is wrong with a text rendered from `probe`: it never replaces a notice, it points to it (F9, S6)."""
    case = _case(probe, purpose, source)
    bare = case.without_brand(one_line(text))
    found: list[str] = []
    if probe.content.notice is not NoticeKind.NONE and not _says(bare, case.context["must"]["see_email"]):
        found.append("a text beside a notice must point to the email (F9); add {{ must.see_email }}")
    found += [
        f"may not invite {invited[0]!r}, which stops texts or is ambiguous (S6); point to the email"
        for invited in _INVITED.finditer(bare)
    ]
    if case.required:
        found += _promotions(case, bare, bare)
    return [f"{_folder(source)}/sms.txt ({probe.label}): {text}" for text in found]


def words_faults(catalogue: Catalogue, locale: str, tone: Tone = Tone.FORMAL) -> list[str]:
    """What `_words/` lacks for a message that speaks `locale` in this tone, and phrases of the law that are none.

    English fills gaps in messages that nothing hangs on; a notice in two languages is no notice.
    """
    english = catalogue.words.get("en", {})
    language = locale.split("-", maxsplit=1)[0]
    own = _own(catalogue.words, locale)
    where = f"_words/{language}.toml"
    missing = [key for key in english if key not in own]
    found = [f"{where}: lacks {', '.join(missing)}; translate them from _words/en.toml"] if missing else []
    found += _poor_ones(own, english, where, language)
    if tone is Tone.INFORMAL:
        other, where = _own(catalogue.informal_words, locale), f"_words/{language}{INFORMAL}.toml"
        found += [f"{where}: {key} is no phrase of _words/en.toml; remove it" for key in other if key not in english]
        found += _poor_ones(other, english, where, language)
    return found


def _own(words: Mapping[str, Mapping[str, str]], locale: str) -> dict[str, str]:
    """The phrases of a locale and its language, without English beneath."""
    own: dict[str, str] = {}
    for tag in (one for one in sorted(words) if locale == one or locale.startswith(f"{one}-")):
        own.update(words[tag])
    return own


def _poor_ones(own: Mapping[str, str], english: Mapping[str, str], where: str, language: str) -> list[str]:
    """The phrases of the law among `own` that say nothing."""
    keys = [key for key in english if key.startswith("must_") and key in own]
    return [f"{where}: {key} {wrong}" for key in keys for wrong in _poor(key, own[key], english[key], language)]


def _poor(key: str, phrase: str, english: str, language: str) -> Iterator[str]:
    if language != "en" and phrase == english:
        yield "is still in English; translate it"
    if len(phrase.split()) < FEWEST_WORDS:
        yield f"has fewer than {FEWEST_WORDS} words; write the whole sentence"
    wanted = {"{day}"} if key.endswith(WITH_DAY) else set()
    if set(_PLACE.findall(phrase)) != wanted:
        yield f"must hold {'{day} and nothing else' if wanted else 'nothing'} in braces"


def demands(purpose: Purpose, source: TemplateSource, look: BrandLook) -> list[Demand]:
    """Everything that emails of this purpose must say, whichever kind they become; each once."""
    cases = [_case(probe, purpose, source) for probe in probes(purpose, look, source.speaks)]
    return list({demand.what: demand for case in cases for demand in _demands(case)}.values())


def _demands(case: _Case) -> Iterator[Demand]:
    """What a message of this kind must say."""
    content, items = case.content, case.context["items"]
    if content.notice is not NoticeKind.NONE:
        yield _sentence(case, "the right to cancel and be refunded", "cancel_right")
        yield _sentence(case, "how to answer at no cost (F9)", "free_answer")
        for item in items:
            yield from _of_line(content.notice, item)
    match content.notice:
        case NoticeKind.F3:
            yield _sentence(case, "that silence is consent until the new date (F3)", "silence_consents")
        case NoticeKind.F4 | NoticeKind.F5:
            what = f"what is cancelled, and by when, without an answer ({content.notice})"
            yield _sentence(case, what, "auto_cancel")
    if case.purpose.occasion == BROKEN and content.law is Jurisdiction.EU:
        yield _sentence(case, "that silence is not agreement (U1)", "not_agreed")
        yield _sentence(case, "the right to withdraw (U1)", "withdraw")
        yield _sentence(case, "how to answer at no cost (F9)", "free_answer")
        for item in items:
            what = "the new shipping date, or that there is none"
            yield _of_item(what, item["ship_when"] or item["dates"], "dates", "ship_when")
    if case.purpose.occasion == CANCELLED:
        for item in items:
            what = "by when what was paid goes back (F8)"
            yield _of_item(what, item["refund_by"], "refund", "refund_by")


def _sentence(case: _Case, what: str, key: str) -> Demand:
    """One of the law's sentences."""
    return Demand(what, case.context["must"][key], f"{{{{ must.{key} }}}}", (f"must.{key}",))


def _of_item(what: str, said: str, key: str, *others: str) -> Demand:
    """Something that each item says by `key`; `others` say it as well, of an item or of all."""
    alike = tuple(name for other in others for name in (f"items[].{other}", other))
    return Demand(what, said, f"{{{{ item.{key} }}}} for each item", (f"items[].{key}", *alike))


def _of_line(kind: NoticeKind, item: Mapping[str, Any]) -> Iterator[Demand]:
    """The new date or that there is none; the reason and the day of the answer where silence cancels."""
    what = "each item's new shipping date, or that there is none"
    dated = _of_item(what, item["revised"] or item["dates"], "dates", "revised", "ship_when")
    yield replace(dated, or_said=item["ship_when"])
    if kind is not NoticeKind.F3:
        yield _of_item("why each item is late", item["cause"], "cause")
        yield _of_item("each item's last day for the answer", item["answer_by"], "answer_by", "answer_by")
    if kind is NoticeKind.F5:
        yield _of_item("the day told before that is not kept (F5)", item["told"], "told")


def _says(text: str, said: str) -> bool:
    """Whether the text holds the words; a day does not count as found inside of another, as 7 within 17."""
    return bool(said) and re.search(rf"(?<!\w){re.escape(one_line(said))}(?!\w)", text) is not None


def _promotions(case: _Case, markup: str, shown: str) -> Iterator[str]:
    """A code, a percentage, a price or a stand-in has no place in a required message (F12)."""
    offers = [other[key] for other in case.context["alternatives"] for key in ("name", "sku", "price", "url")]
    if reward := case.context["reward"]:
        offers += [reward["code"], reward["worth"]]
    if any(offer and offer in markup for offer in offers):
        yield "carries an offer (F12); take reward and alternatives out"
    if percent := PERCENT.search(shown):
        yield f"speaks of a percentage, {percent[0]!r} (F12); a notice carries no promotion, take it out"
    for word in case.adverts(shown):
        yield f"speaks like an offer, {word!r} (F12); a notice carries no promotion, take it out"


def _facts_first(case: _Case, parts: Mapping[str, str]) -> Iterator[str]:
    """An offer beside order facts stands below them (E1)."""
    if case.purpose.message_class is not MessageClass.SERVICE or not case.content.alternatives:
        return
    fact = case.context["items"][-1]["name"]
    for name, text in parts.items():
        offer = text.find(case.context["alternatives"][0]["name"])
        if offer >= 0 and not 0 <= text.find(fact) < offer:
            yield f"{name} must tell the order's facts before an offer (E1); move the alternatives below the items"


def _folder(source: TemplateSource) -> str:
    return f"{source.purpose}/{source.locale}".rstrip("/")

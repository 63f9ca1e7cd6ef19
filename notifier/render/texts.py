"""Text messages: GSM-7 where it costs nothing, billed segments, and fitting into them (HOSTILE 35, RULES S6).

Colour: pure.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import smsutil  # it ships no types

from notifier.errors import RenderError
from notifier.render import clean
from notifier.render.context import headline
from notifier.render.environment import Wrong
from notifier.render.fixed import fixed, within_tags
from notifier.render.shorten import shorten

MAX_SEGMENTS = 2
STEPS = (
    (40, True, True, True),
    (40, False, True, True),
    (28, False, True, True),
    (28, False, True, False),
    (28, False, False, False),
    (12, False, False, False),
)
"""How a text is made to fit: characters of a product name, whether emoji stay, whether any script stays, and whether
what is said beside the news does: how to answer it, and what follows the first sentence of an answer.
"""
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f", " "),
        **dict.fromkeys("•·", "-"),
        "…": "...",
        "×": "x",
        "™": "",
        "®": "",
        "©": "",
        "⁄": "/",
        "ﬁ": "fi",
        "ﬂ": "fl",
        **dict.fromkeys("\u00ad\u200b\u200c\u2060\ufeff", ""),
        # As the French spelling of 1990 writes them, which GSM-7 can: an août would cost a second segment.
        "û": "u",
        "î": "i",
    }
)
_NEVER_INVITED = re.compile(r"\b(CANCEL|END|QUIT|NO|YES)\b")
_SYMBOLS = frozenset({"So", "Sk", "Cs", "Co", "Cf", "Me"})


def lint(template: str, where: str) -> None:
    """Raise RenderError for a text that hides who writes or how to stop, or invites an opt-out word (RULES S5, S6)."""
    for wrong in wrongs(template):
        raise RenderError(wrong.text, where)


def wrongs(template: str) -> Iterator[Wrong]:
    """Everything that is wrong with a text whatever it is filled with."""
    around = list(enumerate(fixed(template).split("\n"), 1))
    in_tone = [around + within for within in within_tags(template)]
    if "brand.name" not in template[: len(template) // 2]:
        yield Wrong(1, "", "a text begins with who writes: put {{ brand.name }} first")
    if not all(any("STOP" in said for _, said in lines) for lines in in_tone):
        yield Wrong(0, "", "a text says how to stop, like: Reply STOP to stop texts")
    invited = ((line, word[0]) for lines in in_tone for line, said in lines for word in _NEVER_INVITED.finditer(said))
    for line, word in sorted(set(invited)):
        yield Wrong(line, word, f"{word} is an opt-out word or ambiguous; invite 1, 2, WAIT or REFUND (S6)")


def simple(text: str) -> str:
    """One line, with typographic marks as GSM-7 writes them, so that one curly quote does not double the price."""
    return clean.line(unicodedata.normalize("NFC", text.translate(_TYPOGRAPHY)))


def without_symbols(text: str) -> str:
    """The text without emoji and lone marks, for one that is too long with them."""
    composed = unicodedata.normalize("NFC", text)
    kept = (
        c for c in composed if c.isascii() or not (unicodedata.category(c) in _SYMBOLS or "\ufe00" <= c <= "\ufe0f")
    )
    return clean.line("".join(kept))


def measured(text: str) -> tuple[int, str]:
    """Billed segments, and GSM-7 or UCS-2."""
    split = smsutil.split(text)
    return len(split.parts), "GSM-7" if split.encoding == "gsm0338" else "UCS-2"


def fitted(
    fill: Callable[[Mapping[str, Any]], str], context: Mapping[str, Any], words: Mapping[str, str], max_segments: int
) -> tuple[str, int, str]:
    """Text, segments and encoding of the first of STEPS that fits, or of the last.

    `fill` turns a context into text. Names get shorter, emoji go, and at last names that GSM-7 cannot write, and the
    marks that it cannot write on other letters.
    """
    text, segments, encoding = "", 0, ""
    for room, symbols, any_script, beside in STEPS:
        named = _with_names(context, words, room, any_script)
        text = simple(fill(named if beside else _without_asides(named)))
        text = text if symbols else without_symbols(text)
        text = text if any_script else _unmarked(text)
        segments, encoding = measured(text)
        if segments <= max_segments:
            break
    return text, segments, encoding


def _with_names(context: Mapping[str, Any], words: Mapping[str, str], room: int, any_script: bool) -> dict[str, Any]:
    items = []
    for item in context["items"]:
        name = shorten(item["name"] if any_script else _latin(item, words), room)
        items.append({**item, "name": name, "short_name": name})
    named = {**context, "items": items}
    if context.get("signup"):
        named["signup"] = _signup(context["signup"], words, room, any_script)
    if not items:
        return named
    first = headline(items[0]["name"], context["item_count"], words, room)
    return named | {"first_item": items[0], "headline": first}


def _signup(said: Mapping[str, Any], words: Mapping[str, str], room: int, any_script: bool) -> dict[str, Any]:
    name = said["product"] if any_script or not said["product"] else _latin({"name": said["product"], "sku": ""}, words)
    return {**said, "product": shorten(name, room)}


def _without_asides(context: Mapping[str, Any]) -> dict[str, Any]:
    reply = context["reply"]
    kept = {**reply, "sentences": reply["sentences"][:1]} if reply else reply
    return {**context, "answer_hint": "", "reply": kept}


def _unmarked(text: str) -> str:
    """The text, its letters that GSM-7 lacks without their marks: ê is e, where that would cost a third segment.

    One that GSM-7 cannot write even then is left whole: nothing would be gained.
    """
    bare = "".join(c if smsutil.is_valid_gsm(c) else unicodedata.normalize("NFD", c)[0] for c in text)
    return bare if smsutil.is_valid_gsm(bare) else text


def _latin(item: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A name that costs no UCS-2: without accents, else the SKU, else "your item"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", item["name"]) if not unicodedata.combining(c))
    for name in (simple(item["name"]), simple(without_symbols(bare)), item["sku"]):
        if name and smsutil.is_valid_gsm(name):
            return str(name)
    return words["an_item"]

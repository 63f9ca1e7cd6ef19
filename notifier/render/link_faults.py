"""Links that lead nowhere, and HTML where Markdown is written. Colour: pure. Called by faults."""

import re
from collections.abc import Iterator

from notifier.render import clean
from notifier.render.context import CATALOGUE
from notifier.render.environment import Wrong
from notifier.terms.wording import Severity

Found = tuple[Wrong, Severity, str]
_LINK = re.compile(r"\]\(([^()\n]*)")
_VARIABLE = re.compile(r"\{\{-?\s*([\w.]{1,80})\s*-?\}\}\s*(?:\".*)?")
_HTML = re.compile(r"<(?!https?:|mailto:|[\w.+-]{1,64}@)[a-zA-Z/!?][^<>\n]{0,60}>?")
_ADDRESSES = frozenset({"page", "short", "unsubscribe", "url", "image_url", "logo", "confirm", "reply_address"})
"""The last words of variables that hold an address."""


def links(text: str, said: str) -> Iterator[Found]:
    """Markdown links and pictures whose address is none."""
    for found in _LINK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        address = found[1].strip()
        if not address or address.startswith('"'):
            remedy = "write an address, like [Show]({{ links.page }})"
            yield Wrong(line, "](", "a link without an address"), Severity.FAULT, remedy
        elif variable := _VARIABLE.fullmatch(address):
            key = variable[1].rpartition(".")[2]
            if variable[1] in CATALOGUE and key not in _ADDRESSES:
                what = f"{variable[1]} is no address: the link would lead nowhere"
                yield Wrong(line, key, what), Severity.FAULT, "take links.page, or the url of an item"
        elif said[found.start(1) : found.end(1)].strip() == address:
            yield from _fixed_link(address.partition(" ")[0].strip("<>"), line)


def _fixed_link(address: str, line: int) -> Iterator[Found]:
    if address.lower().startswith("http://"):
        what = f"the link {address} is not encrypted"
        yield Wrong(line, address, what), Severity.WARNING, "write https://"
        return
    if clean.link(address) or address.startswith("tel:"):
        return
    remedy = f"write https://{address}" if address.startswith("www.") else "write it whole, beginning with https://"
    yield Wrong(line, address, f"{address!r} is no web or mail address"), Severity.FAULT, remedy


def markup(said: str) -> Iterator[Found]:
    """HTML, which compile refuses."""
    for found in _HTML.finditer(said):
        line = said.count("\n", 0, found.start()) + 1
        remedy = "write Markdown: **bold**, [link](address), - for a list"
        yield Wrong(line, found[0], "HTML is not allowed in an email's text"), Severity.FAULT, remedy

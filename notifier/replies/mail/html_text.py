"""HTML as text: what is quoted gets its `>`, what cannot be seen goes. Colour: pure. Called by letter.

nh3 makes well-formed HTML of anything and leaves a few tags of it; nothing is executed, nothing is fetched. Only then
Python's parser walks through it, which is slow for what is broken.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

MOST_HTML = 300_000
"""Characters that are looked at. Mail programs write up to 50 KB of styles before the first word."""
MOST_OPEN = 300
"""Elements that are open at once: nh3 takes time by their square, and no letter comes near."""
MOST_DEPTH = 9
"""Levels of quotes that are still told apart."""

_BLOCKS = frozenset(
    "p div blockquote ul ol li table tr h1 h2 h3 h4 h5 h6 pre hr address center section article".split()
)
_SPACED = frozenset("p blockquote ul ol table h1 h2 h3 h4 h5 h6 pre".split())
_VOID = frozenset({"br", "hr"})
_KEPT = _BLOCKS | {"br", "td", "th", "span", "font", "b", "i", "a"}
_DROPPED = frozenset("script style title template noscript object svg math".split())
_ATTRIBUTES = {"class", "id", "style"}

# Where a mail program puts what is not the customer's: by the class or the id of the element.
_QUOTED = re.compile(
    r"(?:^| )(?:gmail_attr|yahoo_quoted|ydp\w*yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|"
    r"zmail_extra|mailbird-reply|front-blockquote)(?: |$)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:^| )(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|signature|protonmail_signature_block|"
    r"mobile-signature|ydp\w*signature|applemailsignature)(?: |$)",
    re.IGNORECASE,
)
_REST = re.compile(
    r"(?:^| )(?:divrplyfwdmsg|x_divrplyfwdmsg|appendonsend|x_appendonsend|mail-editor-reference-message-container|"
    r"olk_src_body_section|replysplit)(?: |$)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0(?:px|pt|em)?\s?(?:;|$)", re.IGNORECASE
)
# Elements that may be left open by right, or are never closed, are not counted.
_TAG = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dt|dd|br|hr|img|input|meta|link|col|wbr|area|base|source|html|head|body|option|tbody|"
    r"thead|tfoot|colgroup)[\s>/])[a-z]",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def html_text(html: str) -> tuple[str, bool]:
    """The text in its lines, each quoted one with a `>` for each level, and whether that is all of it: what is too long
    or too deep is cut.
    """
    shallow = _shallow(html[:MOST_HTML])
    safe = nh3.clean(
        shallow,
        tags=set(_KEPT),
        clean_content_tags=set(_DROPPED),
        attributes={"*": _ATTRIBUTES},
        link_rel=None,
    )
    walk = _Walk()
    walk.feed(safe)
    walk.close()
    return walk.text(), len(shallow) == len(html)


def _shallow(html: str) -> str:
    """The HTML up to where too many elements are open."""
    depth = 0
    for tag in _TAG.finditer(html):
        depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth > MOST_OPEN:
            return html[: tag.start()]
    return html


@dataclass(slots=True)
class _Open:
    """An element that is open: its tag, and what it does to the text in it."""

    tag: str
    quoted: bool
    hidden: bool


@dataclass(slots=True)
class _Lines:
    """Lines as they grow. `level` is how deep the one that grows is quoted."""

    done: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    level: int = 0

    def end(self) -> bool:
        """End the line that grows; False where there is nothing on it."""
        text = "".join(self.now).strip()
        self.now = []
        if text:
            self.done.append("> " * min(self.level, MOST_DEPTH) + text)
        return bool(text)

    def blank(self) -> None:
        """One blank line, never two."""
        if self.done and self.done[-1]:
            self.done.append("")


class _Walk(HTMLParser):
    """Walks through clean HTML. What comes behind a place where only older mails follow is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[_Open] = []
        self._lines = _Lines()
        self._hidden = 0
        self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = {name: value or "" for name, value in attrs}
        named = f"{given.get('class', '')} {given.get('id', '')}"
        self._over = self._over or bool(_REST.search(named))
        if self._over:
            return
        quoted = tag == "blockquote" or bool(_QUOTED.search(named) or _SIGNATURE.search(named))
        if tag in _BLOCKS or tag == "br" or quoted:
            written = self._lines.end()
            if tag == "br" and not written:
                self._lines.blank()
        elif tag in ("td", "th"):
            self._lines.now.append(" ")
        if tag not in _VOID:
            hidden = bool(_HIDDEN.search(given.get("style", "")))
            self._open.append(_Open(tag, quoted, hidden))
            self._lines.level += quoted
            self._hidden += hidden

    def handle_endtag(self, tag: str) -> None:
        """End the element that is open."""
        if self._over or not self._open or self._open[-1].tag != tag:
            return
        closed = self._open.pop()
        if tag in _BLOCKS or closed.quoted:
            self._lines.end()
        self._lines.level -= closed.quoted
        self._hidden -= closed.hidden
        if tag in _SPACED or closed.quoted:
            self._lines.blank()

    def handle_data(self, data: str) -> None:
        """Take a text; within <pre> its line ends count."""
        if self._over or self._hidden:
            return
        if any(one.tag == "pre" for one in self._open[-3:]):
            first, *others = data.split("\n")
            self._lines.now.append(first)
            for line in others:
                if not self._lines.end():
                    self._lines.blank()
                self._lines.now.append(line)
        else:
            self._lines.now.append(_BLANKS.sub(" ", data))

    def text(self) -> str:
        """All lines."""
        self._lines.end()
        return "\n".join(self._lines.done).strip("\n")

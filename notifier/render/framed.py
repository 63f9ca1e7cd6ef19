"""An email's HTML as the console may show it: nothing that acts, moves or is fetched. Colour: pure.

Called by the console's preview. The frame around it allows none of that either (HOSTILE 78): what is left out here
would only be blocked there, and a person would wonder why.
"""

import re
from html import escape
from html.parser import HTMLParser

_ELEMENTS = frozenset(
    "html head body title style meta div p a img table tbody thead tfoot tr td th span h1 h2 h3 h4 h5 h6 ul ol li "
    "blockquote code pre strong em b i u s small br hr center".split()
)
_VOID = frozenset({"meta", "img", "br", "hr"})
_SILENT = frozenset(
    {"script", "iframe", "noscript", "template", "textarea", "object", "svg", "math", "select", "noembed"}
)
"""What is inside of these goes too."""
_ATTRIBUTES = frozenset(
    "style class id align valign width height bgcolor border cellpadding cellspacing role lang dir alt title colspan "
    "rowspan name content charset start".split()
)
_METAS = frozenset({"viewport", "color-scheme", "supported-color-schemes"})
_SCHEME = re.compile(r"prefers-color-scheme\s*:\s*(dark|light)", re.IGNORECASE)
_FETCHED = re.compile(
    r"@import[^;{}]{0,1000};?|(?:url|image-set|src|image|cross-fade|element|expression)\([^()]{0,1000}\)?",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\[0-9a-fA-F]{1,6}\s?")
ALWAYS, NEVER = "min-width:0", "max-width:0"
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64' width='64' height='64'%3E"
    "%3Crect width='64' height='64' fill='%23b8c2cc'/%3E%3Cpath d='M12 48l14-18 10 12 6-7 10 13z' fill='%23fff'/%3E"
    "%3C/svg%3E"
)
"""Stands in for every picture: a preview that loads some tells a stranger's server who looks."""


def framed(html: str, *, dark: bool) -> str:
    """The document in light or dark mode, whatever the browser prefers."""
    reader = _Writer(dark)
    reader.feed(html)
    reader.close()
    return "<!doctype html>" + "".join(reader.out)


class _Writer(HTMLParser):
    """Writes a document again, from what is allowed alone."""

    def __init__(self, dark: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._dark = dark
        self._style = False
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an element that is allowed, with the attributes that are."""
        if self._silent or tag not in _ELEMENTS:
            self._silent = self._silent or (tag if tag in _SILENT else "")
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "charset" not in given and given.get("name") not in _METAS:
            return
        self._style = self._style or tag == "style"
        kept = {name: self._attribute(name, value) for name, value in given.items() if name in _ATTRIBUTES}
        if tag == "meta" and "color-scheme" in given.get("name", ""):
            kept["content"] = "dark" if self._dark else "light"
        if tag == "a" and "href" in given:
            kept |= {"href": "#", "title": given["href"]}
        if tag == "img" and given.get("src"):
            kept["src"] = PICTURE
        written = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        self.out.append(f"<{tag}{written}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As HTML reads it: the slash means nothing, and what was opened stays open."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what was written."""
        if self._silent:
            self._silent = "" if tag == self._silent else self._silent
        elif tag in _ELEMENTS and tag not in _VOID:
            self._style = self._style and tag != "style"
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text, and the rules of a style without what they fetch."""
        if self._silent:
            return
        self.out.append(self._css(data).replace("<", "") if self._style else escape(data, quote=False))

    def _attribute(self, name: str, value: str) -> str:
        return self._css(value) if name == "style" else value

    def _css(self, written: str) -> str:
        bare = _FETCHED.sub("none", _ESCAPED.sub("", written))
        wanted = "dark" if self._dark else "light"
        return _SCHEME.sub(lambda found: ALWAYS if found[1].lower() == wanted else NEVER, bare)

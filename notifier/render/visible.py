"""What a reader sees of an email, on one line: no markup, no style, nothing that is hidden. Colour: pure. For lint."""

import re
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNSEEN = frozenset({"head", "style", "script", "title", "template"})
_HIDDEN = re.compile(r"display:none|visibility:hidden|opacity:0(?![.\d])|max-height:0(?![.\d])")
_SIZE = re.compile(r"font-size:([\d.]+)")
_QUOTE = re.compile(r"^(?:> ?)+", re.MULTILINE)


class _Reader(HTMLParser):
    """Collects text outside of what is hidden; a void element hides nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; what lies in a hidden one is hidden as well."""
        if tag in _VOID:
            self.parts.append(" ")
            return
        given = dict(attrs)
        style = re.sub(r"\s", "", given.get("style") or "").lower()
        _, within, tiny = self._open[-1] if self._open else ("", False, False)
        hidden = within or tag in _UNSEEN or "hidden" in given or bool(_HIDDEN.search(style))
        # Layouts set size 0 on a cell against gaps between images, and a readable one again within.
        size = _SIZE.search(style)
        self._open.append((tag, hidden, float(size[1]) == 0 if size else tiny))

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest element of that name, and what was left open within it."""
        names = [name for name, _, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Keep text that is shown."""
        if not self._hides:
            self.parts.append(data)

    @property
    def _hides(self) -> bool:
        return bool(self._open) and (self._open[-1][1] or self._open[-1][2])


def seen(html: str) -> str:
    """The text of an html document as a reader sees it, on one line."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return one_line("".join(reader.parts))


def one_line(text: str) -> str:
    """The text with every break and run of blanks as one blank, and without the marks of a quotation."""
    return " ".join(_QUOTE.sub("", text).split())

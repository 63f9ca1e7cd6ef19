"""What in a page or an email could do something and is not ours: read from its HTML, whatever a browser does."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

ADDRESSED = frozenset({"src", "href", "action", "formaction", "data", "poster", "background", "xlink:href", "srcset"})
ASKING = frozenset({"hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch", "hx-vals", "hx-headers", "hx-include"})
NEVER = frozenset({"object", "embed", "base", "plaintext", "math", "portal", "marquee", "applet", "foreignobject"})
OURS = re.compile(r"(/console[/?].*|/console|#.*|data:,|\?.*)?", re.DOTALL)


class _Page(HTMLParser):
    """Everything in a page of the console that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = [(name, value or "") for name, value in attrs]
        wrong = [f"{name}={value[:60]}" for name, value in said if self._wrong(name, value)]
        if tag in NEVER or (tag == "script" and not dict(said).get("src", "").startswith("/console/assets/")):
            wrong.append("never there")
        if wrong or tag == "style" or ("http-equiv" in dict(said)):
            self.found.append(f"<{tag} {' '.join(wrong)}>")

    def _wrong(self, name: str, value: str) -> bool:
        asks = name.removeprefix("data-")
        if name in ADDRESSED or asks in ASKING - {"hx-vals", "hx-headers", "hx-include"}:
            return not OURS.fullmatch(value)
        return name.startswith(("on", "hx-on", "data-hx-on")) or name in ("style", "srcdoc") or "js:" in value[:4]


class _Mail(HTMLParser):
    """Everything in an email that acts, or leads elsewhere than to the web and a mail program."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = [(name, value or "") for name, value in attrs]
        wrong = [f"{name}={value[:60]}" for name, value in said if self._wrong(name, value)]
        if wrong or tag in NEVER | {"script", "iframe", "form", "input", "button", "svg", "link", "video", "audio"}:
            self.found.append(f"<{tag} {' '.join(wrong)}>")

    def _wrong(self, name: str, value: str) -> bool:
        if name in ADDRESSED:
            return urlsplit(value).scheme not in ("http", "https", "mailto") or "pwned" in value
        return name.startswith("on") or (name == "style" and bool(re.search(r"url\(|expression|@import", value)))


def live_in_page(text: str) -> Sequence[str]:
    """What acts in a page of the console."""
    reader = _Page()
    reader.feed(text)
    return reader.found


def live_in_mail(text: str) -> Sequence[str]:
    """What acts in an email."""
    reader = _Mail()
    reader.feed(text)
    return reader.found

"""What in a page or an email could do something and is not ours: read from its HTML, whatever a browser does."""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

ADDRESSED = frozenset({"src", "href", "action", "formaction", "data", "poster", "background", "xlink:href", "srcset"})
ASKING = frozenset({"hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch", "hx-vals", "hx-headers", "hx-include"})
NEVER = frozenset({"object", "embed", "base", "plaintext", "math", "portal", "marquee", "applet", "foreignobject"})
OURS = re.compile(r"(/console[/?].*|/console|#.*|data:,|\?.*)?", re.DOTALL)


class _Reader(HTMLParser):
    """The tags of a text that `_tag_wrong` or `_wrong`, of one attribute, finds fault with."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = [(name, value or "") for name, value in attrs]
        wrong = [f"{name}={value[:60]}" for name, value in said if self._wrong(name, value)]
        if self._tag_wrong(tag, dict(said)) or wrong:
            self.found.append(f"<{tag} {' '.join(wrong)}>")

    def _tag_wrong(self, tag: str, said: Mapping[str, str]) -> bool:
        raise NotImplementedError

    def _wrong(self, name: str, value: str) -> bool:
        raise NotImplementedError


class _Page(_Reader):
    """Everything in a page of the console that is not ours."""

    def _tag_wrong(self, tag: str, said: Mapping[str, str]) -> bool:
        foreign = tag == "script" and not said.get("src", "").startswith("/console/assets/")
        return tag in NEVER or foreign or tag == "style" or "http-equiv" in said

    def _wrong(self, name: str, value: str) -> bool:
        asks = name.removeprefix("data-")
        if name in ADDRESSED or asks in ASKING - {"hx-vals", "hx-headers", "hx-include"}:
            return not OURS.fullmatch(value)
        return name.startswith(("on", "hx-on", "data-hx-on")) or name in ("style", "srcdoc") or "js:" in value[:4]


class _Mail(_Reader):
    """Everything in an email that acts, or leads elsewhere than to the web and a mail program."""

    def _tag_wrong(self, tag: str, said: Mapping[str, str]) -> bool:
        return tag in NEVER | {"script", "iframe", "form", "input", "button", "svg", "link", "video", "audio"}

    def _wrong(self, name: str, value: str) -> bool:
        if name in ADDRESSED:
            return urlsplit(value).scheme not in ("http", "https", "mailto") or "pwned" in value
        return name.startswith("on") or (name == "style" and bool(re.search(r"url\(|expression|@import", value)))


def live_in_page(text: str) -> Sequence[str]:
    """What acts in a page of the console."""
    return _Page(text).found


def live_in_mail(text: str) -> Sequence[str]:
    """What acts in an email."""
    return _Mail(text).found

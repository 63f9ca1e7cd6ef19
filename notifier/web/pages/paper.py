"""A view and its words become HTML, with headers that allow its own style and no more. Colour: door. Called by routes.

No script, no cookie, no font and no other file: only the brand's logo comes from elsewhere. Everything is escaped.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse, Response
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from notifier.render.catalogue import INFORMAL
from notifier.render.context import brand_table
from notifier.terms.content import BrandLook
from notifier.terms.page import Option, PageView
from notifier.web.pages import telling
from notifier.web.pages.forms import Form
from notifier.web.pages.speech import Phrases, Speech, packaged_words, speech

STYLE = "style.css"


@dataclass(frozen=True, slots=True)
class Step:
    """A form that is to be sent: the nonce for it, where it goes (`back`, relative), and what was filled in before.

    `again`: it had come without a nonce that holds, or empty.
    """

    nonce: str
    back: str
    form: Form
    again: bool = False


class Paper:
    """The templates and words of the package, and the small phrases of the shop's messages."""

    def __init__(self, phrases: Phrases, brand: BrandLook) -> None:
        folder = files("notifier.web.pages") / "templates"
        texts = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.is_file()}
        self._style = texts.pop(STYLE).replace("\n", "")
        self._jinja = Environment(
            loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._words, self._phrases, self._brand = packaged_words(), phrases, brand
        self._nothing = self._made_nothing()

    def page(self, view: PageView) -> Response:
        """The orders of a link, and all that can be chosen."""
        say = self.say(view)
        return self._html("page.html", view.brand, say, telling.told(view, say))

    def confirm(self, view: PageView, option: Option, step: Step) -> Response:
        """What a choice means, before it is done."""
        say = self.say(view)
        return self._step("confirm.html", view, step, telling.summary(option, view, say))

    def question(self, view: PageView, step: Step) -> Response:
        """Where a question is written."""
        return self._step("question.html", view, step, {"title": self.say(view)("question_title")})

    def preferences(self, view: PageView, step: Step) -> Response:
        """Which messages come, to be changed."""
        say = self.say(view)
        parts = {"title": say("messages_title"), "channels": telling.channels(view, say)}
        return self._step("preferences.html", view, step, parts)

    def stop(self, view: PageView, step: Step | None = None) -> Response:
        """What an unsubscribe link ends, or that it has ended; with `step`, to be confirmed."""
        say = self.say(view)
        asked = {"nonce": step.nonce, "back": step.back, "again": step.again} if step else {"nonce": "", "again": False}
        return self._html("stop.html", view.brand, say, telling.stopping(view, say) | asked)

    def nothing(self) -> Response:
        """The same to every link that opens nothing, whatever is wrong with it."""
        return HTMLResponse(self._nothing, 404, self._headers(self._brand))

    def say(self, view: PageView) -> Speech:
        """The language of a page."""
        return speech(self._words, self._phrases, view.brand, view.locale, view.today)

    def _step(self, name: str, view: PageView, step: Step, parts: Mapping[str, Any]) -> Response:
        form = {"nonce": step.nonce, "back": step.back, "form": step.form, "again": step.again}
        return self._html(name, view.brand, self.say(view), {**parts, **form})

    def _html(self, name: str, brand: BrandLook, say: Speech, parts: Mapping[str, Any]) -> Response:
        around = telling.frame(brand, say) | {"style": Markup(_styled(self._style, brand))}  # noqa: S704 - ours alone
        return HTMLResponse(self._jinja.get_template(name).render(**around, **parts), 200, self._headers(brand))

    def _headers(self, brand: BrandLook) -> dict[str, str]:
        digest = b64encode(sha256(_styled(self._style, brand).encode()).digest()).decode()
        logo = urlsplit(str(brand_table(brand)["logo"]))
        images = f"{logo.scheme}://{logo.netloc}" if logo.netloc and logo.netloc.isascii() else "'none'"
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src {images}; base-uri 'none'; form-action 'self';"
            " frame-ancestors 'none'"
        )
        return {"content-security-policy": policy}

    def _made_nothing(self) -> str:
        """Made once, so that it costs the same for each."""
        tags = [tag for tag in self._words if not tag.endswith(INFORMAL)]
        spoken = {tag: speech(self._words, self._phrases, self._brand, tag, date.min) for tag in tags}
        first = spoken.pop("en")
        around = telling.frame(self._brand, first) | {"style": Markup(_styled(self._style, self._brand))}  # noqa: S704
        return self._jinja.get_template("nothing.html").render(**around, languages=[first, *spoken.values()])


@lru_cache(maxsize=64)
def _styled(style: str, brand: BrandLook) -> str:
    """The style in a brand's colours, each made readable on its ground."""
    look = brand_table(brand)
    places = {"ON_BRAND": "on_colour", "BRAND": "colour", "INK": "ink", "GLOW": "glow"}
    for place, name in places.items():
        style = style.replace(f":{place};", f":{look[name]};")
    return style

"""The rendered messages as web pages: one page for each email, texts in bubbles. Colour: door. Called by story."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from notifier.queries.run_story import Sent
from notifier.terms.purpose import Purpose

PAGES = "pages"
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class Card:
    """One message in the index: a page to open (emails) or the words themselves (texts)."""

    sent: Sent
    title: str
    address: str
    page: str = ""
    words: str = ""


def write_gallery(folder: Path, outbox: Path, sent: Sequence[Sent], purposes: Sequence[Purpose]) -> Path:
    """Write index.html and pages/ into `folder` from the files in `outbox`; returns the index."""
    titles = {one.name: one.title for one in purposes}
    (folder / PAGES).mkdir(exist_ok=True)
    cards = [_card(folder, outbox / one.file, one, titles.get(one.purpose, one.purpose)) for one in sent]
    words = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = words.from_string((files("notifier.demo") / "gallery.html").read_text("utf-8"))
    runs = sorted({one.run for one in sent if one.run is not None}, reverse=True)
    index = folder / INDEX
    index.write_text(template.render(cards=cards, runs=runs), "utf-8")
    return index


def _card(folder: Path, path: Path, sent: Sent, title: str) -> Card:
    if sent.channel != "email":
        head, _, words = path.read_text("utf-8").partition("\n\n")
        return Card(sent, title, _field(head, "To"), words=words.strip())
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    page = f"{PAGES}/{sent.id:03d}-{sent.purpose}.html"
    (folder / page).write_text(html_of(message), "utf-8")
    return Card(sent, title, str(message["To"]), page=page)


def html_of(message: EmailMessage) -> str:
    """The HTML part of an email. Raises LookupError where there is none."""
    part = message.get_body(("html",))
    if part is None:
        raise LookupError(f"the email {message['Message-ID']} has no HTML part")
    text: str = part.get_content()
    return text


def _field(head: str, name: str) -> str:
    return next((row.partition(":")[2].strip() for row in head.splitlines() if row.startswith(f"{name}:")), "")

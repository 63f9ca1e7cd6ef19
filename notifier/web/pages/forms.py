"""What a form of a page says, and the nonce without which nothing is done. Colour: door. Called by routes.

A nonce is made for one choice behind one link, and for the dates that were shown with it; it holds for a day, and is
the key of the reply: a double click is one reply. It is signed as the links are, under a purpose of its own (HOSTILE
72).
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from notifier.render.links import Keys, genuine, short_token
from notifier.terms.page import MOST_TOGETHER, Act, Option

CHOICE = "choice"
"""The purpose of a nonce's signature."""

HOLDS_FOR = timedelta(days=1)
"""A summary that was open for longer is shown again: what it says may have changed."""

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 30
ONE_CLICK = "One-Click"

_BOUNDARY = re.compile(r"""boundary="?([^";]{1,70})""", re.IGNORECASE)
_NAME = re.compile(rb"""form-data;name="?list-unsubscribe"?(;.*)?""")
_LINES = re.compile(r"[1-9][0-9]{0,9}(,[1-9][0-9]{0,9})*")
_NONCE = re.compile(r"([0-9]{1,10})-([A-Za-z0-9_-]{11})-([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it came: `act` is an Act, `question`, `preferences` or `unsubscribe`; `do`: it is to be done now."""

    act: str = ""
    do: bool = False
    lines: tuple[int, ...] = ()
    sku: str = ""
    nonce: str = ""
    question: str = field(default="", repr=False)
    on: frozenset[str] = frozenset()
    one_click: bool = False

    @property
    def option(self) -> Option | None:
        """The choice for order lines that it names, if it names one."""
        if self.act not in tuple(Act) or not self.lines:
            return None
        return Option(Act(self.act), self.lines, self.sku)

    @property
    def subject(self) -> str:
        """What a nonce of this form is for, whatever the page says of it."""
        return f"{self.act}/{','.join(map(str, self.lines))}/{self.sku}"


def read_form(content_type: str, body: bytes) -> Form:
    """The form in `body`; an empty one for what is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        # Our own forms are never that; RFC 8058 lets a mailbox provider's be.
        return Form(one_click=_has_one_click(content_type, body))
    if kind != FORM:
        return Form()
    try:
        pairs = parse_qsl(body.decode("utf-8"), True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return Form()
    return _form(dict(pairs), frozenset(value for name, value in pairs if name == "on"))


def _has_one_click(content_type: str, body: bytes) -> bool:
    """Each part is looked at once: a body of many beginnings costs no more than its length."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return False
    return any(map(_is_one_click, body.split(b"--" + boundary[1].encode("latin-1", "replace"))))


def _is_one_click(part: bytes) -> bool:
    head, _, value = part.partition(b"\r\n\r\n")
    if value.strip().lower() != ONE_CLICK.lower().encode():
        return False
    fields = (line.lower().replace(b" ", b"").partition(b":") for line in head.split(b"\r\n"))
    return any(name == b"content-disposition" and _NAME.fullmatch(said) for name, _, said in fields)


def _form(said: Mapping[str, str], on: frozenset[str]) -> Form:
    lines = said.get("lines", "")
    named = tuple(map(int, lines.split(","))) if _LINES.fullmatch(lines) else ()
    if len(named) > MOST_TOGETHER:
        return Form()
    return Form(
        act=said.get("act", ""),
        do=said.get("step") == "do",
        lines=named,
        sku=said.get("sku", ""),
        nonce=said.get("nonce", ""),
        question=said.get("question", ""),
        on=on,
        one_click=said.get("List-Unsubscribe", "").strip().lower() == ONE_CLICK.lower(),
    )


def nonce(keys: Keys, link: str, subject: str, now: datetime) -> str:
    """A new nonce for the choice `subject` behind the link with the token `link`."""
    made = f"{int(now.timestamp())}-{secrets.token_urlsafe(8)}"
    return f"{made}-{short_token(keys, CHOICE, f'{link}/{subject}/{made}')}"


def holds(keys: Keys, link: str, given: tuple[str, str], now: datetime) -> bool:
    """Whether `given`, a subject and the nonce that came with it, belong together, and not since too long ago."""
    subject, came = given
    found = _NONCE.fullmatch(came)
    if found is None:
        return False
    made = f"{found[1]}-{found[2]}"
    age = now - datetime.fromtimestamp(int(found[1]), UTC)
    return genuine(keys, CHOICE, f"{link}/{subject}/{made}", found[3]) and -HOLDS_FOR < age <= HOLDS_FOR

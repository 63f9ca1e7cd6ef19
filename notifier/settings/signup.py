"""The sign-up form for products that are out of stock. Colour: root. Read by app and web."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from notifier.settings.values import LOOPBACK, Count, Section, listed


def _origin(text: str) -> str:
    found = urlsplit(text)
    whole = f"{found.scheme}://{found.netloc}"
    secure = found.scheme == "https" or (found.scheme == "http" and found.hostname in LOOPBACK)
    plain = re.fullmatch(r"(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[::1\](:[0-9]{1,5})?", found.netloc)
    if not secure or not plain or text.rstrip("/") != whole:
        raise ValueError(f"{text!r} is no origin; write scheme and host alone, like https://www.shop.example")
    return whole.lower()


Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], BeforeValidator(listed)]


class SignupSection(Section):
    """The form, and the waitlist behind it."""

    embed_origins: Origins = Field(
        (),
        description="Sites that may show the sign-up form in their pages, like https://www.shop.example; empty: none,"
        " the form is a page of its own (docs/waitlist.md).",
    )
    hold_hours: Count = Field(
        24, le=720, description="Hours for which a unit is held back for whoever was told that it is there."
    )
    most_a_day: Count = Field(
        300, description="Requests to confirm a sign-up in 24 hours, by each channel; more are dropped, and logged."
    )

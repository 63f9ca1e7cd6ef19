"""The packaged templates filled with everything they can say, in each language and tone; all of it is made up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from notifier.pipeline.sample import sample_content
from notifier.render.catalogue import Catalogue
from notifier.render.compile import Compiled, render_email, render_text
from notifier.render.signed_up import wording
from notifier.template_files import load_catalogue, packaged_folder
from notifier.terms.content import BrandLook, Content, Links, RenderedEmail, RenderedText, SignedUp
from notifier.terms.purpose import Purpose
from notifier.terms.words import Channel, Tone
from tests.render.once import once

LANGUAGES = ("en", "de", "fr", "es")
TRIED = ["en", "de", *(pytest.param(one, marks=pytest.mark.slow) for one in ("fr", "es"))]
"""Those of the fast gate: one without a tone of address, and one with."""

FORMAL, INFORMAL = "oak", "elm"
BRANDS = {Tone.FORMAL: FORMAL, Tone.INFORMAL: INFORMAL}
TODAY = date(2026, 11, 23)
LINKS = Links(
    page="https://go.oak.example/m/u1/AAAAAAAAAAAAAAAAAAAAAA",
    short="https://oak.example/t/AAAAAAAAAAAAAAAAAAAAAA",
    unsubscribe="https://go.oak.example/u/1/u1/AAAAAAAAAAAAAAAAAAAAAA",
)


def look(tone: Tone, logo: str = "") -> BrandLook:
    """A brand that speaks in this tone."""
    return BrandLook(
        key=BRANDS[tone],
        name="Lumen & Oak",
        sender="Lumen & Oak <hello@oak.example>",
        reply_address="reply@oak.example",
        text_sender="OAK",
        postal_address="12 Harbour Street\nBristol BS1 4RN",
        logo=logo,
        colour="#1b6b50",
        timezone="Europe/London",
        locale="en",
        tone=tone,
    )


@cache
def catalogue() -> Catalogue:
    """The packaged templates; brand elm addresses its customers informally."""
    return load_catalogue([packaged_folder()], {INFORMAL})


def purposes() -> list[Purpose]:
    """All packaged purposes, by name."""
    return [one for _, one in sorted(catalogue().purposes.items())]


def everything() -> Iterator[tuple[str, str, Tone]]:
    """(purpose, language, tone) of every message that ships."""
    for purpose in purposes():
        for language in LANGUAGES:
            for tone in Tone:
                yield purpose.name, language, tone


def compiled(purpose: str, language: str, tone: Tone) -> Compiled:
    """The template of a purpose, ready to be filled."""
    return once(catalogue().source(purpose, language, BRANDS[tone]))


def content(
    purpose: str, language: str, tone: Tone, channel: Channel = Channel.EMAIL, today: date = TODAY, logo: str = ""
) -> Content:
    """The sample of a purpose as of `today`, with links, and with the digits that its text offers."""
    kind = catalogue().purposes[purpose]
    sample = sample_content(kind, language, look(tone, logo), channel, today)
    return replace(sample, links=LINKS, offers=tuple(kind.answers), signed_up=_signed_up(sample, language, tone))


def _signed_up(sample: Content, language: str, tone: Tone) -> SignedUp | None:
    """What a request asks to agree to, in the customer's language, with the link to do so."""
    if sample.signed_up is None or not sample.signed_up.wording:
        return sample.signed_up
    said = wording(Channel.EMAIL, sample.brand.name, (4, 30), catalogue().phrases(language, BRANDS[tone]))
    return replace(sample.signed_up, wording=said, confirm="https://go.oak.example/c/7/AAAAAAAAAAAAAAAAAAAAAA")


@cache
def email(purpose: str, language: str, tone: Tone, logo: str = "") -> RenderedEmail:
    """The email of a purpose."""
    return render_email(compiled(purpose, language, tone), content(purpose, language, tone, logo=logo))


def text(purpose: str, language: str, tone: Tone, what: Content | None = None) -> RenderedText:
    """The text message of a purpose."""
    said = what or content(purpose, language, tone, Channel.SMS)
    return render_text(compiled(purpose, language, tone), replace(said, channel=Channel.SMS))

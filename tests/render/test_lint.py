"""The proof that templates say what the law demands: what passes it, and what it finds (RULES.md F3 to F5, F12, E1)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from notifier.render.catalogue import Catalogue, TemplateSource, assemble
from notifier.render.compile import render_email, render_text
from notifier.render.lint import Page, page_faults, text_faults, words_faults
from notifier.render.probes import probes
from notifier.template_files import packaged_folder
from notifier.terms.content import Content
from notifier.terms.law import Jurisdiction
from notifier.terms.words import NoticeKind, Tone
from tests.render.conftest import LOOK
from tests.render.once import once

pytestmark = pytest.mark.slow
"""Each compiles templates and renders them many times over."""

Try = Callable[..., list[str]]

TRIED = ("delay", "delay_renewed", "cancelled", "placed", "eta_change")


def faults_of(catalogue: Catalogue, source: TemplateSource, kind: str = "") -> list[str]:
    """What the probes whose label begins with `kind` find, rendered here, as no template of a test is hostile."""
    purpose, compiled = catalogue.purposes[source.purpose], once(source)
    found: list[str] = []
    for probe in probes(purpose, LOOK, source.speaks):
        if probe.label.startswith(kind):
            email = render_email(compiled, probe.content)
            found += page_faults(probe, purpose, source, Page(email.subject, email.html, email.text))
            found += text_faults(probe, purpose, source, render_text(compiled, probe.text).text)
    return found


@pytest.fixture
def tried(catalogue: Catalogue) -> Try:
    """tried("delay", "de", "F4", ("email", old, new), …): the faults of a template with some words replaced."""

    def run(purpose: str, locale: str, kind: str, *changes: tuple[str, str, str]) -> list[str]:
        source = catalogue.source(purpose, locale, "oak")
        for part, old, new in changes:
            assert old in getattr(source, part)
            source = replace(source, **{part: getattr(source, part).replace(old, new)})
        return list(dict.fromkeys(faults_of(catalogue, source, kind)))

    return run


@pytest.mark.parametrize("locale", ["en", "en-US", "de", "de-AT"])
@pytest.mark.parametrize("purpose", TRIED)
def test_every_packaged_template_says_what_its_kind_demands(tried: Try, purpose: str, locale: str) -> None:
    assert tried(purpose, locale, "") == []


@pytest.mark.parametrize(
    ("purpose", "kind", "dropped", "told_as"),
    [
        ("delay", "F3", "{{ must.silence_consents }}", "silence is consent"),
        ("delay", "F3", "{{ must.cancel_right }}", "right to cancel"),
        ("delay", "F3", "{{ must.free_answer }}", "how to answer at no cost"),
        ("delay", "F4", "{{ must.auto_cancel }}", "what is cancelled, and by when"),
        ("delay", "F4", "{{ must.cancel_right }}", "right to cancel"),
        ("delay", "F4", "{{ must.free_answer }}", "how to answer at no cost"),
        ("delay", "F4", "{{ item.cause }}", "why each item is late"),
        ("delay", "F4", "{{ item.answer_by }}", "each item's last day for the answer"),
        ("delay", "F4 without", "{{ item.dates }}", "or that there is none"),
        ("delay", "F4, two lines with", "{{ item.dates }}", "each item's new shipping date"),
        ("delay", "eu", "{{ must.not_agreed }}", "silence is not agreement"),
        ("delay", "eu", "{{ must.withdraw }}", "right to withdraw"),
        ("delay_renewed", "F5", "{{ must.auto_cancel }}", "what is cancelled, and by when"),
        ("delay_renewed", "F5", "{{ must.cancel_right }}", "right to cancel"),
        ("delay_renewed", "F5", "{{ must.free_answer }}", "how to answer at no cost"),
        ("delay_renewed", "F5", "{{ item.cause }}", "why each item is late"),
        ("delay_renewed", "F5", "{{ item.answer_by }}", "each item's last day for the answer"),
        ("delay_renewed", "F5", "{{ item.told }}", "the day told before that is not kept"),
        ("cancelled", "", "{{ item.refund }}", "by when what was paid goes back"),
    ],
)
def test_a_template_that_drops_what_is_demanded_is_found_with_the_remedy(
    tried: Try, purpose: str, kind: str, dropped: str, told_as: str
) -> None:
    found = tried(purpose, "de" if purpose == "delay_renewed" else "en", kind, ("email", dropped, ""))
    assert any(told_as in text and "; add {{ " in text for text in found)


def test_a_fault_names_file_kind_and_remedy(tried: Try) -> None:
    assert tried("delay", "de", "F3", ("email", "{{ must.silence_consents }}", "Warten Sie."))[0] == (
        "delay/de/email.md (F3): the html and the text part must say that silence is consent until the new date (F3); "
        "add {{ must.silence_consents }}"
    )


def test_a_german_notice_is_not_satisfied_by_english_phrases(catalogue: Catalogue) -> None:
    german, english = catalogue.source("delay", "de", "oak"), catalogue.source("delay", "en", "oak")
    spoken = dict(english.words)["must_cancel_right"]
    source = replace(german, email=german.email.replace("{{ must.cancel_right }}", spoken))
    assert any("right to cancel" in text for text in faults_of(catalogue, source, "F3"))


def test_a_phrase_that_a_reader_cannot_see_is_not_said(catalogue: Catalogue) -> None:
    source = catalogue.source("delay", "en", "oak")
    hidden = "</mj-text><mj-raw><div style='display: none'>{{ must.free_answer }}</div></mj-raw><mj-text>"
    layout = source.layout.replace("{{ body }}", "{{ body }}" + hidden)
    source = replace(source, layout=layout, email=source.email.replace("{{ must.free_answer }}", ""))
    found = faults_of(catalogue, source, "F3")
    assert any("the html and the text part must say how to answer at no cost" in text for text in found)


@pytest.mark.parametrize(
    ("written", "told_as"),
    [
        ("Take 10 % off next time.", "speaks of a percentage, '10 %'"),
        ("{% if reward %}{{ reward.code }}{% endif %}", "carries an offer"),
        ("{% for other in alternatives %}{{ other.name }} {% endfor %}", "carries an offer"),
        ("{% for other in alternatives %}[here]({{ other.url }}) {% endfor %}", "carries an offer"),
        ("Here is a voucher.", "speaks like an offer, 'voucher'"),
    ],
)
@pytest.mark.parametrize("kind", ["F3", "no notice"])
def test_a_promotion_in_a_required_email_is_found(tried: Try, kind: str, written: str, told_as: str) -> None:
    found = tried("delay", "en", kind, ("email", "{{ greeting }}", "{{ greeting }}\n\n" + written))
    assert any(told_as in text for text in found)


def test_a_promotion_in_a_required_text_is_found(tried: Try) -> None:
    found = tried("delay", "en", "F3", ("sms", "Reply STOP", "Take 5% off! Reply STOP"))
    assert any("delay/sms.txt (F3): speaks of a percentage" in text for text in found)


@pytest.mark.parametrize("word", ["Reply cancel to cancel.", "Text no to refuse.", 'Reply "Yes" to wait.'])
def test_a_text_that_invites_an_opt_out_word_in_small_letters_is_found(tried: Try, word: str) -> None:
    assert any("may not invite" in text for text in tried("delay", "en", "F3", ("sms", "Reply STOP", f"{word} STOP")))


def test_a_text_beside_a_notice_points_to_the_email(tried: Try) -> None:
    found = tried("delay", "en", "F4", ("sms", "{{ must.see_email }}", ""))
    assert found and all("must point to the email" in text for text in found)


@pytest.mark.parametrize("purpose", ["placed", "eta_change"])
def test_an_offer_above_the_facts_is_found(tried: Try, purpose: str) -> None:
    offer = "{% for other in alternatives %}{{ other.name }} {% endfor %}"
    found = tried(purpose, "en", "", ("email", "{{ greeting }}", "{{ greeting }}\n\n" + offer))
    assert any("order's facts before an offer (E1)" in text for text in found)


@pytest.mark.parametrize(
    ("subject", "told_as"),
    [("Order {{ orders }}: now on sale", "may not advertise: 'sale'"), ("News", "must name the order")],
)
def test_a_subject_that_advertises_or_names_no_order_is_found(catalogue: Catalogue, subject: str, told_as: str) -> None:
    source = replace(catalogue.source("placed", "en", "oak"), subject=subject)
    assert any(told_as in text for text in faults_of(catalogue, source))


def test_a_fault_is_found_only_where_a_message_of_its_kind_is_tried(catalogue: Catalogue) -> None:
    source = catalogue.source("delay", "en", "oak")
    source = replace(source, email=source.email.replace("{{ must.silence_consents }}", ""))
    labels = {text.partition("(")[2].partition(")")[0] for text in faults_of(catalogue, source)}
    assert labels == {"F3", "F3, two lines", "F3, two lines with different days"}


@pytest.mark.parametrize(
    ("notice", "law", "fitting"),
    [
        (NoticeKind.NONE, Jurisdiction.NONE, {"no notice", "no notice, without a date"}),
        (NoticeKind.NONE, Jurisdiction.US_435, {"no notice", "no notice, without a date"}),
        (NoticeKind.NONE, Jurisdiction.EU, {"eu", "eu without a date"}),
    ],
)
def test_a_message_is_tried_by_the_probes_of_its_kind(
    catalogue: Catalogue, make: Callable[..., Content], notice: NoticeKind, law: Jurisdiction, fitting: set[str]
) -> None:
    tries = probes(catalogue.purposes["delay"], LOOK, "en")
    assert {one.label for one in tries if one.fits(make("delay", notice=notice, law=law))} == fitting


def test_the_probes_of_a_delay_are_all_that_it_can_become(catalogue: Catalogue) -> None:
    contents = [probe.content for probe in probes(catalogue.purposes["delay"], LOOK, "en")]
    us = Jurisdiction.US_435
    assert {(one.notice, one.law, one.items[0].eta is not None) for one in contents} == {
        (NoticeKind.F3, us, True),
        (NoticeKind.F4, us, True),
        (NoticeKind.F4, us, False),
        (NoticeKind.NONE, Jurisdiction.EU, True),
        (NoticeKind.NONE, Jurisdiction.EU, False),
        (NoticeKind.NONE, Jurisdiction.NONE, True),
        (NoticeKind.NONE, Jurisdiction.NONE, False),
    }


def with_words(locale: str, **changed: str | None) -> Catalogue:
    """The packaged templates with some phrases of a locale replaced, or taken out by None."""
    folder = packaged_folder()
    paths = [path for path in folder.rglob("*") if path.suffix in (".toml", ".txt", ".md", ".mjml")]
    files = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}
    lines = files[f"_words/{locale}.toml"].splitlines()
    kept = [line for line in lines if line.partition(" = ")[0] not in changed]
    new = [f'{key} = "{text}"' for key, text in changed.items() if text is not None]
    return assemble([("packaged", files | {f"_words/{locale}.toml": "\n".join([*kept, *new])})])


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("locale", ["en", "en-GB", "en-US", "de", "de-AT", "fr", "fr-CA", "es", "es-MX"])
def test_the_packaged_words_are_whole_in_every_language(catalogue: Catalogue, locale: str, tone: Tone) -> None:
    assert words_faults(catalogue, locale, tone) == []


def test_a_language_without_a_phrase_of_its_own_is_found() -> None:
    assert (words_faults(with_words("de", must_free_answer=None), "de")) == [
        "_words/de.toml: lacks must_free_answer; translate them from _words/en.toml"
    ]


@pytest.mark.parametrize(
    ("phrase", "told_as"),
    [("", "has fewer than 4 words"), ("We ship it to you {when} we can.", "must hold nothing in braces")],
)
def test_a_phrase_of_the_law_that_says_nothing_is_found(phrase: str, told_as: str) -> None:
    (found,) = words_faults(with_words("en", must_cancel_right=phrase), "en")
    assert told_as in found


def test_a_phrase_that_is_still_in_english_is_found(catalogue: Catalogue) -> None:
    english = catalogue.words["en"]["must_see_email"]
    found = words_faults(with_words("de", must_see_email=english), "de")
    assert found == ["_words/de.toml: must_see_email is still in English; translate it"]


def test_a_phrase_that_lost_its_day_is_found() -> None:
    catalogue = with_words("de", must_auto_cancel_one="Der Artikel wird bald automatisch storniert.")
    assert (words_faults(catalogue, "de")) == [
        "_words/de.toml: must_auto_cancel_one must hold {day} and nothing else in braces"
    ]

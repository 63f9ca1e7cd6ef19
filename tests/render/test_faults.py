"""What is wrong with a wording is told all at once, at its line, with the remedy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from notifier.errors import RenderError
from notifier.render.catalogue import Catalogue, TemplateSource
from notifier.render.compile import compile_source
from notifier.render.faults import MOST, Written, faults, untranslated
from notifier.terms.draft_fault import Fault
from notifier.terms.wording import Severity
from tests.render.conftest import LOOK

Look = Callable[..., list[Fault]]


@pytest.fixture(scope="session")
def look(catalogue: Catalogue) -> Look:
    """look("delay", email="…"): the faults of a packaged wording with some parts written anew."""

    def found(purpose: str = "ready", locale: str = "en", **parts: str) -> list[Fault]:
        source: TemplateSource = replace(catalogue.source(purpose, locale, "oak"), **parts)
        return faults(Written(source, catalogue.purposes[purpose], LOOK, catalogue))

    return found


def told(found: list[Fault]) -> str:
    return "\n".join(f"{one.part}:{one.line}:{one.column} {one.message}; {one.remedy}" for one in found)


def test_the_packaged_wordings_have_none(look: Look, catalogue: Catalogue) -> None:
    texts = [(purpose, locale or "en") for purpose in catalogue.purposes for locale in catalogue.locales(purpose)]
    assert [told(found) for one in texts if (found := [f for f in look(*one) if f.severity is Severity.FAULT])] == []


def test_all_are_told_at_once(look: Look) -> None:
    found = look(email="{{ greetng }}\n{{ brand.nam }}\n{{ items.name }}\n[x]()", sms="STOP CANCEL", subject="")
    assert [(one.part, one.line) for one in found if one.line] == [
        *(("email.md", line) for line in (1, 2, 3, 4)),
        *(("sms.txt", 1) for _ in range(2)),
    ]


@pytest.mark.parametrize(
    ("email", "where", "said"),
    [
        ("x\n {{ greetng }}", "2:5", "did you mean 'greeting'?"),
        ("x {{ brand.nam }}", "1:12", "did you mean 'name'?; write name"),
        ("x {{ dates }}", "1:6", "inside {% for item in items %}"),
        ("x {{ items.dates }}", "1:12", "items is a list; dates is something that each of it has"),
        ("x {% for i in items %}{{ i.nam }}{% endfor %}", "1:28", "did you mean 'name'?"),
        ("x {{ items[0].nam }}", "1:15", "did you mean 'name'?"),
        ("x {% set one = first_item %}{{ one.nam }}", "1:36", "did you mean 'name'?"),
        ("x {{ links.pag }}", "1:12", "did you mean 'page'?"),
        ("x {% include 'y' %}", "1:6", "include is not allowed"),
        ("x {{ orders|uper }}", "1:13", "did you mean 'upper'?"),
        ("x\n{% if orders %}", "2:0", "needs to be closed is 'if'"),
        ("x {{ orders", "1:0", "a tag is {{ a variable }}"),
        ("x [y]()", "1:5", "a link without an address"),
        ("x [y](javascript:alert)", "1:7", "is no web or mail address"),
        ("x [y](www.oak.example)", "1:7", "write https://www.oak.example"),
        ("x [y]({{ orders }})", "1:10", "orders is no address"),
        ("x <b>y</b>", "1:3", "HTML is not allowed"),
        ("x <!-- y -->", "1:3", "HTML is not allowed"),
    ],
)
def test_a_fault_stands_at_its_word_with_its_remedy(look: Look, email: str, where: str, said: str) -> None:
    found = [one for one in look("reply_ack", email=email) if one.line]
    assert told(found).startswith(f"email.md:{where} ") and said in told(found[:1])


@pytest.mark.parametrize(
    "email",
    [
        "{% for i in items %}{{ i.name }} {{ loop.index }}{% endfor %}",
        "{% for i in items %}{% set n = i.name %}{{ n }}{% endfor %}",
        "{{ items[0].name }} {{ (items|first).dates }} {{ items|length }}",
        "{% for s in reply.sentences %}{{ s }}{% endfor %}",
        "<https://oak.example> [a](mailto:a@oak.example) [b]({{ first_item.url }}) `{` {",
    ],
)
def test_what_is_right_has_none(look: Look, email: str) -> None:
    assert told(look("reply_ack", email=email)) == ""


def test_a_fault_of_syntax_hides_no_unknown_variable_elsewhere(look: Look) -> None:
    assert "did you mean 'greeting'?" in told(look(email="{{ greetng }}\n{% if orders %}"))


def test_an_offer_has_no_place_in_a_required_message(look: Look) -> None:
    found = told(
        look("delay", email="x\n{{ reward.code }}\n{% for o in alternatives %}{{ o.url }}{% endfor %} 20% sale")
    )
    assert found.count("(F12)") == 4


def test_an_offer_may_not_stand_above_the_facts(look: Look, catalogue: Catalogue) -> None:
    offering = next(name for name, one in catalogue.purposes.items() if one.offers_alternatives)
    email = "x\n{{ alternatives[0].name }}\n{{ first_item.name }}"
    assert "email.md:2:20 the order's facts come before an offer (E1)" in told(look(offering, email=email))


@pytest.mark.parametrize(
    ("purpose", "snippet"),
    [
        ("delay", "{{ must.cancel_right }}"),
        ("delay", "{{ must.free_answer }}"),
        ("delay", "{{ must.silence_consents }}"),
        ("delay", "{{ must.auto_cancel }}"),
        ("delay", "{{ must.not_agreed }}"),
        ("delay", "{{ must.withdraw }}"),
        ("delay", "{{ item.dates }} for each item"),
        ("delay", "{{ item.cause }} for each item"),
        ("delay_renewed", "{{ item.told }} for each item"),
        ("cancelled", "{{ item.refund }} for each item"),
    ],
)
def test_what_the_law_demands_is_missed_with_what_to_write(look: Look, purpose: str, snippet: str) -> None:
    assert f"add {snippet}" in told(look(purpose, email="Sorry."))


def test_a_text_beside_a_notice_points_to_the_email(look: Look) -> None:
    assert "add {{ must.see_email }}" in told(look("delay", sms="{{ brand.name }}: late. Reply STOP to stop texts"))


def test_a_marketing_email_needs_a_way_out_and_an_address(look: Look) -> None:
    layout = "<mjml><mj-body><mj-text>{{ body }}</mj-text></mj-body></mjml>"
    found = told(look("reward", layout=layout))
    assert "links.unsubscribe" in found and "brand.imprint" in found


def test_a_text_says_who_writes_and_how_to_stop(look: Look) -> None:
    found = told(look(sms="Hello, {{ headline }} is here. It is on its way to you."))
    assert "{{ brand.name }} first" in found and "Reply STOP" in found


def test_an_opt_out_word_within_a_tag_is_invited_all_the_same(look: Look) -> None:
    sms = '{{ brand.name }}: {{ headline }}.\n{{ you("Antworten Sie CANCEL", "Antworte YES") }} Ende: STOP'
    assert [(one.line, one.message.split()[0]) for one in look(sms=sms)] == [(2, "CANCEL"), (2, "YES")]


def test_a_word_that_is_only_compared_with_is_not_invited(look: Look) -> None:
    sms = '{{ brand.name }}: {% if moved == "NO" %}{{ "a" if moved == "YES" else "b" }}{% endif %} STOP'
    assert told(look(sms=sms)) == ""


@pytest.mark.parametrize(
    ("sms", "missed"),
    [
        ('{{ brand.name }}: {{ you("Schreiben Sie STOP", "Schreib STOP") }}, dann ist Ruhe.', False),
        ('{{ brand.name }}: {{ you("Schreiben Sie STOP", "Schreib uns") }}, dann ist Ruhe.', True),
        ('{{ brand.name }}: {% if moved == "STOP" %}it has moved to another day{% endif %}', True),
    ],
)
def test_how_to_stop_may_be_said_within_a_tag_in_both_tones(look: Look, sms: str, missed: bool) -> None:
    assert ("how to stop" in told(look(sms=sms))) == missed


def test_a_costly_character_is_told_with_what_stands_for_it(look: Look) -> None:
    found = [one for one in look(sms="{{ brand.name }}: Łódź “x” … STOP") if one.severity is Severity.WARNING]
    assert [(one.column, one.remedy) for one in found] == [(19, "leave it out"), (20, "write o"), (22, "write z")]


def test_a_costly_character_within_a_tag_is_told(look: Look) -> None:
    found = look(sms='{{ brand.name }}:\n{{ you("Schön ☂", "Łap") }} ☂ STOP')
    assert [(one.line, one.message.split()[0]) for one in found] == [(2, "☂"), (2, "Ł")]


def test_a_link_that_is_not_encrypted_is_only_warned_of_however_it_is_written(look: Look) -> None:
    found = look("reply_ack", email="x [y](HTTP://oak.example/a) [z](HTTPS://oak.example)")
    assert [(one.severity, one.message) for one in found] == [
        (Severity.WARNING, "the link HTTP://oak.example/a is not encrypted")
    ]


def test_a_text_whose_fixed_words_are_too_long_is_told(look: Look) -> None:
    assert "its fixed words alone need 3 segments" in told(look(sms="{{ brand.name }}" + "x" * 310 + " STOP"))


def test_a_language_that_others_have_is_missed(catalogue: Catalogue) -> None:
    texts = {place: text for place, text in catalogue.texts.items() if place[1:3] != ("reward", "de")}
    assert untranslated(replace(catalogue, texts=texts, _found={}), "reward") == ("de",)


HOSTILE = {
    "opened": "{{" * 32_000,
    "unknown": "".join(f"{{{{ a{n} }}}}" for n in range(6_000)),
    "digits": "1" * 64_000,
    "brackets": "[" * 64_000,
    "angles": "<a" * 32_000,
    "deep": "{{ " + "(" * 30_000 + " }}",
    "links": "](" * 32_000,
    "blanks": "[x](" + " " * 60_000,
}


@pytest.mark.parametrize("part", ["subject", "email", "sms"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_has_no_more_than_so_many(look: Look, part: str, text: str) -> None:
    assert len(look(**{part: text})) <= MOST + 1


def test_a_text_over_64_kilobytes_is_looked_at_no_further(look: Look) -> None:
    assert "is larger than 64 KB" in told(look(email="{{ greetng }}" * 6_000))


@pytest.mark.parametrize("email", ["<script>x</script>", "a <b onclick=x>b</b>", "<!-- {{ orders }} -->", "<style>"])
def test_html_is_refused_when_compiled(catalogue: Catalogue, email: str) -> None:
    source: Any = replace(catalogue.source("ready", "en", "oak"), email=f"Hello\n\n{email}\n")
    with pytest.raises(RenderError, match="is HTML"):
        compile_source(source)

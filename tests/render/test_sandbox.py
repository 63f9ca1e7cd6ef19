"""Hostile templates and hostile data (HOSTILE 27 to 38)."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.errors import RenderError
from notifier.render.catalogue import LARGEST_FILE, Catalogue, TemplateSource
from notifier.render.compile import compile_source, render_email, render_text
from notifier.render.environment import check, environment
from tests.render.once import once


@pytest.fixture
def source(catalogue: Catalogue) -> TemplateSource:
    return catalogue.source("delay", "en", "oak")


HOSTILE = [
    "{{ ''.__class__.__mro__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum(n=200000) }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ range(100000) }}",
    "{{ ''|attr('format') }}",
    "{{ '%s'|format(1) }}",
    "{{ 'x'.format(1) }}",
    "{{ 'x'.format_map(brand) }}",
    "{{ brand.name|safe }}",
    "{{ brand.items() }}",
    "{{ items.append(1) }}",
    "{{ brand.pop('name') }}",
    "{{ brand['na' ~ 'me'] }}",
    "{{ [1]|slice(300000000)|list }}",
    "{{ 'x'|indent(2000) }}",
    "{{ 'x'|center(300000000) }}",
    "{{ items|map(attribute='name') }}",
    "{{ self }}",
    "{{ plural.__globals__ }}",
    "{{ you.__globals__ }}",
    "{% set you = 1 %}",
    "{{ caller() }}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'x' as x %}",
    "{% extends 'x' %}",
    "{% block b %}{% endblock %}",
    "{% autoescape false %}{{ brand.name }}{% endautoescape %}",
    "{% raw %}{{ }}{% endraw %}",
    "{% for i in items recursive %}{{ loop(items) }}{% endfor %}",
    "{% filter upper %}x{% endfilter %}",
    "{{ 2 ** 99999999 }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{% set brand = 1 %}",
]


@pytest.mark.parametrize("written", HOSTILE, ids=lambda text: text[:30])
def test_what_a_template_may_not_write_is_refused_before_any_data_exist(source: TemplateSource, written: str) -> None:
    with pytest.raises(RenderError):
        compile_source(replace(source, email=f"Hello\n\n{written}\n"))


@pytest.mark.parametrize("bomb", ["{{ 'A' * 300000000 }}", "{{ '%900000000d' % 1 }}", "{{ items * 99999999 }}"])
def test_repeating_a_text_is_refused_when_filled(source: TemplateSource, make: Any, bomb: str) -> None:
    with pytest.raises(RenderError, match="works on numbers only"):
        render_email(compile_source(replace(source, email=f"Hello\n\n{bomb}\n")), make())


def test_a_misspelt_variable_is_told_with_file_line_and_the_nearest_one(source: TemplateSource) -> None:
    with pytest.raises(RenderError) as error:
        compile_source(replace(source, email="Hello\n\n{{ greting }}\n"))
    assert str(error.value) == "delay/email.md line 3: there is no variable 'greting'; did you mean 'greeting'?"


def test_a_misspelt_attribute_is_told_with_file_line_and_the_nearest_one(source: TemplateSource, make: Any) -> None:
    compiled = compile_source(replace(source, email="# Hello\n\n{{ greeting }}\n\n{{ first_item.quantiti }}\n"))
    with pytest.raises(RenderError) as error:
        render_email(compiled, make())
    assert str(error.value) == "delay/email.md line 5: there is no variable 'quantiti'; did you mean 'quantity'?"


def test_a_method_of_a_table_is_no_variable(source: TemplateSource, make: Any) -> None:
    with pytest.raises(RenderError, match="no variable 'keys'"):
        render_email(compile_source(replace(source, email="{{ brand.keys }}\n")), make())


def test_a_broken_tag_is_told_with_its_line(source: TemplateSource) -> None:
    with pytest.raises(RenderError, match=r"delay/email\.md line 3"):
        compile_source(replace(source, email="Hello\n\n{% if %}\n"))


def test_a_tag_inside_a_broken_link_is_refused(source: TemplateSource) -> None:
    with pytest.raises(RenderError, match="where a tag cannot"):
        compile_source(replace(source, email="Hello\n\n[ref]: {{ links.page }}\n"))


def test_an_error_names_nothing_of_the_customer(source: TemplateSource, make: Any) -> None:
    compiled = compile_source(replace(source, email="{{ first_item.name|int / 0 }}\n"))
    with pytest.raises(RenderError) as error:
        render_email(compiled, make(item={"name": "Secret Kettle"}))
    assert "Secret" not in str(error.value)


def test_product_markup_is_escaped_in_html(source: TemplateSource, make: Any) -> None:
    html = render_email(once(source), make(item={"name": "</title><img src=x onerror=alert(1)>"})).html
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_jinja_in_data_is_printed_as_it_stands(source: TemplateSource, make: Any) -> None:
    assert "{{7*7}}" in render_email(once(source), make(item={"name": "{{7*7}}"})).html


def test_markdown_in_data_is_printed_as_it_stands(source: TemplateSource, make: Any) -> None:
    html = render_email(once(source), make(item={"name": "**bold** [x](https://evil.example)"})).html
    assert "**bold** [x](https://evil.example)" in html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://x\r\nBcc: y"]
)
def test_a_link_of_another_scheme_never_reaches_the_page(source: TemplateSource, make: Any, address: str) -> None:
    html = render_email(once(source), make(item={"image_url": address, "url": address})).html
    assert "javascript:" not in html and "data:text" not in html and "evil.example" not in html and "Bcc" not in html


def test_a_name_used_as_a_link_is_checked_as_one(source: TemplateSource, make: Any) -> None:
    compiled = compile_source(replace(source, email="[look]({{ first_item.name }})\n"))
    assert 'href=""' in render_email(compiled, make(item={"name": "javascript:alert(1)"})).html


def test_a_brand_colour_that_is_css_is_replaced(source: TemplateSource, make: Any) -> None:
    html = render_email(once(source), make(brand={"colour": "red;}*{display:none"})).html
    assert "display:none}" not in html.replace(" ", "").replace("display:none;font-size:1px", "")
    assert "#1f4e79" in html


def test_a_part_over_a_hundred_kilobytes_is_refused(source: TemplateSource, make: Any) -> None:
    email = "{% for item in items %}" + "x" * 50_000 + "{% endfor %}\n"
    first = make().items[0]
    with pytest.raises(RenderError, match="grew over 100 KB"):
        render_email(compile_source(replace(source, email=email)), make(items=(first, first, first)))


def test_an_empty_subject_is_refused(source: TemplateSource, make: Any) -> None:
    with pytest.raises(RenderError, match="subject is empty"):
        render_email(compile_source(replace(source, subject="{% if reward %}x{% endif %}")), make())


def test_line_breaks_in_a_name_never_reach_the_subject(source: TemplateSource, make: Any) -> None:
    name = "Kettle\r\nBcc: x@evil.example\u2028\x0b\x85\x00\u202e"
    subject = render_email(once(source), make(item={"name": name})).subject
    assert subject.isprintable()


def test_the_template_version_changes_with_any_word(source: TemplateSource) -> None:
    assert replace(source, sms=source.sms + "!").version != source.version


def test_a_text_must_say_who_writes(source: TemplateSource) -> None:
    with pytest.raises(RenderError, match=r"brand\.name"):
        compile_source(replace(source, sms="Your order is late. Reply STOP to stop texts"))


def test_a_text_must_say_how_to_stop(source: TemplateSource) -> None:
    with pytest.raises(RenderError, match="how to stop"):
        compile_source(replace(source, sms="{{ brand.name }}: your order is late."))


@pytest.mark.parametrize("word", ["CANCEL", "END", "QUIT", "NO", "YES"])
def test_a_text_may_not_invite_an_opt_out_word(source: TemplateSource, word: str) -> None:
    with pytest.raises(RenderError, match=word):
        compile_source(replace(source, sms=f"{{{{ brand.name }}}}: reply {word} or STOP"))


def test_a_curly_quote_does_not_double_a_texts_price(source: TemplateSource, make: Any) -> None:
    text = render_text(once(source), make(item={"name": "Baker’s “best” – kettle…"}))
    assert text.encoding == "GSM-7"
    assert 'Baker\'s "best" - kettle...' in text.text


def test_one_emoji_is_kept_where_the_text_still_fits(source: TemplateSource, make: Any) -> None:
    compiled = compile_source(replace(source, sms="{{ brand.name }}: {{ headline }} STOP"))
    assert "🫖" in render_text(compiled, make(item={"name": "Pot 🫖"})).text


def test_one_emoji_is_dropped_where_it_would_cost_more_segments_than_allowed(source: TemplateSource, make: Any) -> None:
    text = render_text(once(source), make(item={"name": "Pot 🫖"}))
    assert (text.encoding, "🫖" in text.text) == ("GSM-7", False)


def test_a_long_product_name_is_shortened_before_a_text_grows(source: TemplateSource, make: Any) -> None:
    assert render_text(once(source), make(item={"name": "Very long kettle " * 20})).segments <= 2


@pytest.mark.parametrize("letters", ["주문", "が", "½", "żę"])
def test_letters_of_a_text_that_cannot_be_cheap_stay_whole(source: TemplateSource, make: Any, letters: str) -> None:
    said = f"{letters * (96 // len(letters))} 주"
    compiled = compile_source(replace(source, sms=f"{{{{ brand.name }}}}: {{{{ headline }}}} {said} STOP"))
    assert said in render_text(compiled, make(item={"name": "ж" * 40})).text


def test_a_text_too_long_for_its_segments_is_refused(source: TemplateSource, make: Any) -> None:
    compiled = compile_source(replace(source, sms="{{ brand.name }} STOP " + "word " * 100))
    with pytest.raises(RenderError, match="needs 4 segments, 2 are allowed"):
        render_text(compiled, make())


def test_a_template_file_may_hold_64_kilobytes() -> None:
    assert LARGEST_FILE == 65536


def test_loop_names_work(source: TemplateSource, make: Any) -> None:
    compiled = compile_source(replace(source, email="{% for item in items %}{{ loop.index }}{% endfor %}\n"))
    assert render_email(compiled, make()).text == "1\n"


def test_a_check_accepts_every_allowed_form() -> None:
    text = (
        "{% for item in items if item.has_date %}{{ item.name|truncate(9) ~ plural(item_count, 'a', 'b') }}{% endfor %}"
    )
    check(environment(html=True), text, "x")

"""The list of variables beside the editor."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.compile import compile_source
from notifier.render.context import CATALOGUE
from notifier.render.environment import FILTERS
from notifier.render.faults import Written, faults
from notifier.render.variables import FILTERS as SAID
from notifier.render.variables import Variable, variables
from notifier.terms.wording import Severity
from tests.render.conftest import LOOK


@pytest.fixture(scope="session")
def listed(catalogue: Catalogue, make: Any) -> dict[str, Variable]:
    found = variables(make("delay"), catalogue.source("delay", "en", "oak"), email=True)
    return {one.path: one for one in found}


def test_every_variable_is_listed(listed: dict[str, Variable]) -> None:
    assert set(listed) == set(CATALOGUE)


def test_every_filter_is_described() -> None:
    assert set(SAID) == set(FILTERS)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orders", "1001"),
        ("items[].name", "Blue Enamel Kettle"),
        ("has_date", "yes"),
        ("reward.code", None),
        ("items", "1 in all"),
        ("brand.name", "Lumen & Oak"),
    ],
)
def test_a_variable_has_the_value_of_the_message_chosen(
    listed: dict[str, Variable], path: str, value: str | None
) -> None:
    assert listed[path].value == value


@pytest.mark.parametrize(
    ("path", "snippet"),
    [
        ("orders", "{{ orders }}"),
        ("items[].name", "{% for item in items %}{{ item.name }} {% endfor %}"),
        ("has_date", "{% if has_date %}…{% else %}…{% endif %}"),
        ("links.page", "{% if links.page %}[…]({{ links.page }}){% endif %}"),
        ("reply.sentences[]", "{% for sentence in reply.sentences %}{{ sentence }} {% endfor %}"),
    ],
)
def test_a_variable_is_inserted_as_it_is_used(listed: dict[str, Variable], path: str, snippet: str) -> None:
    assert listed[path].snippet == snippet


@pytest.mark.parametrize("path", CATALOGUE)
def test_a_snippet_is_a_template(catalogue: Catalogue, listed: dict[str, Variable], path: str) -> None:
    source = replace(catalogue.source("reward", "en", "oak"), email=f"x {listed[path].snippet}")
    compile_source(source)
    found = faults(Written(source, catalogue.purposes["reward"], LOOK, catalogue, ("email.md",)))
    assert [one for one in found if one.severity is Severity.FAULT] == []

"""The effective policy as a support lead reads it: complete, in order, each value with its source."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notifier.cli import main
from notifier.pipeline.policy_page import defaults, page
from notifier.pipeline.policy_table import FIGURE_AS, SECTIONS, PolicyTable, policy_table, setting_of
from notifier.policy.consent_by_country import REGIMES
from notifier.policy.rules import RULES
from notifier.policy.text_hours import ROWS
from notifier.settings import Settings, given_places, load_settings
from notifier.settings.as_policy import policy_of
from notifier.settings.shape import keys_at
from notifier.settings.sources import Source
from notifier.terms.law import Jurisdiction
from notifier.terms.words import Rung

ROOT = Path(__file__).resolve().parents[2]
Load = Callable[..., PolicyTable]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(toml: str = "", **environ: str) -> PolicyTable:
        path = tmp_path / "settings.toml"
        path.write_text(toml, "utf-8")
        return policy_table(load_settings(path, environ), given_places(path, environ))

    return read


def shown(table: PolicyTable, key: str) -> tuple[Any, str]:
    """Value and source of one setting, as the JSON has them."""
    found = next(one for one in table.as_json()["settings"] if one["key"] == key)
    return found["value"], found["source"]


def test_the_rules_stand_in_the_order_in_which_they_are_asked(load: Load) -> None:
    names = [row.name for row in load().rules]
    assert names == [*(rule.name for rule in RULES), "ladder"]


def test_every_rung_stands_in_the_ladder_with_its_purposes(load: Load) -> None:
    ladder = load().ladder
    assert [rung for rung, _ in ladder] == list(Rung)
    assert [row.name for row in dict(ladder)[Rung.PROGRESS]] == ["progress", "thank_you"]


def test_a_value_nobody_set_is_a_default(load: Load) -> None:
    assert shown(load(), "[policy] email_from") == ("08:00", "default")


def test_a_value_of_the_file_names_its_line(load: Load) -> None:
    assert shown(load('[policy]\nemail_from = "10:00"\n'), "[policy] email_from") == ("10:00", "settings.toml:2")


def test_a_value_of_the_environment_names_its_variable(load: Load) -> None:
    settings = load('[policy]\nemail_from = "10:00"\n', NOTIFIER_POLICY__EMAIL_FROM="11:00")
    assert shown(settings, "[policy] email_from") == ("11:00", "NOTIFIER_POLICY__EMAIL_FROM")


def test_caps_of_the_shops_own_are_shown_with_the_line_of_the_first(load: Load) -> None:
    cap = {"count": 1, "period": "12h", "channel": "all", "class": "all", "brand": ""}
    value, source = shown(load('[[policy.caps]]\ncount = 1\nperiod = "12h"\n'), "[policy] caps")
    assert (value, source) == ([cap], "settings.toml:1")


def test_a_sources_limit_is_shown_under_the_name_of_the_source(load: Load) -> None:
    settings = load('[[sources]]\nname = "erp"\nkind = "backorders"\nglob = "*.csv"\nstale_after_hours = 6\n')
    assert shown(settings, "[[sources]] erp stale_after_hours") == (6, "settings.toml:5")


def test_a_purpose_of_the_shops_own_shows_its_figures_with_their_file(load: Load, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "care"
    folder.mkdir(parents=True)
    (folder / "purpose.toml").write_text(
        'class = "service"\nrung = "progress"\noccasion = "waiting"\ntitle = "Care"\n[figures]\nevery_days = 30\n'
    )
    (folder / "subject.txt").write_text("Order {{ order }}")
    (folder / "email.md").write_text("Still waiting.")
    (folder / "sms.txt").write_text("Still waiting.")
    row = next(row for row in dict(load().ladder)[Rung.PROGRESS] if row.name == "care")
    assert [(one.key, one.value, one.source) for one in row.figures] == [("every_days", "30", "care/purpose.toml")]


@pytest.mark.parametrize("key", sorted({key for rule in RULES for key in rule.reads}))
def test_every_key_that_a_rule_reads_is_a_setting(key: str) -> None:
    section, name = key.split(".")
    assert name in (Source.model_fields if section == "sources" else keys_at((section,)))


def test_the_hours_of_a_state_are_shown_with_their_rule_and_their_source(load: Load) -> None:
    (row,) = (row for row in load().laws if row.where == "US-RI")
    assert (row.says, row.rule) == ("Mon to Fri 09:00 to 18:00, Sat to Sun 10:00 to 17:00", "S8")


def test_the_laws_name_every_jurisdiction_area_and_regime(load: Load) -> None:
    rows = load().laws
    where = {(row.about, place) for row in rows for place in row.where.split()}
    assert {place for about, place in where if about == "delays"} == {law.value for law in Jurisdiction}
    assert {place for about, place in where if about == "hours of texts"} == {row.area or "everywhere" for row in ROWS}
    assert {place for about, place in where if about == "marketing"} == {*REGIMES, "elsewhere"}
    assert all(row.rule and row.version and row.source for row in rows)


def test_the_figures_of_the_purposes_are_those_that_policy_takes_from_the_settings() -> None:
    settings = Settings(base=Path())
    taken = {
        setting_of(purpose, figure): value
        for purpose, figures in policy_of(settings).set_by_shop.items()
        for figure, value in figures.items()
    }
    assert taken == {key: getattr(getattr(settings, key.split(".")[0]), key.split(".")[1]) for key in taken}
    assert "" not in taken
    assert set(FIGURE_AS) <= {figure for figures in policy_of(settings).set_by_shop.values() for figure in figures}


def test_the_page_in_docs_is_that_of_the_defaults() -> None:
    told = "type: .venv/bin/python -m notifier.pipeline.policy_page > docs/policy.md"
    assert (ROOT / "docs" / "policy.md").read_text("utf-8") == defaults(), told


def test_every_setting_of_the_policy_is_on_the_page(load: Load) -> None:
    said = page(load())
    missing = [f"[{section}] {key}" for section in SECTIONS for key in keys_at((section,))]
    assert not [one for one in missing if one not in said]


def test_policy_show_prints_one_json_object(load: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load()
    assert main(["--settings", str(tmp_path / "settings.toml"), "policy", "show", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"rules", "answers", "ladder", "laws", "settings"}


def test_policy_show_prints_the_page_where_no_person_watches(
    load: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = load('[policy]\nemail_from = "10:00"\n')
    assert main(["--settings", str(tmp_path / "settings.toml"), "policy", "show"]) == 0
    assert capsys.readouterr().out == page(table)


def test_every_value_is_written_as_settings_toml_takes_it(load: Load) -> None:
    for one in load().settings:
        tomllib.loads(f"value = {one.value}")

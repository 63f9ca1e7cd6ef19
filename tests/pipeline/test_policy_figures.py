"""Figures of the policy from the console: laid over the file, under the environment, checked, in force, taken back."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.cli import main
from notifier.errors import UsageError
from notifier.pipeline import policy_figures as figures
from notifier.pipeline.in_force import house_in_force
from notifier.settings import load_settings
from notifier.settings.laid import EDITABLE, checked, figure_of, lay
from notifier.settings.shape import field_at
from notifier.settings.whole import Settings
from notifier.store.tables import Message, PolicyFigure
from tests.shop import NOON, Shop, open_shop, order

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, "[placed]\nmax_age_days = 5\n")


def settings_of(folder: Path, toml: str = "", **environ: str) -> Settings:
    (folder / "settings.toml").write_text(toml)
    return load_settings(folder / "settings.toml", environ)


def saved(shop: Shop, **given: Any) -> int:
    """Save figures by their key, whose dots are written as two underscores."""
    with shop.house() as house:
        found, faults = figures.propose(house, {key.replace("__", "."): value for key, value in given.items()})
        assert faults == {}
        return figures.save(house, found, "Lea", "", NOON)


def in_force(shop: Shop, key: str) -> tuple[str, str]:
    with shop.house() as house:
        return next((one.value, one.source) for one in figures.standing(house).figures if one.key == key)


@pytest.mark.parametrize("key", EDITABLE)
def test_every_figure_that_may_be_set_is_a_setting_with_a_meaning(key: str) -> None:
    field = field_at(tuple(key.split(".")))
    assert field is not None
    assert field.description


@pytest.mark.parametrize("key", EDITABLE)
def test_every_figure_comes_back_from_its_own_writing_as_it_was(tmp_path: Path, key: str) -> None:
    settings = settings_of(tmp_path)
    laid, out = lay(settings, {key: figure_of(settings, key)})
    assert (figure_of(laid, key), out) == (figure_of(settings, key), [])


def test_all_faults_are_told_at_once_each_at_its_field_in_the_words_of_the_settings(tmp_path: Path) -> None:
    given = {
        "placed.max_age_days": "many",
        "progress.every_days": "0",
        "policy.email_from": "25:00",
        "policy.caps": [{"count": "0", "period": "3 weeks"}],
    }
    _, faults = checked(settings_of(tmp_path), given)
    assert {".".join(map(str, place)) for place in faults} == {
        "placed.max_age_days",
        "progress.every_days",
        "policy.email_from",
        "policy.caps.0.count",
        "policy.caps.0.period",
    }


def test_a_contradiction_between_figures_is_a_fault_as_it_is_in_the_file(tmp_path: Path) -> None:
    _, faults = checked(settings_of(tmp_path), {"policy.email_from": "21:00"})
    assert "is not before email_until" in faults["policy", "email_from"]


def test_hours_of_texts_cannot_be_loosened_beyond_the_law(tmp_path: Path) -> None:
    _, faults = checked(settings_of(tmp_path), {"policy.text_from": "07:00"})
    assert "earlier than texts may be sent" in faults["policy", "text_from"]


def test_a_variable_of_the_environment_wins_and_is_named(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, NOTIFIER_PLACED__MAX_AGE_DAYS="9")
    laid, out = lay(settings, {"placed.max_age_days": "4"})
    assert (laid.placed.max_age_days, out) == (9, [])


def test_what_contradicts_a_file_that_changed_is_left_out_and_the_rest_counts(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "[policy]\nemail_until = '12:00'\n")
    laid, out = lay(settings, {"policy.email_from": '"13:00"', "placed.max_age_days": "4"})
    assert (laid.placed.max_age_days, out) == (4, ["policy.email_from"])


def test_a_saved_figure_counts_at_once_in_a_house_that_was_opened_before(shop: Shop) -> None:
    with shop.house() as house:
        saved(shop, placed__max_age_days="10")
        assert house_in_force(house).judging.policy.set_by_shop["placed"] == {"max_age_days": 10}


def test_the_next_plan_judges_everybody_by_it_although_nothing_else_has_changed(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", ordered_at="2026-05-25T10:00:00Z", promised_ship_by="")])
    before = shop.plan().messaged
    saved(shop, placed__max_age_days="10")
    assert (before, shop.plan(NOON + MINUTE).messaged) == (0, 1)


def test_it_judges_everybody_once_and_not_at_each_plan(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", promised_ship_by="")])
    shop.plan()
    saved(shop, placed__max_age_days="10")
    shop.plan(NOON + MINUTE)
    assert shop.plan(NOON + 2 * MINUTE).customers == 0


def test_delivery_judges_by_it_too(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", ordered_at="2026-05-31T10:00:00Z", promised_ship_by="")])
    shop.plan()
    saved(shop, policy__email_from="17:00")
    shop.deliver(NOON)
    assert [(one.state, one.reason) for one in shop.rows(Message)] == [("withdrawn", "quiet_hours")]


def test_who_set_it_when_stands_beside_it(shop: Shop) -> None:
    saved(shop, placed__max_age_days="10")
    assert in_force(shop, "placed.max_age_days") == ("10", "console, Lea, 2026-06-01 15:00 UTC")


def test_when_it_was_set_is_told_by_the_shops_clock(tmp_path: Path, sqlite_url: str) -> None:
    shop = open_shop(tmp_path, sqlite_url, "[shop]\ntimezone = 'Europe/Berlin'\n")
    saved(shop, placed__max_age_days="10")
    assert in_force(shop, "placed.max_age_days")[1] == "console, Lea, 2026-06-01 17:00 Europe/Berlin"


def test_a_figure_set_to_what_the_settings_say_follows_them_again(shop: Shop) -> None:
    saved(shop, placed__max_age_days="10")
    saved(shop, placed__max_age_days="5")
    last = shop.rows(PolicyFigure)[-1]
    assert ((last.was, last.value), in_force(shop, "placed.max_age_days")) == (("10", None), ("5", ""))


def test_a_change_can_be_taken_back_and_the_history_says_so(shop: Shop) -> None:
    first = saved(shop, placed__max_age_days="10", progress__every_days="21")
    second = saved(shop, placed__max_age_days="20")
    with shop.house() as house:
        figures.roll_back(house, (second, second), "Max", NOON)
        kept = in_force(shop, "placed.max_age_days")[0]
        figures.roll_back(house, (first, second + 1), "Max", NOON)
        notes = [(one.by, one.note) for one in figures.past(house)]
    assert (kept, in_force(shop, "placed.max_age_days")[0], notes[0]) == ("10", "5", ("Max", "back to before change 1"))


def test_to_take_back_what_is_so_already_is_refused(shop: Shop) -> None:
    change = saved(shop, placed__max_age_days="10")
    with shop.house() as house:
        figures.roll_back(house, (change, change), "Max", NOON)
        with pytest.raises(UsageError, match="already"):
            figures.roll_back(house, (change, change + 1), "Max", NOON)
        with pytest.raises(UsageError, match="there is no change 99"):
            figures.roll_back(house, (99, 99), "Max", NOON)


def test_what_somebody_saved_since_is_not_taken_back_unseen(shop: Shop) -> None:
    change = saved(shop, placed__max_age_days="10")
    saved(shop, progress__every_days="21")
    with shop.house() as house, pytest.raises(UsageError, match="Lea has saved other figures"):
        figures.roll_back(house, (change, change), "Max", NOON)


def test_who_saves_over_somebody_elses_figures_is_stopped(shop: Shop) -> None:
    with shop.house() as house:
        mine, _ = figures.propose(house, {"placed.max_age_days": "10"})
        saved(shop, placed__max_age_days="20")
        with pytest.raises(UsageError, match="Lea has saved other figures"):
            figures.save(house, mine, "Max", "", NOON)


def test_a_proposal_that_changes_nothing_is_not_saved(shop: Shop) -> None:
    with shop.house() as house:
        nothing, _ = figures.propose(house, {"placed.max_age_days": "5"})
        with pytest.raises(UsageError, match="nothing is changed"):
            figures.save(house, nothing, "Max", "", NOON)


def test_caps_come_from_numbered_fields_and_an_empty_count_deletes_one(shop: Shop) -> None:
    form = {"policy.caps.0.count": "", "policy.caps.0.period": "24h", "policy.caps.1.count": "1"}
    form |= {"policy.caps.1.period": "7d", "policy.caps.1.channel": "sms", "policy.caps.1.class": "all"}
    saved(shop, policy__caps=figures.caps_given(form))
    with shop.house() as house:
        (cap,) = house_in_force(house).judging.policy.caps
    assert (cap.count, cap.period, cap.channel) == (1, timedelta(days=7), "sms")


def test_no_other_setting_can_be_set_by_a_form(shop: Shop) -> None:
    with shop.house() as house:
        found, _ = figures.propose(house, {"delivery.mode": "live", "safety.max_per_run": "9999999"})
    assert list(found.figures) == []


def test_policy_show_tells_the_consoles_figures_and_who_set_them(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = open_shop(tmp_path, sqlite_url, f"[database]\nurl = '{sqlite_url}'\n")
    saved(shop, placed__max_age_days="10")
    main(["policy", "show", "--json", "--settings", str(tmp_path / "settings.toml")])
    table = json.loads(capsys.readouterr().out)
    row = next(one for one in table["settings"] if one["key"] == "[placed] max_age_days")
    assert (row["value"], row["source"]) == (10, "console, Lea, 2026-06-01 15:00 UTC")

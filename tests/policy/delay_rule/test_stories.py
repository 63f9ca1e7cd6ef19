"""The delay rule's table of stories: stories.toml, told day by day by a sender that sends what is owed."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from notifier.policy.delay_rule import plain
from notifier.terms.decision import PROMISE
from notifier.terms.law import LegalStanding
from tests.policy.delay_rule.storyteller import Tale

STORIES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("stories.toml").read_text("utf-8"))["story"]
COLUMNS = ("state", "rule", "notice", "deadline", "revised", "refund_by", "alarm")
RULES = {f"F{n}" for n in range(1, 15)} | {"U1", "U6", "U7"}


def told(standing: LegalStanding | None) -> list[str]:
    return [str(getattr(standing, name) or "-") for name in COLUMNS]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["title"])
def test_a_story_stands_where_the_law_puts_it(story: dict[str, Any]) -> None:
    wrong = []
    for row in story["stands"].strip().splitlines():
        *when, state, rule, notice, deadline, revised, refund_by, alarm = row.split()
        expected = [state, rule, notice, deadline, revised, refund_by, alarm]
        found = told(Tale(story).standing_at(" ".join(when)))
        wrong += [
            f"{story['title']} ({', '.join(story['rules'])}), {' '.join(when)}: {name} is {got}, not {wanted}"
            for name, wanted, got in zip(COLUMNS, expected, found, strict=True)
            if wanted != got
        ]
    assert not wrong, "\n".join(wrong)


def test_there_are_stories_enough_and_each_has_a_title_of_its_own() -> None:
    assert len({story["title"] for story in STORIES}) == len(STORIES) >= 40


def test_each_story_cites_rules_that_exist() -> None:
    assert [story["title"] for story in STORIES if not story["rules"] or set(story["rules"]) - RULES] == []


def test_the_promise_is_read_from_the_occasions_that_name_it() -> None:
    assert plain.ANSWERS == PROMISE

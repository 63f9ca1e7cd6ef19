"""What an acknowledgement says: each effect has its sentence, in each language that ships."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.render.catalogue import Catalogue
from notifier.render.context import build
from notifier.terms.content import Acknowledgement, Told
from notifier.terms.effects import ActionKind, Kind
from notifier.terms.words import Channel
from tests.render.starter import LANGUAGES

AT = datetime(2026, 11, 23, 14, 14, tzinfo=UTC)
SILENT = {Kind.COMPLAINT, Kind.TOLD_DATES}
"""Effects without a sentence: a person answers the one, the items answer the other."""
LOUD = [one for one in Kind if one not in SILENT | {Kind.REQUESTED, Kind.TOO_LATE, Kind.REFUSED}]
DETAILS = ["shipped", "already_cancelled", "too_late"]


@pytest.fixture
def says(catalogue: Catalogue, make: Any) -> Any:
    def said(*told: Told, locale: str = "en", person: bool = False, **more: Any) -> dict[str, Any]:
        source = catalogue.source("reply_ack", locale, "oak")
        more.setdefault("answers", Acknowledgement(AT, told, person))
        content = make("reply_ack", locale=locale, **more)
        return dict(build(content, dict(source.words), source.speaks))

    return said


def sentences(context: dict[str, Any]) -> list[str]:
    return list(context["reply"]["sentences"])


@pytest.mark.parametrize(("kind", "locale", "channel"), [*product(LOUD, LANGUAGES, Channel)])
def test_each_effect_has_a_sentence(says: Any, kind: Kind, locale: str, channel: Channel) -> None:
    assert len(sentences(says(Told(kind, None, ("Kettle",), channel=channel), locale=locale))) == 1


@pytest.mark.parametrize(
    ("action", "locale"), [*product([one for one in ActionKind if one is not ActionKind.REFUND], LANGUAGES)]
)
def test_each_action_has_a_sentence(says: Any, action: ActionKind, locale: str) -> None:
    assert sentences(says(Told(Kind.REQUESTED, action, ("Kettle",)), locale=locale))


@pytest.mark.parametrize(("detail", "locale"), [*product(DETAILS, LANGUAGES)])
def test_what_came_too_late_is_said_to_have(says: Any, detail: str, locale: str) -> None:
    assert len(sentences(says(Told(Kind.TOO_LATE, None, ("Kettle",), detail), locale=locale))) == 1


def test_no_sentence_keeps_a_brace(says: Any) -> None:
    told = [Told(kind, None, ("Kettle",)) for kind in LOUD]
    told += [Told(Kind.REQUESTED, action, ("Kettle",), "Pot") for action in ActionKind]
    assert not [one for one in sentences(says(*told, person=True)) if "{" in one]


def test_a_cancellation_is_told_with_the_time_of_its_receipt(says: Any) -> None:
    told = Told(Kind.REQUESTED, ActionKind.CANCEL, ("Kettle",))
    assert "cancellation of 2:14 PM" in sentences(says(told, locale="en-US"))[0]


def test_a_reply_of_another_day_is_told_with_its_day(says: Any) -> None:
    told = Told(Kind.REQUESTED, ActionKind.CANCEL, ("Kettle",))
    found = sentences(says(told, locale="en-GB", today=date(2026, 11, 25)))
    assert "14:14 on 23 November 2026" in found[0]


def test_two_products_are_named_in_one_sentence(says: Any) -> None:
    assert "Kettle and Tent" in sentences(says(Told(Kind.ACCEPTED, None, ("Kettle", "Tent"))))[0]


def test_of_many_products_one_is_named_and_the_rest_is_a_number(says: Any) -> None:
    assert "Kettle and 2 more items" in sentences(says(Told(Kind.ACCEPTED, None, ("Kettle", "Tent", "Pot"))))[0]


def test_an_answer_needs_no_order_line(says: Any) -> None:
    assert sentences(says(Told(Kind.OPTED_OUT, None, (), channel=Channel.SMS), items=()))


def test_an_answer_has_no_way_out(says: Any) -> None:
    assert says(Told(Kind.KEPT, None, ("Kettle",)))["links"]["unsubscribe"] == ""


def test_a_time_that_may_not_be_the_customers_names_its_zone(says: Any) -> None:
    berlin = AT.astimezone(ZoneInfo("Europe/Berlin"))
    answers = Acknowledgement(berlin, (Told(Kind.REQUESTED, ActionKind.CANCEL, ("Kettle",)),), foreign=True)
    assert "cancellation of 15:14 CET" in sentences(says(locale="en-GB", answers=answers))[0]


def test_who_wrote_what_nobody_could_read_is_not_asked_about_a_cancellation(says: Any) -> None:
    found = sentences(says(Told(Kind.FROZEN, None, ("Kettle",), "unread"), person=True))
    assert found == ["A person on our team will read your message and answer you."]

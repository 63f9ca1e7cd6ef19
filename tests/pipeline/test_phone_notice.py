"""A notice given by phone: it counts as one that was sent, where no email could carry it or it came back (F9)."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from notifier.cli import main
from notifier.errors import UsageError
from notifier.pipeline.answers import Answered, Asked
from notifier.pipeline.bounces import bounce
from notifier.pipeline.deadlines import deadlines
from notifier.pipeline.phone_notices import Spoken, told_by_phone
from notifier.store.tables import Contact, LegalStanding, Message, Notice
from tests.shop import Shop, open_shop, order

pytestmark = pytest.mark.slow
"""Each lives through the main job from import to delivery; the rules themselves are tested without it."""

LAW = '[delay_rule]\njurisdiction = "auto"\n[shop]\ntimezone = "America/New_York"\n'
SOON, FAR = date(2026, 6, 5), date(2026, 7, 1)
NO_EMAIL = {"email": "", "phone": ""}


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url, f"[database]\nurl = {json.dumps(database_url)}\n{LAW}")


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:00:00").replace(tzinfo=UTC)


def late(shop: Shop, eta: date = SOON, **more: Any) -> None:
    """Ann's line, promised for 20 May and expected on `eta`, has been judged on 10 May."""
    shop.take_in("backorders", [order("ann", eta_from=str(eta), eta_to=str(eta), **more)], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    shop.deliver(at("2026-05-10"))


def call(shop: Shop, revised: date | None, day: str = "2026-05-11", *, accepted: bool = False) -> Answered:
    with shop.house() as house:
        return told_by_phone(house, Asked("O-ann", "", "Kim"), Spoken(revised, accepted), at(day))


def state(shop: Shop, day: str) -> str:
    with shop.house() as house:
        return deadlines(house, at(day))[0].state


def in_force(shop: Shop) -> list[tuple[str, str, str]]:
    return [(row.source, row.kind, str(row.answers)) for row in shop.rows(Notice) if row.live]


def came_back(shop: Shop, day: str = "2026-05-11") -> None:
    with shop.house() as house:
        bounce(house, shop.rows(Message)[-1].id, "Kim", at(day))


def test_a_customer_without_an_email_is_told_by_phone_and_silence_waits(shop: Shop) -> None:
    late(shop, **NO_EMAIL)
    call(shop, SOON)
    assert (state(shop, "2026-05-12"), in_force(shop)) == ("awaiting_objection", [("call", "F3", "2026-05-20")])


def test_a_call_after_a_bounced_notice_takes_its_place_and_its_consent_counts(shop: Shop) -> None:
    late(shop)
    came_back(shop)
    done = call(shop, SOON, accepted=True)
    assert (done.lines[0].state, in_force(shop)) == ("consented", [("call", "F3", "2026-05-20")])


@pytest.mark.parametrize("revised", [FAR, None])
def test_a_day_far_off_or_none_told_by_phone_wants_consent(shop: Shop, revised: date | None) -> None:
    late(shop, FAR, **NO_EMAIL)
    call(shop, revised)
    assert (state(shop, "2026-05-12"), in_force(shop)[0][1]) == ("awaiting_consent", "F4")


def test_a_bounced_renewal_is_given_again_by_phone_as_a_renewal(shop: Shop) -> None:
    late(shop)
    shop.take_in("backorders", [order("ann", eta_from="2026-06-12", eta_to="2026-06-12")], at("2026-05-25"))
    shop.plan(at("2026-05-25"))
    shop.deliver(at("2026-05-25"))
    came_back(shop, "2026-05-26")
    call(shop, date(2026, 6, 12), "2026-05-26")
    assert (state(shop, "2026-05-27"), in_force(shop)[-1]) == ("awaiting_renewed_consent", ("call", "F5", "2026-06-05"))


def test_the_team_is_told_no_more_of_a_customer_who_was_called(shop: Shop) -> None:
    late(shop, **NO_EMAIL)
    call(shop, SOON)
    shop.plan(at("2026-05-11"))
    assert [row.alarm for row in shop.rows(LegalStanding)] == [""]


def test_a_call_that_gave_a_notice_is_a_contact_of_the_customer(shop: Shop) -> None:
    late(shop, **NO_EMAIL)
    call(shop, SOON)
    assert [(row.actor, row.channel) for row in shop.rows(Contact)] == [("Kim", "call")]


def test_a_notice_still_on_its_way_is_not_sent_after_the_call(shop: Shop) -> None:
    shop.take_in("backorders", [order("ann", eta_from=str(SOON), eta_to=str(SOON))], at("2026-05-10"))
    shop.plan(at("2026-05-10"))
    call(shop, SOON)
    shop.deliver(at("2026-05-11"))
    assert (shop.sent(), in_force(shop)) == ([], [("call", "F3", "2026-05-20")])


def test_a_line_that_owes_no_notice_takes_none_by_phone(shop: Shop) -> None:
    late(shop)
    done = call(shop, SOON)
    assert (done.counted, done.lines[0].reason, len(shop.rows(Notice))) == (False, "no_notice_owed", 1)


def test_a_day_that_is_no_later_than_the_promised_one_is_no_notice(shop: Shop) -> None:
    late(shop, **NO_EMAIL)
    assert call(shop, date(2026, 5, 20)).lines[0].reason == "not_later"


def test_a_call_about_an_order_that_is_not_there_says_so(shop: Shop) -> None:
    with pytest.raises(UsageError, match="there is no order 'O-ann'"):
        call(shop, SOON)


def test_the_command_ends_with_1_where_nothing_is_owed_and_with_2_without_a_day(shop: Shop) -> None:
    late(shop, **NO_EMAIL)
    log = ["log", "notice", "O-ann", "--by", "Kim", "--now", "2026-05-11T15:00Z"]
    file = ["--settings", str(shop.folder / "settings.toml")]
    words: list[list[str]] = [[], ["--revised", "soon"], ["--no-date"], ["--no-date"]]
    assert [main([*log, *more, *file]) for more in words] == [2, 2, 0, 1]

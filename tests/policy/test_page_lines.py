"""What a line's stage is on its customer's page, and what can be chosen: never ahead of the facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.policy.figures import Policy
from notifier.policy.page_lines import Moment, Wishes, acts_of, dates_of, silence_of, stage_of
from notifier.terms.effects import ActionKind, Asked
from notifier.terms.facts import Eta, LineFacts, Telling
from notifier.terms.law import Jurisdiction, LegalFacts, LegalStanding, LegalState
from notifier.terms.page import Act, Dates, Silence, Stage
from notifier.terms.time import EtaRange
from notifier.terms.words import Channel, LineStatus

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
MOMENT = Moment(Policy(ZoneInfo("UTC")), NOW, transit_days=3)
JUNE_20 = EtaRange(date(2026, 6, 20), date(2026, 6, 20))
TOLD = Telling(1, "eta_change", Channel.EMAIL, NOW - timedelta(days=1), "eta:x", JUNE_20)
NOTHING = Wishes()


def line(**more: Any) -> LineFacts:
    plain: dict[str, Any] = {
        "id": 1,
        "order": "O-1",
        "line": "1",
        "sku": "LAMP",
        "product": "Reading lamp",
        "open_quantity": 1,
        "price": None,
        "ordered_at": NOW - timedelta(days=30),
        "status": LineStatus.BACKORDERED,
        "covered": False,
        "forecast": Eta(JUNE_20, "line"),
        "promised": date(2026, 6, 10),
        "tellings": (TOLD,),
    }
    return LineFacts(**(plain | more))


def by_law(state: LegalState, rule: str = "F3", jurisdiction: Jurisdiction = Jurisdiction.US_435) -> dict[str, Any]:
    law = LegalFacts(jurisdiction, date(2026, 6, 10), NOW - timedelta(days=30))
    return {"law": law, "legal": LegalStanding(state, rule, answer_by=date(2026, 7, 10), revised=date(2026, 6, 20))}


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (line(), Stage.LATE),
        (line(promised=None), Stage.WAITING),
        (line(promised=date(2026, 6, 20)), Stage.WAITING),
        (line(covered=True), Stage.READY),
        (line(covered=True, tellings=(), promised=None), Stage.WAITING),
        (line(asked=Asked.UNCLEAR), Stage.UNCLEAR),
        (line(asked=Asked.ENDING), Stage.STOPPING),
        (line(asked=Asked.ENDED), Stage.CANCELLED),
        (line(status=LineStatus.SHIPPED), Stage.SHIPPED),
        (line(status=LineStatus.SHIPPED, asked=Asked.ENDING), Stage.SHIPPED),
        (line(status=LineStatus.CANCELLED), Stage.CANCELLED),
        (line(status=LineStatus.CANCELLED, asked=Asked.ENDING), Stage.CANCELLED),
        (line(shipped_at=NOW + timedelta(days=1)), Stage.LATE),
        (line(status=LineStatus.CLOSED), Stage.CLOSED),
        (line(**by_law(LegalState.CANCEL_DUE, "F7")), Stage.STOPPING),
        (line(**by_law(LegalState.CANCEL_DUE, "F2")), Stage.LAPSED),
        (line(**by_law(LegalState.REFUND_DUE, "F7")), Stage.CANCELLED),
        (line(**by_law(LegalState.CANCELLED, "U1")), Stage.CANCELLED),
    ],
)
def test_a_line_stands_where_the_facts_put_it(facts: LineFacts, stage: Stage) -> None:
    assert stage_of(facts, NOTHING, MOMENT) is stage


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        (ActionKind.CANCEL, Stage.STOPPING),
        (ActionKind.SWAP, Stage.SWAPPING),
        (ActionKind.WITHDRAW, Stage.WITHDRAWING),
    ],
)
def test_what_was_asked_for_is_named(kind: ActionKind, stage: Stage) -> None:
    assert stage_of(line(asked=Asked.ENDING), Wishes(open={kind}), MOMENT) is stage


@pytest.mark.parametrize(
    ("facts", "dates"),
    [
        (line(), Dates.TOLD),
        (line(tellings=()), Dates.NEVER_TOLD),
        (line(tellings=(replace(TOLD, sent=False),)), Dates.NEVER_TOLD),
        (line(tellings=(replace(TOLD, eta=None),)), Dates.NONE),
        (line(forecast=Eta(None, "none")), Dates.LATER),
        (line(forecast=Eta(EtaRange(date(2026, 7, 1), date(2026, 7, 2)), "line")), Dates.LATER),
        (line(forecast=Eta(EtaRange(date(2026, 6, 5), date(2026, 6, 6)), "line")), Dates.TOLD),
        (line(tellings=(replace(TOLD, eta=EtaRange(date(2026, 5, 30), date(2026, 5, 31))),)), Dates.LATER),
        (line(covered=True, forecast=Eta(None, "none")), Dates.TOLD),
    ],
)
def test_a_told_date_holds_as_far_as_the_forecast_does(facts: LineFacts, dates: Dates) -> None:
    assert dates_of(facts, MOMENT) is dates


@pytest.mark.parametrize(
    ("facts", "silence"),
    [
        (line(), Silence.NOTHING),
        (line(**by_law(LegalState.AWAITING_OBJECTION)), Silence.CONSENTS),
        (line(**by_law(LegalState.AWAITING_CONSENT)), Silence.CANCELS),
        (line(**by_law(LegalState.AWAITING_RENEWED_CONSENT)), Silence.CANCELS),
        (line(**by_law(LegalState.CONSENTED)), Silence.AGREED),
        (line(**by_law(LegalState.CONSENTED_INDEFINITE)), Silence.AGREED),
        (line(**by_law(LegalState.AWAITING_CONSENT, "U1", Jurisdiction.EU)), Silence.NEITHER),
        (line(**by_law(LegalState.AWAITING_CONSENT, "U7", Jurisdiction.NONE)), Silence.NOTHING),
        (line(**by_law(LegalState.NOTICE_DUE)), Silence.NOTHING),
        (line(asked=Asked.UNCLEAR, **by_law(LegalState.AWAITING_OBJECTION)), Silence.NOTHING),
    ],
)
def test_silence_means_what_the_law_says(facts: LineFacts, silence: Silence) -> None:
    assert silence_of(facts) is silence


@pytest.mark.parametrize(
    ("facts", "acts"),
    [
        (line(), {Act.ACCEPT, Act.SWAP, Act.CANCEL}),
        (line(tellings=()), {Act.SWAP, Act.CANCEL}),
        (line(asked=Asked.ENDING), {Act.KEEP}),
        (line(asked=Asked.ENDED), set()),
        (line(status=LineStatus.SHIPPED), set()),
        (line(status=LineStatus.CANCELLED), set()),
        (line(status=LineStatus.SHIPPED, asked=Asked.ENDING), set()),
    ],
)
def test_only_what_still_counts_can_be_chosen(facts: LineFacts, acts: set[Act]) -> None:
    assert set(acts_of(facts, NOTHING, MOMENT)) == acts


def in_europe(**more: Any) -> LineFacts:
    law = LegalFacts(Jurisdiction.EU, date(2026, 6, 10), NOW - timedelta(days=30))
    return line(law=law, **more)


def test_in_europe_a_line_is_withdrawn_from_instead_of_cancelled() -> None:
    assert set(acts_of(in_europe(), NOTHING, MOMENT)) == {Act.ACCEPT, Act.SWAP, Act.WITHDRAW}


@pytest.mark.parametrize(("days", "may"), [(1, True), (31, True), (32, False)])
def test_a_line_that_has_left_is_withdrawn_from_for_a_while(days: int, may: bool) -> None:
    sent = in_europe(status=LineStatus.SHIPPED, shipped_at=NOW - timedelta(days=days))
    assert (Act.WITHDRAW in acts_of(sent, NOTHING, MOMENT)) is may


def test_a_line_is_withdrawn_from_once() -> None:
    sent = in_europe(status=LineStatus.SHIPPED, shipped_at=NOW - timedelta(days=5))
    assert acts_of(sent, Wishes(done={ActionKind.WITHDRAW}), MOMENT) == ()


def test_what_the_law_excepts_is_cancelled_as_anywhere() -> None:
    excepted = in_europe()
    assert excepted.law is not None
    excepted = replace(excepted, law=replace(excepted.law, exempt=True))
    assert Act.CANCEL in acts_of(excepted, NOTHING, MOMENT)


def test_who_has_agreed_is_not_asked_again() -> None:
    assert Act.ACCEPT not in acts_of(line(), Wishes(agreed=True), MOMENT)

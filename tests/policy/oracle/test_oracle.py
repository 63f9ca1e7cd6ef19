"""Every decision against the oracle, for people made up by numbers: `person(crowd, number)` makes one again."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import cycle, product
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from notifier.policy.decide import decide
from notifier.terms.decision import WAITS_FOR, Decision, Judgement
from notifier.terms.words import Channel, Verdict
from tests.policy.oracle.oracle import Said, against, must_be_told, was_told
from tests.policy.oracle.people_made import OWN_ZONES, PURPOSES, Case, person, resident

IN_A_CROWD = 100
"""Decisions that one crowd brings at least: one example of hypothesis."""

CHUNK = 50_000
MILLION = 1_000_000 // CHUNK

PARTS = 8
"""Into which all zones are dealt out."""

BY_THE_CLOCK = {"quiet_hours", "holiday", "cap", "cap_by_law"}
"""Reasons that are over when the hold is over."""

ASKED = (
    {"text_alone"}, {"marketplace"}, {"paused"}, {"notice_first"}, {"stale_source"}, {"no_address"}, {"texting_off"},
    {"not_textable"}, {"country_not_texted"}, {"suppressed"}, {"opted_out"}, {"no_consent", "consent_without_evidence"},
    {"customer_hold"}, {"reward_limit"}, {"cap", "cap_by_law"}, {"quiet_hours", "no_time_zone", "no_common_hour"},
    {"holiday"}, {"waits"},
)  # fmt: skip
"""All that can be against a message, in the order in which the policy asks: the first must be the reason given."""

RANK = {reason: rank for rank, reasons in enumerate(ASKED) for reason in reasons}
REASONS = {"due", *RANK} - {"text_alone"}
"""All that the policy says."""


@dataclass(slots=True)
class Tally:
    """What a test has seen: decisions by (verdict, channel, reason), and broken promises that had to be told."""

    seen: Counter[tuple[Verdict, Channel, str]] = field(default_factory=Counter)
    promises: int = 0

    @property
    def decisions(self) -> int:
        return self.seen.total()

    def of(self, *words: str) -> int:
        return sum(count for key, count in self.seen.items() if set(words) <= set(key))


class Found(NamedTuple):
    """One judgement and its case."""

    case: Case
    judgement: Judgement


def reason_of(one: Decision) -> str:
    return "waits" if one.reason.startswith(WAITS_FOR) else one.reason


def judge(case: Case) -> Found:
    return Found(case, decide(case.who, PURPOSES, case.policy, case.now))


def check(found: Found, where: str, tally: Tally) -> None:
    """Hold each decision, in order, against the oracle: what is sent, and why the others are not."""
    said = Said.before(found.case)
    for one in found.judgement.decisions:
        why, reason = against(one, said), reason_of(one)
        tally.seen[one.verdict, one.channel, reason] += 1
        told = f"{where}: {one.purpose.name} by {one.channel}: {one.verdict} {one.reason}, against it {sorted(why)}"
        if one.verdict is Verdict.SEND:
            assert not why, told
            for line in one.lines:
                assert (line.line_id, one.channel, one.purpose.name) not in said.told, f"{told}: said twice"
            said.add(one)
            continue
        if reason in ("no_common_hour", "no_time_zone"):
            assert "quiet_hours" in why, told
        elif reason not in ("notice_first", "holiday"):
            assert reason in why, told
        assert all(RANK[each] >= RANK[reason] for each in why), told


def check_holds(found: Found, where: str) -> None:
    """A hold ends, and what held it then holds it no longer."""
    case, judgement = found
    for one in judgement.decisions:
        if one.verdict is not Verdict.HOLD:
            continue
        assert one.hold_until is not None and one.hold_until > case.now, where
        assert judgement.due_at is not None and judgement.due_at <= one.hold_until, where
        if one.reason not in BY_THE_CLOCK:
            continue
        later = judge(replace(case, now=one.hold_until)).judgement
        sent = [each for each in later.decisions if each.verdict is Verdict.SEND]
        if one.reason.startswith("cap") and sent:
            continue
        again = [each for each in later.decisions if _key(each) == _key(one)]
        assert one.reason not in {each.reason for each in again}, f"{where}: {one.purpose.name} is held for ever"


def _key(one: Decision) -> tuple[str, Channel, int | None]:
    return one.purpose.name, one.channel, one.address_id


def check_told(found: Found, where: str, tally: Tally) -> None:
    """No broken promise is passed over in silence."""
    for line in found.case.who.lines:
        if must_be_told(line, found.case):
            tally.promises += 1
            assert was_told(line, found.judgement.decisions), f"{where}: line {line.id} is not told"


def judged(decisions: int, *, chunk: int = 0) -> Tally:
    """Judge people until `decisions` are held against the oracle; each chunk has crowds of its own.

    Those of chunk 0 are the same each time: what must have come up among them would be missing by chance.
    """
    tally, same = Tally(), seed(0) if chunk == 0 else lambda test: test

    @same
    @settings(
        max_examples=-(-decisions // IN_A_CROWD),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=False,
    )
    @given(st.integers(chunk * 2**32, (chunk + 1) * 2**32 - 1))
    def each_decision_is_lawful(crowd: int) -> None:
        enough, number = tally.decisions + IN_A_CROWD, 0
        while tally.decisions < enough:
            found, where = judge(person(crowd, number)), f"person({crowd}, {number})"
            check(found, where, tally)
            check_holds(found, where)
            check_told(found, where, tally)
            number += 1

    each_decision_is_lawful()
    return tally


def test_no_decision_breaks_a_rule_of_contact() -> None:
    tally = judged(2_000)
    assert tally.decisions >= 2_000
    assert all(tally.of(verdict, channel) for verdict in Verdict for channel in Channel)


@pytest.mark.slow
def test_no_decision_of_twenty_thousand_breaks_a_rule_of_contact() -> None:
    tally = judged(20_000)
    assert tally.decisions >= 20_000
    assert {reason for reason in REASONS if tally.of(reason) < 5} == set()
    assert all(tally.of(verdict, channel) >= 200 for verdict in Verdict for channel in Channel)
    assert tally.promises >= 500


def days() -> Iterator[date]:
    """Every day of 2026 and 2027."""
    return (date(2026, 1, 1) + timedelta(days=number) for number in range(730))


def check_residents(of: Iterable[tuple[str, date]]) -> Tally:
    tally = Tally()
    for zone, day in of:
        check(judge(resident(zone, day)), f"resident({zone!r}, {day})", tally)
    return tally


@pytest.mark.slow
def test_no_text_is_sent_in_quiet_hours_in_any_zone_nor_on_any_day_of_two_years() -> None:
    tally = check_residents(zip(cycle(OWN_ZONES), days(), strict=False))
    assert tally.of(Verdict.SEND) >= 100 and tally.of("quiet_hours") >= 100


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_no_text_is_sent_in_quiet_hours_in_any_zone_on_any_day_of_two_years(part: int) -> None:
    zones = OWN_ZONES[part::PARTS]
    assert check_residents(product(zones, days())).decisions == 730 * len(zones)


@pytest.mark.soak
@pytest.mark.parametrize("chunk", range(1, MILLION + 1))
def test_no_decision_of_a_million_breaks_a_rule_of_contact(chunk: int) -> None:
    assert judged(CHUNK, chunk=chunk).decisions >= CHUNK

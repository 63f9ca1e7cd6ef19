"""What must hold in every story under US law, walked at random and checked against a clerk's plainer reading."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from notifier.terms.law import OVER, OWED, LegalState
from tests.policy.delay_rule.walker import Walk

WAITING_FOR_CONSENT = (LegalState.AWAITING_CONSENT, LegalState.AWAITING_RENEWED_CONSENT)
FOR_GOOD = timedelta(days=500)


class Story(Walk):
    """The walk and what is checked after each of its steps."""

    @invariant()
    def the_line_stands_where_the_clerk_puts_it(self) -> None:
        clerk, found = self.clerk(), self.standing()
        assert found.state == clerk.stands(paid=self.law.paid, unable=self.unable(clerk.limit)), found
        if found.refund_since is not None:
            assert found.refund_since == clerk.ended

    def unable(self, limit: object) -> bool:
        """Whether the line cannot, or by the figures will not, ship by `limit`."""
        if limit is None:
            return False
        eta = self.line.forecast.eta
        if self.line.covered:
            packed = self.today + timedelta(days=max(self.figures.handling_days, 1) - 1)
            return not self.clerk().kind and packed > limit  # type: ignore[operator]
        if eta is not None and eta.last >= self.today:
            return eta.last > limit  # type: ignore[operator]
        return self.today + timedelta(days=max(self.figures.decide_days, self.figures.lead_days)) >= limit  # type: ignore[operator]

    @invariant()
    def no_date_is_answered_twice_by_one_kind(self) -> None:
        pairs = [(one.answers, one.kind) for one in self.law.notices]
        assert len(pairs) == len(set(pairs))

    @invariant()
    def nothing_is_owed_for_a_date_whose_notice_stands(self) -> None:
        found, clerk = self.standing(), self.clerk()
        if found.state in OWED:
            assert found.answers == clerk.limit
            assert (found.state is LegalState.NOTICE_DUE) is (not clerk.kind)

    @invariant()
    def only_an_express_consent_in_time_is_one(self) -> None:
        found = self.standing()
        if found.state in (LegalState.CONSENTED, LegalState.CONSENTED_INDEFINITE):
            notices = [one for one in self.file if one.what == "notice" and one.names == found.revised]
            accepts = [one.at for one in self.file if one.what == "accept" and one.at <= self.now]
            assert any(accept > one.at for accept in accepts for one in notices)

    @invariant()
    def no_open_line_is_past_its_deadline(self) -> None:
        found = self.standing()
        if found.state not in (*OVER, LegalState.SHIPPED) and found.deadline is not None:
            assert self.today <= found.deadline

    @invariant()
    def a_date_that_passed_without_a_notice_raises_an_alarm(self) -> None:
        found, clerk = self.standing(), self.clerk()
        if found.state is LegalState.CANCEL_DUE and clerk.by_law and clerk.ended != clerk.need:
            assert found.alarm in ("no_valid_notice", "late_when_first_seen")

    @invariant()
    def a_consent_that_is_wanted_has_a_last_day(self) -> None:
        found = self.standing()
        if found.state in WAITING_FOR_CONSENT:
            assert found.answer_by is not None and found.deadline is not None
            assert found.deadline <= found.answer_by

    @invariant()
    def a_refund_is_due_after_its_right_arose(self) -> None:
        found = self.standing()
        assert (found.refund_by is None) is (found.refund_since is None)
        assert found.refund_by is None or found.refund_since is None or found.refund_by >= found.refund_since

    @invariant()
    def nothing_changes_before_the_next_look(self) -> None:
        found = self.standing()
        look = found.look_again or self.now + FOR_GOOD
        assert look > self.now
        span = look - self.now
        moments = [self.now + span * part / 4 for part in range(4)] + [look - timedelta(seconds=1)]
        for moment in moments:
            if moment >= self.now:
                assert self.standing(moment) == found, f"at {moment}"

    @invariant()
    def an_owed_notice_may_go_before_its_last_days(self) -> None:
        found = self.standing()
        assert (found.send_from is not None) is (found.state in OWED)
        if found.send_from is not None and found.deadline is not None:
            latest = found.deadline - timedelta(days=self.figures.lead_days)
            assert found.send_from.astimezone(self.tz).date() <= latest

    @invariant()
    def a_message_may_name_no_day_beyond_the_one_in_force(self) -> None:
        found = self.standing()
        ended = found.state in (*OVER, LegalState.SHIPPED)
        assert found.limit == (None if ended else self.clerk().limit)


class TestBriefly(Story.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=8, stateful_step_count=12, deadline=None, derandomize=True)


@pytest.mark.slow
class TestAtLength(Story.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


@pytest.mark.soak
class TestForLong(Story.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=10_000, stateful_step_count=60, deadline=None)

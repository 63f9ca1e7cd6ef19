"""Whether an answer still counts, and what an issued notice means for the next one."""

from dataclasses import replace

import pytest

from notifier.policy.delay_rule import answer_counts, is_issued, stand
from notifier.terms.facts import LineFacts
from notifier.terms.law import LegalState, Notice, Said
from notifier.terms.words import LineStatus, NoticeKind
from tests.policy.delay_rule.lawful import FIGURES, LAW, answered, at, expected, lawful, notice, told

F3 = notice(NoticeKind.F3, "2027-03-01", "2027-03-20", "2027-02-10")
F4 = notice(NoticeKind.F4, "2027-03-01", "2027-05-20", "2027-02-10")
RENEWED = notice(NoticeKind.F5, "2027-03-20", "2027-04-20", "2027-02-20")
LATE = expected("2027-03-20")


def counts(line: LineFacts, said: Said, now: str) -> str:
    return answer_counts(line, said, FIGURES, at(now))


def test_a_consent_counts_once_a_notice_was_sent() -> None:
    assert counts(lawful(told(LAW, F3), forecast=LATE), Said.ACCEPT, "2027-02-11") == ""


def test_nothing_can_be_accepted_before_a_notice_was_sent() -> None:
    assert counts(lawful(forecast=LATE), Said.ACCEPT, "2027-02-11") == "nothing_to_accept"


def test_a_consent_counts_until_the_end_of_the_thirtieth_day_after_t() -> None:
    line = lawful(told(LAW, F4), forecast=expected("2027-05-20"))
    assert counts(line, Said.ACCEPT, "2027-03-31 23:59") == ""


def test_a_consent_after_the_thirtieth_day_is_too_late() -> None:
    line = lawful(told(LAW, F4), forecast=expected("2027-05-20"))
    assert counts(line, Said.ACCEPT, "2027-04-01 00:00") == "too_late"


def test_a_consent_does_not_undo_a_cancellation() -> None:
    line = lawful(told(LAW, F3, answers=(answered(Said.CANCEL, "2027-02-12"),)), forecast=LATE)
    assert counts(line, Said.ACCEPT, "2027-02-13") == "already_cancelled"


def test_the_buyer_may_cancel_without_having_been_asked() -> None:
    assert counts(lawful(), Said.CANCEL, "2027-02-11") == ""


def test_the_buyer_may_cancel_after_having_consented() -> None:
    line = lawful(told(LAW, F4, answers=(answered(Said.ACCEPT, "2027-02-12"),)), forecast=expected("2027-05-20"))
    assert counts(line, Said.CANCEL, "2027-02-13") == ""


def test_a_cancellation_is_recorded_once() -> None:
    line = lawful(told(LAW, answers=(answered(Said.CANCEL, "2027-02-12"),)))
    assert counts(line, Said.CANCEL, "2027-02-13") == "already_recorded"


def test_what_the_shop_has_confirmed_cannot_be_cancelled_again() -> None:
    words = (answered(Said.CANCEL, "2027-02-12"), answered(Said.CONFIRM, "2027-02-13"))
    assert counts(lawful(told(LAW, answers=words)), Said.CANCEL, "2027-02-14") == "already_cancelled"


@pytest.mark.parametrize(("given", "eta"), [(F3, "2027-03-20"), (F4, "2027-05-20")], ids=["F3", "F4"])
def test_a_consent_to_one_notice_is_recorded_once(given: Notice, eta: str) -> None:
    line = lawful(told(LAW, given, answers=(answered(Said.ACCEPT, "2027-02-12"),)), forecast=expected(eta))
    assert counts(line, Said.ACCEPT, "2027-02-13") == "already_recorded"


def test_a_consent_to_a_notice_is_recorded_once_although_its_date_has_slipped_meanwhile() -> None:
    line = lawful(told(LAW, F3, answers=(answered(Said.ACCEPT, "2027-02-12"),)), forecast=expected("2027-04-20"))
    assert counts(line, Said.ACCEPT, "2027-02-13") == "already_recorded"


def test_a_consent_to_a_renewed_notice_counts_after_one_to_the_first() -> None:
    law = told(LAW, F3, RENEWED, answers=(answered(Said.ACCEPT, "2027-02-12"),))
    assert counts(lawful(law, forecast=expected("2027-04-20")), Said.ACCEPT, "2027-02-21") == ""


def test_a_consent_to_a_renewed_notice_is_recorded_once() -> None:
    words = (answered(Said.ACCEPT, "2027-02-12"), answered(Said.ACCEPT, "2027-02-21"))
    line = lawful(told(LAW, F3, RENEWED, answers=words), forecast=expected("2027-04-20"))
    assert counts(line, Said.ACCEPT, "2027-02-22") == "already_recorded"


def test_a_consent_received_before_the_one_on_record_counts() -> None:
    line = lawful(told(LAW, F4, answers=(answered(Said.ACCEPT, "2027-02-12"),)), forecast=expected("2027-05-20"))
    assert counts(line, Said.ACCEPT, "2027-02-11") == ""


def test_what_the_shop_has_cancelled_cannot_be_accepted() -> None:
    line = lawful(status=LineStatus.CANCELLED, cancelled_at=at("2027-02-10"))
    assert counts(line, Said.ACCEPT, "2027-02-11") == "already_cancelled"


@pytest.mark.parametrize("said", Said)
def test_no_answer_counts_after_the_goods_have_left(said: Said) -> None:
    line = lawful(status=LineStatus.SHIPPED, shipped_at=at("2027-02-10"))
    assert counts(line, said, "2027-02-11") == "shipped"


def test_only_a_line_whose_time_is_up_can_be_confirmed() -> None:
    assert counts(lawful(), Said.CONFIRM, "2027-02-11") == "not_cancel_due"


def test_the_shop_may_confirm_a_line_whose_time_is_up() -> None:
    assert counts(lawful(), Said.CONFIRM, "2027-03-02") == ""


def test_no_answer_counts_on_a_line_without_a_law() -> None:
    assert counts(replace(lawful(), law=None), Said.CANCEL, "2027-02-11") == "unknown_line"


def test_a_notice_on_its_way_is_issued_but_still_owed() -> None:
    line = lawful(told(LAW, replace(F3, sent_at=None)), forecast=LATE)
    found = stand(line, FIGURES, at("2027-02-11"))
    assert found is not None
    assert (found.state, is_issued(line, found)) == (LegalState.NOTICE_DUE, True)


def test_a_notice_of_another_kind_is_not_issued() -> None:
    line = lawful(told(LAW, replace(F3, sent_at=None)), forecast=expected("2027-05-20"))
    found = stand(line, FIGURES, at("2027-02-11"))
    assert found is not None
    assert (found.notice, is_issued(line, found)) == (NoticeKind.F4, False)


def test_a_line_that_left_the_export_has_no_standing() -> None:
    assert stand(lawful(status=LineStatus.CLOSED), FIGURES, at("2027-03-11")) is None


def test_a_cancellation_outlives_the_line_that_left_the_export() -> None:
    line = lawful(told(LAW, answers=(answered(Said.CANCEL, "2027-02-12"),)), status=LineStatus.CLOSED)
    found = stand(line, FIGURES, at("2027-03-11"))
    assert found is not None and found.state is LegalState.CANCEL_DUE


def test_an_order_that_is_yet_to_be_placed_has_no_standing() -> None:
    assert stand(lawful(), FIGURES, at("2027-01-11")) is None


def test_a_past_moment_is_judged_without_the_notices_that_came_later() -> None:
    found = stand(lawful(told(LAW, F3), forecast=LATE), FIGURES, at("2027-02-09"))
    assert found is not None
    assert (found.state, found.look_again) == (LegalState.NOTICE_DUE, at("2027-02-10"))


def test_a_cancellation_can_be_taken_back_before_the_shop_has_confirmed_it() -> None:
    line = lawful(told(LAW, F3, answers=(answered(Said.CANCEL, "2027-02-12"),)), forecast=LATE)
    assert counts(line, Said.KEEP, "2027-02-13") == ""


def test_what_the_shop_has_confirmed_is_not_taken_back() -> None:
    words = (answered(Said.CANCEL, "2027-02-12"), answered(Said.CONFIRM, "2027-02-13"))
    assert counts(lawful(told(LAW, F3, answers=words), forecast=LATE), Said.KEEP, "2027-02-14") == "already_cancelled"


def test_without_a_cancellation_there_is_nothing_to_take_back() -> None:
    assert counts(lawful(told(LAW, F3), forecast=LATE), Said.KEEP, "2027-02-13") == "nothing_to_keep"


def test_a_cancellation_is_taken_back_too_late_once_the_lines_time_is_up() -> None:
    line = lawful(told(LAW, answers=(answered(Said.CANCEL, "2027-02-12"),)))
    assert counts(line, Said.KEEP, "2027-03-05") == "too_late"


def test_to_take_a_cancellation_back_is_fresh_consent() -> None:
    words = (answered(Said.CANCEL, "2027-02-12"), answered(Said.KEEP, "2027-02-13"))
    line = lawful(told(LAW, F4, answers=words), forecast=expected("2027-05-20"))
    assert counts(line, Said.ACCEPT, "2027-02-14") == "already_recorded"


def test_a_line_that_was_kept_can_be_cancelled_again() -> None:
    words = (answered(Said.CANCEL, "2027-02-12"), answered(Said.KEEP, "2027-02-13"))
    assert counts(lawful(told(LAW, F3, answers=words), forecast=LATE), Said.CANCEL, "2027-02-14") == ""


def test_a_cancellation_of_a_line_whose_time_is_up_counts_until_somebody_has_confirmed_its_end() -> None:
    assert counts(lawful(), Said.CANCEL, "2027-03-05") == ""

"""What makes a line due, and when to look again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifier.errors import SettingsError
from notifier.policy.due import occurrence
from notifier.policy.figures import Policy, Rewards
from notifier.policy.occasions import OCCASIONS, check_purposes
from notifier.policy.occurrence import NEVER, Occurrence
from notifier.terms.facts import LineFacts, Telling
from notifier.terms.words import Channel, LineStatus
from tests.policy.people import NOON, PACKAGED, POLICY, UNKNOWN, customer, eta, line, on, told

REWARDING = replace(POLICY, rewards=Rewards(on=True))


def ask(name: str, one: LineFacts, now: datetime = NOON, policy: Policy = POLICY) -> Occurrence:
    purpose = PACKAGED[name]
    return OCCASIONS[purpose.occasion](one, customer(one), purpose, policy, now)


PLACED = told("placed", NOON - timedelta(days=1), "new", eta="2027-03-18")


class TestPromiseBroken:
    def test_an_eta_after_the_promise_breaks_it_before_its_day(self) -> None:
        assert ask("delay", line(forecast=eta("2027-03-15", "2027-03-25"))).occasion == "promise:2027-03-20"

    def test_an_eta_on_the_promised_day_keeps_it(self) -> None:
        assert ask("delay", line(forecast=eta("2027-03-20"))).occasion is None

    def test_a_promise_holds_until_the_last_instant_of_its_day_in_the_shops_zone(self) -> None:
        over = datetime(2027, 3, 20, 23, 0, tzinfo=UTC)
        assert ask("delay", line(), over - timedelta(seconds=1)) == Occurrence(None, look_again=over)
        assert ask("delay", line(), over).occasion == "promise:2027-03-20"

    def test_one_broken_promise_is_told_once(self) -> None:
        knows = line(
            forecast=eta("2027-03-25"), tellings=(told("delay", NOON, "promise:2027-03-20", eta="2027-03-25"),)
        )
        assert ask("delay", knows).occasion is None

    def test_a_new_date_that_was_told_is_a_promise_too(self) -> None:
        knows = line(tellings=(told("delay", NOON, "promise:2027-03-20", eta="2027-03-25"),))
        over = datetime(2027, 3, 25, 23, 0, tzinfo=UTC)
        assert ask("delay", knows).look_again == over
        assert ask("delay", knows, over) == Occurrence("promise:2027-03-25", "2027-03-25")

    def test_a_date_told_for_information_before_the_promise_moves_nothing(self) -> None:
        knows = line(tellings=(PLACED,))
        assert ask("delay", knows, datetime(2027, 3, 19, 12, tzinfo=UTC)).occasion is None

    def test_stock_that_covers_the_line_keeps_the_promise_until_its_day_is_over(self) -> None:
        there = line(covered=True, forecast=eta("2027-03-25"))
        assert ask("delay", there).occasion is None
        assert ask("delay", there, datetime(2027, 3, 21, 12, tzinfo=UTC)).occasion == "promise:2027-03-20"

    def test_without_a_promise_and_without_a_word_nothing_is_broken(self) -> None:
        assert ask("delay", line(promised=None, forecast=eta("2028-01-01"))) == NEVER

    @pytest.mark.parametrize("gone", [{"shipped_at": NOON}, {"cancelled_at": NOON}, {"status": LineStatus.CANCELLED}])
    def test_a_line_that_is_gone_is_not_late(self, gone: dict[str, object]) -> None:
        assert ask("delay", line(promised=on("2027-03-01"), **gone)) == NEVER

    def test_a_line_whose_shipping_lies_ahead_is_still_late_whatever_its_label(self) -> None:
        ahead = line(promised=on("2027-03-01"), status=LineStatus.SHIPPED, shipped_at=NOON + timedelta(days=1))
        assert ask("delay", ahead).occasion == "promise:2027-03-01"


class TestEtaMoved:
    def test_three_days_are_news(self) -> None:
        assert ask("eta_change", line(forecast=eta("2027-03-15"), tellings=(PLACED,))).occasion == "told:1:2027-03-15"

    def test_two_days_are_no_news(self) -> None:
        assert ask("eta_change", line(forecast=eta("2027-03-16"), tellings=(PLACED,))).occasion is None

    def test_a_small_move_of_a_far_date_waits_until_it_is_a_tenth_of_the_wait(self) -> None:
        far = told("placed", NOON, "new", eta="2027-07-01")
        moved = line(promised=None, forecast=eta("2027-07-06"), tellings=(far,))
        due = datetime(2027, 5, 11, 22, 0, tzinfo=UTC)
        assert ask("eta_change", moved) == Occurrence(None, look_again=due)
        assert ask("eta_change", moved, due).occasion == "told:1:2027-07-06"

    def test_two_days_at_a_time_become_news_although_progress_named_the_first_two(self) -> None:
        calm = told("progress", NOON, "half:2027-03-20", eta="2027-03-20")
        crept = line(promised=None, forecast=eta("2027-03-22"), tellings=(PLACED, calm))
        assert ask("eta_change", crept).answers == "2027-03-18"

    def test_the_first_date_of_all_counts_even_where_progress_named_it(self) -> None:
        undated = told("placed", NOON - timedelta(days=9), "new")
        calm = told("progress", NOON, "wait:1", eta="2027-03-18")
        assert ask("eta_change", line(forecast=eta("2027-03-18"), tellings=(undated, calm))) == NEVER

    def test_a_date_found_is_news(self) -> None:
        knows = told("placed", NOON - timedelta(days=1), "new")
        assert ask("eta_change", line(forecast=eta("2027-03-15"), tellings=(knows,))).occasion == "told:1:2027-03-15"

    def test_a_date_lost_is_news_while_its_day_has_not_come(self) -> None:
        assert ask("eta_change", line(tellings=(PLACED,))).occasion == "told:1:none"

    def test_a_date_that_has_simply_come_is_no_change(self) -> None:
        assert ask("eta_change", line(tellings=(PLACED,)), datetime(2027, 3, 19, 9, tzinfo=UTC)).occasion is None

    def test_who_was_told_nothing_hears_of_no_change(self) -> None:
        assert ask("eta_change", line(forecast=eta("2027-03-15"))) == NEVER

    def test_a_reward_without_a_date_takes_no_date_back(self) -> None:
        knows = line(forecast=eta("2027-03-18"), tellings=(PLACED, told("reward", NOON, "reward")))
        assert ask("eta_change", knows).occasion is None

    def test_the_shops_own_figure_wins_over_the_folders(self) -> None:
        policy = replace(POLICY, set_by_shop={"eta_change": {"min_days": 2}})
        one = line(forecast=eta("2027-03-16"), tellings=(PLACED,))
        assert ask("eta_change", one, policy=policy).occasion == "told:1:2027-03-16"


class TestNewBackorder:
    def test_a_young_backorder_is_new(self) -> None:
        assert ask("placed", line()).occasion == "new"

    def test_an_old_one_is_not(self) -> None:
        assert ask("placed", line(ordered_at=NOON - timedelta(days=3, seconds=1))).occasion is None

    def test_a_line_in_stock_is_no_backorder(self) -> None:
        assert ask("placed", line(status=LineStatus.OPEN, covered=True)).occasion is None

    def test_an_open_line_that_stock_does_not_cover_is_one(self) -> None:
        assert ask("placed", line(status=LineStatus.OPEN)).occasion == "new"

    def test_a_product_without_stock_of_its_own_is_one_only_by_its_label(self) -> None:
        assert ask("placed", line(status=LineStatus.OPEN, stocked=False)) == NEVER
        assert ask("placed", line(stocked=False)).occasion == "new"

    def test_a_promise_of_such_a_product_breaks_when_its_day_is_over(self) -> None:
        late = line(status=LineStatus.OPEN, stocked=False, promised=on("2027-03-01"))
        assert ask("delay", late).occasion == "promise:2027-03-01"


class TestWaiting:
    HEARD = told("placed", datetime(2027, 3, 1, 9, tzinfo=UTC), "new", eta="2027-05-10")

    def waits(self, *more: object) -> LineFacts:
        return line(promised=None, forecast=eta("2027-05-10"), tellings=(self.HEARD, *more))

    def test_half_way_is_the_first_mark(self) -> None:
        half = datetime(2027, 4, 4, 22, 0, tzinfo=UTC)
        assert ask("progress", self.waits()).look_again == half
        assert ask("progress", self.waits(), half).occasion == "half:2027-05-10"

    def test_five_days_before_is_the_second(self) -> None:
        word = told("progress", datetime(2027, 4, 5, 9, tzinfo=UTC), "half:2027-05-10", eta="2027-05-10")
        before = datetime(2027, 5, 4, 22, 0, tzinfo=UTC)
        assert ask("progress", self.waits(word), datetime(2027, 4, 5, 10, tzinfo=UTC)).look_again == before
        assert ask("progress", self.waits(word), before).occasion == "before:2027-05-10"

    def test_two_words_are_never_closer_than_a_fortnight(self) -> None:
        word = told("progress", datetime(2027, 4, 28, 9, tzinfo=UTC), "half:2027-05-10", eta="2027-05-10")
        assert ask("progress", self.waits(word), datetime(2027, 5, 5, 9, tzinfo=UTC)).occasion is None

    def test_nobody_is_told_twice_within_two_days_by_two_purposes(self) -> None:
        gift = told("reward", datetime(2027, 4, 4, 9, tzinfo=UTC), "reward")
        assert ask("progress", self.waits(gift), datetime(2027, 4, 5, 9, tzinfo=UTC)).occasion is None
        assert ask("progress", self.waits(gift), datetime(2027, 4, 6, 9, tzinfo=UTC)).occasion == "half:2027-05-10"

    def test_without_a_date_a_word_comes_every_fortnight_and_no_more_after_three(self) -> None:
        words = [told("placed", NOON, "new")]
        for n in range(1, 4):
            one = line(promised=None, tellings=tuple(words))
            due = ask("progress", one).look_again
            assert due is not None
            assert ask("progress", one, due).occasion == f"wait:{n}"
            words.append(told("progress", due, f"wait:{n}"))
        assert ask("progress", line(promised=None, tellings=tuple(words)), NOON + timedelta(days=300)) == NEVER

    def test_news_begins_the_count_anew(self) -> None:
        words = [told("progress", NOON + timedelta(days=14 * n), f"wait:{n}") for n in range(1, 4)]
        news = told("eta_change", NOON + timedelta(days=50), "told:4")
        one = line(promised=None, tellings=(told("placed", NOON, "new"), *words, news))
        assert ask("progress", one, NOON + timedelta(days=64)).occasion == "wait:5"

    def test_a_line_in_stock_needs_no_word_of_waiting(self) -> None:
        assert ask("progress", replace(self.waits(), covered=True), datetime(2027, 5, 5, 9, tzinfo=UTC)) == NEVER


class TestStockCovers:
    def test_who_was_told_to_wait_hears_that_the_goods_are_there(self) -> None:
        assert ask("ready", line(covered=True, tellings=(PLACED,))).occasion == "told:1"

    def test_it_is_said_once(self) -> None:
        assert ask("ready", line(covered=True, tellings=(PLACED, told("ready", NOON, "told:1")))).occasion is None

    def test_it_is_said_again_after_the_date_moved_again(self) -> None:
        lost = told("eta_change", NOON, "told:2", eta="2027-04-01")
        assert (
            ask("ready", line(covered=True, tellings=(PLACED, told("ready", NOON, "told:1"), lost))).occasion
            == "told:3"
        )


class TestLongWait:
    def test_it_is_off_until_the_shop_sets_an_amount(self) -> None:
        assert ask("reward", line(ordered_at=NOON - timedelta(days=90), tellings=(PLACED,))) == NEVER

    def test_three_weeks_are_a_long_wait(self) -> None:
        one = line(tellings=(PLACED,))
        mark = one.ordered_at + timedelta(days=21)
        assert ask("reward", one, policy=REWARDING) == Occurrence(None, look_again=mark)
        assert ask("reward", one, mark, REWARDING).occasion == "reward"

    def test_who_was_put_off_twice_need_not_wait_so_long(self) -> None:
        twice = (
            told("delay", NOON, "promise:2027-03-20", eta="2027-03-25"),
            told("eta_change", NOON, "told:1", eta="2027-04-02"),
        )
        assert ask("reward", line(tellings=twice), policy=REWARDING).occasion == "reward"
        assert ask("reward", line(tellings=twice[:1]), policy=REWARDING).occasion is None

    def test_a_line_that_is_being_cancelled_earns_nothing(self) -> None:
        one = line(ordered_at=NOON - timedelta(days=90), cancelled_at=NOON + timedelta(days=1))
        assert ask("reward", one, policy=REWARDING) == NEVER


class TestEnds:
    def test_a_cancelled_line_is_told_to_who_waited_for_it(self) -> None:
        assert ask("cancelled", line(cancelled_at=NOON, tellings=(PLACED,))).occasion == "cancelled"
        assert ask("cancelled", line(cancelled_at=NOON)) == NEVER

    def test_thanks_are_for_a_line_that_left_after_its_promise(self) -> None:
        late = {"promised": on("2027-03-01"), "shipped_at": NOON}
        assert ask("thank_you", line(tellings=(PLACED,), **late)).occasion == "shipped"
        assert ask("thank_you", line(shipped_at=NOON, tellings=(PLACED,))) == NEVER

    def test_thanks_are_for_a_line_whose_delay_was_told_even_if_it_left_in_time(self) -> None:
        delay = told("delay", NOON, "promise:2027-03-20")
        assert ask("thank_you", line(shipped_at=NOON, tellings=(delay,))).occasion == "shipped"


def test_every_packaged_purpose_names_an_occasion_that_exists() -> None:
    check_purposes(tuple(PACKAGED.values()))


def test_faults_of_purposes_are_told_all_at_once_with_their_file() -> None:
    wrong = replace(PACKAGED["placed"], occasion="full_moon", absorbs=("nobody",), figures={"days": 10})
    with pytest.raises(SettingsError) as told_all:
        check_purposes((wrong,))
    assert len(told_all.value.faults) == 3
    assert all(fault.startswith("placed/purpose.toml: ") for fault in told_all.value.faults)


def test_nothing_is_due_for_a_line_ordered_after_now() -> None:
    later = line(ordered_at=NOON + timedelta(hours=1), promised=on("2027-03-01"), forecast=UNKNOWN)
    assert {ask(name, later).occasion for name in PACKAGED} == {None}


class TestAfterTold:
    def ask(self, *tellings: Telling) -> Occurrence:
        gone = line(cancelled_at=NOON, tellings=tellings)
        return occurrence(gone, customer(gone), (PACKAGED["cancelled"], Channel.EMAIL), POLICY, NOON)

    def test_who_was_really_told_hears_the_end(self) -> None:
        assert self.ask(PLACED).occasion == "cancelled"

    def test_a_word_still_in_the_outbox_tells_nobody_and_is_looked_at_again_the_next_day(self) -> None:
        assert self.ask(replace(PLACED, sent=False)) == Occurrence(
            None, look_again=datetime(2027, 3, 3, 23, tzinfo=UTC)
        )

"""Windows of the day in wall time, over gaps, folds and several zones."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.figures import EMAIL_WEEK, TEXT_WEEK, Week, Window, every_day
from notifier.policy.hours import WallClock, allowed_from, closes, is_allowed

NEW_YORK, BERLIN, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
ZONES = [
    "America/New_York", "America/St_Johns", "America/Santiago", "Africa/Casablanca", "Africa/Cairo", "Asia/Kathmandu",
    "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin", "Europe/London", "Pacific/Apia", "Pacific/Chatham",
    "Pacific/Kiritimati", "Pacific/Honolulu", "America/Phoenix", "Asia/Tehran", "Atlantic/Azores", "UTC",
]  # fmt: skip
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def clocks(week: Week, *zones: ZoneInfo) -> list[WallClock]:
    return [WallClock(tz, week) for tz in zones]


def wall(moment: datetime, tz: ZoneInfo) -> str:
    return f"{moment.astimezone(tz):%a %d %H:%M}"


def test_a_night_with_a_gap_is_an_hour_shorter_by_the_clock_of_the_world() -> None:
    evening = datetime(2027, 3, 14, 1, 0, tzinfo=UTC)
    opens = allowed_from(evening, clocks(every_day(Window(time(8), time(20))), NEW_YORK))
    assert opens == datetime(2027, 3, 14, 12, 0, tzinfo=UTC)


def test_an_hour_that_does_not_exist_opens_where_the_clock_jumps() -> None:
    midnight = datetime(2027, 3, 14, 5, 0, tzinfo=UTC)
    opens = allowed_from(midnight, clocks(every_day(Window(time(2, 30), time(20))), NEW_YORK))
    assert opens == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_opens_the_first_time() -> None:
    midnight = datetime(2027, 11, 7, 4, 0, tzinfo=UTC)
    opens = allowed_from(midnight, clocks(every_day(Window(time(1, 30), time(20))), NEW_YORK))
    assert opens == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_a_gap_of_half_an_hour_is_respected_on_lord_howe() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    opens = allowed_from(
        datetime(2027, 10, 2, 15, 0, tzinfo=UTC), clocks(every_day(Window(time(2, 15), time(20))), lord_howe)
    )
    assert opens is not None
    assert wall(opens, lord_howe) == "Sun 03 02:30"


def test_a_text_waits_for_sunday_noon() -> None:
    opens = allowed_from(datetime(2027, 3, 6, 20, 0, tzinfo=UTC), clocks(TEXT_WEEK, BERLIN))
    assert opens is not None
    assert wall(opens, BERLIN) == "Sun 07 12:00"


def test_the_hour_must_suit_every_candidate_zone() -> None:
    opens = allowed_from(datetime(2027, 3, 3, 9, 0, tzinfo=UTC), clocks(TEXT_WEEK, NEW_YORK, BERLIN))
    assert opens == datetime(2027, 3, 3, 14, 0, tzinfo=UTC)


def test_zones_without_a_common_hour_have_none() -> None:
    assert (
        allowed_from(
            datetime(2027, 3, 3, 9, 0, tzinfo=UTC), clocks(every_day(Window(time(9), time(17))), NEW_YORK, TOKYO)
        )
        is None
    )


def test_each_clock_is_read_with_hours_of_its_own() -> None:
    late, early = every_day(Window(time(12), time(20))), every_day(Window(time(9), time(15)))
    read = [WallClock(NEW_YORK, late), WallClock(BERLIN, early)]
    assert allowed_from(datetime(2027, 3, 3, 9, 0, tzinfo=UTC), read) is None
    assert allowed_from(
        datetime(2027, 3, 3, 9, 0, tzinfo=UTC), [WallClock(NEW_YORK, early), WallClock(BERLIN, late)]
    ) == (datetime(2027, 3, 3, 14, 0, tzinfo=UTC))


def test_leap_day_has_the_hours_of_its_weekday() -> None:
    opens = allowed_from(datetime(2028, 2, 29, 3, 0, tzinfo=UTC), clocks(TEXT_WEEK, BERLIN))
    assert opens is not None
    assert wall(opens, BERLIN) == "Tue 29 09:00"


def test_sunday_is_a_sunday_in_the_iso_week_that_crosses_the_year() -> None:
    opens = allowed_from(datetime(2027, 1, 3, 3, 0, tzinfo=UTC), clocks(TEXT_WEEK, BERLIN))
    assert opens is not None
    assert wall(opens, BERLIN) == "Sun 03 12:00"


def test_a_day_without_a_window_is_passed_over() -> None:
    weekdays = (*(Window(time(9), time(17)),) * 5, None, None)
    opens = allowed_from(datetime(2027, 3, 6, 9, 0, tzinfo=UTC), clocks(weekdays, BERLIN))
    assert opens is not None
    assert wall(opens, BERLIN) == "Mon 08 09:00"


def test_a_week_without_windows_never_opens() -> None:
    assert allowed_from(datetime(2027, 3, 6, 9, 0, tzinfo=UTC), clocks((None,) * 7, BERLIN)) is None


def test_a_text_must_have_left_when_the_first_zone_closes() -> None:
    assert closes(datetime(2027, 3, 3, 15, 0, tzinfo=UTC), clocks(TEXT_WEEK, NEW_YORK, BERLIN)) == datetime(
        2027, 3, 3, 19, 0, tzinfo=UTC
    )


def test_an_hour_that_is_not_allowed_has_no_end() -> None:
    assert closes(datetime(2027, 3, 3, 3, 0, tzinfo=UTC), clocks(TEXT_WEEK, BERLIN)) is None


def test_a_window_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="open before it closes"):
        Window(time(20), time(8))


def clock_allows(moment: datetime, names: list[str], sunday_noon: bool) -> bool:
    """The oracle: reads hours off the wall and knows nothing of windows."""
    for name in names:
        local = moment.astimezone(ZoneInfo(name))
        opening = (12 if local.isoweekday() == 7 else 9) if sunday_noon else 8
        if not opening <= local.hour < 20:
            return False
    return True


@given(MOMENTS, st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True), st.booleans())
def test_the_first_allowed_moment_is_allowed_and_none_before_it_is(now: datetime, names: list[str], text: bool) -> None:
    read = clocks(TEXT_WEEK if text else EMAIL_WEEK, *(ZoneInfo(name) for name in names))
    opens = allowed_from(now, read)
    until = opens or now + timedelta(days=8)
    step = now
    while step < until:
        assert not clock_allows(step, names, text)
        step += timedelta(minutes=15)
    assert opens is None or (opens >= now and clock_allows(opens, names, text) and is_allowed(opens, read))


@given(MOMENTS, st.sampled_from(ZONES))
def test_until_a_window_closes_every_moment_is_allowed_and_then_none(now: datetime, name: str) -> None:
    end = closes(now, clocks(TEXT_WEEK, ZoneInfo(name)))
    if end is None:
        assert not clock_allows(now, [name], True)
        return
    step = now
    while step < end:
        assert clock_allows(step, [name], True)
        step += timedelta(minutes=15)
    assert not clock_allows(end, [name], True)

"""The law's hours for texts by state, as a lawyer would read them (RULES S8)."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.policy.clocks import text_clocks
from notifier.policy.figures import TEXT_WEEK, Policy, Texting, Week, Window, every_day
from notifier.policy.hours import WallClock, allowed_from, closes
from notifier.policy.subdivisions import TABLES, TERRITORIES
from notifier.policy.text_hours import ROWS, VERSION, TextHours, text_week
from tests.policy.people import customer, line

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quiet-hours.md"
ALL_DAY = every_day(Window(time(0), time(23, 59)))
POLICY = Policy(ZoneInfo("UTC"), texting=Texting(True))
STATES = sorted(one.code for one in TABLES["US"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
STEP = timedelta(minutes=5)


def in_words(week: Week) -> list[str]:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return [f"{name} {one.opens:%H}-{one.closes:%H}" for name, one in zip(names, week, strict=True) if one]


def of_area(area: str) -> Week:
    return next(row.week for row in ROWS if row.area == area)


@pytest.mark.parametrize("state", ["FL", "OK", "WA", "MD", "MS", "NJ"])
def test_six_states_allow_texts_from_eight_to_eight(state: str) -> None:
    assert of_area(f"US-{state}") == every_day(Window(time(8), time(20)))


def test_texas_sleeps_until_noon_on_sunday() -> None:
    assert in_words(of_area("US-TX"))[4:] == ["Fri 09-21", "Sat 09-21", "Sun 12-21"]


def test_rhode_island_is_the_strictest() -> None:
    assert in_words(text_week("US-RI", TEXT_WEEK))[4:] == ["Fri 09-18", "Sat 10-17", "Sun 12-17"]


def test_an_unknown_state_is_written_to_in_hours_that_suit_them_all() -> None:
    assert text_week("US", TEXT_WEEK) == text_week("US-RI", TEXT_WEEK) == text_week("", TEXT_WEEK)


def test_other_countries_keep_our_default() -> None:
    assert text_week("DE", ALL_DAY) == TEXT_WEEK


def test_a_shop_can_tighten_the_hours_but_never_loosen_them() -> None:
    assert in_words(text_week("US-NY", every_day(Window(time(6), time(11)))))[5:] == ["Sat 09-11"]


def test_the_page_for_people_says_what_the_rows_say() -> None:
    said = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert said[1:] == [_row(row) for row in ROWS]


def test_the_page_for_people_says_when_the_rows_were_gathered() -> None:
    assert f"gathered in {VERSION}" in PAGE.read_text("utf-8")


def test_fifteen_states_have_two_clocks_as_the_page_says() -> None:
    assert sum(len(one.zones) > 1 for one in TABLES["US"] if one.code not in TERRITORIES) == 15


def _row(row: TextHours) -> list[str]:
    weekdays, saturday, sunday = {_span(one) for one in row.week[:5]}, _span(row.week[5]), _span(row.week[6])
    return [row.area or "everywhere", " or ".join(weekdays), saturday, sunday, row.rule, row.source]


def _span(window: Window | None) -> str:
    return "never" if window is None else f"{window.opens.hour} to {window.closes.hour}"


def lawful(moment: datetime, zone: str, state: str | None) -> bool:
    """The oracle: RULES S8 read aloud from a wall clock; knows no windows and no tables. None: outside the states."""
    wall = moment.astimezone(ZoneInfo(zone))
    day, hour = wall.strftime("%A"), wall.hour
    if hour < 9 or hour >= 20 or (day == "Sunday" and hour < 12):
        return False
    if state == "RI":
        return 10 <= hour < 17 if day in ("Saturday", "Sunday") else hour < 18
    return True


@st.composite
def places(draw: st.DrawFn) -> tuple[str, str | None]:
    return draw(st.sampled_from(sorted(available_timezones()))), draw(st.none() | st.sampled_from([*STATES, "RI"]))


def clock(zone: str, state: str | None, shop: Week = ALL_DAY) -> WallClock:
    return WallClock(ZoneInfo(zone), text_week(f"US-{state}" if state else "NZ", shop))


def first_lawful(now: datetime, read: list[tuple[str, str | None]], limit: datetime) -> datetime | None:
    """Walks in steps of five minutes, on the wall clock's own minutes."""
    step = now
    while step < limit:
        if all(lawful(step, zone, state) for zone, state in read):
            return step
        step = step.replace(second=0, microsecond=0) + STEP - timedelta(minutes=step.minute % 5)
    return None


@pytest.mark.slow
@given(MOMENTS, st.lists(places(), min_size=1, max_size=2))
def test_a_text_is_held_until_the_first_lawful_moment_and_no_longer(
    now: datetime, read: list[tuple[str, str | None]]
) -> None:
    opens = allowed_from(now, [clock(zone, state) for zone, state in read])
    limit = opens or now + timedelta(days=8)
    assert first_lawful(now, read, limit) is None
    assert opens is None or all(lawful(opens, zone, state) for zone, state in read)


@pytest.mark.slow
@given(MOMENTS, st.lists(places(), min_size=1, max_size=2))
def test_a_text_may_be_queued_only_while_every_moment_is_lawful(
    now: datetime, read: list[tuple[str, str | None]]
) -> None:
    end = closes(now, [clock(zone, state) for zone, state in read])
    step = now
    while end is not None and step < end:
        assert all(lawful(step, zone, state) for zone, state in read)
        step += STEP
    if end is None:
        assert not all(lawful(now, zone, state) for zone, state in read)


CHANGES = [
    ("America/New_York", "2027-03-14"), ("America/New_York", "2027-11-07"), ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2027-04-04"), ("Australia/Lord_Howe", "2027-10-03"), ("Europe/Berlin", "2027-03-28"),
    ("Europe/Berlin", "2026-10-25"), ("Africa/Casablanca", "2027-02-07"), ("Africa/Cairo", "2027-04-30"),
    ("America/Havana", "2027-03-14"), ("America/Havana", "2027-11-07"), ("Antarctica/Troll", "2027-03-28"),
    ("Pacific/Chatham", "2027-04-04"), ("America/Santiago", "2027-09-05"), ("Asia/Beirut", "2027-03-28"),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_the_days_on_which_clocks_change_open_and_close_by_the_wall(zone: str, day: str) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=14)
    for quarter in range(4 * 40):
        now = start + timedelta(minutes=15 * quarter)
        opens, end = allowed_from(now, [clock(zone, "RI")]), closes(now, [clock(zone, "RI")])
        assert opens is not None
        assert (opens == now) == lawful(now, zone, "RI") == (end is not None)
        assert first_lawful(now, [(zone, "RI")], opens) is None


@given(MOMENTS, st.sampled_from(STATES))
def test_a_customer_of_a_state_is_texted_only_in_its_hours_by_all_of_its_clocks(now: datetime, state: str) -> None:
    clocks = text_clocks(customer(line(), country="US", region=state), None, POLICY)
    kept = next(one.zones for one in TABLES["US"] if one.code == state)
    assert [one.tz.key for one in clocks] == list(kept)
    opens = allowed_from(now, clocks) if clocks else None
    assert opens is None or all(lawful(opens, zone, state) for zone in kept)

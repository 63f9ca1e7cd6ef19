"""Sessions of the console: whatever happens in whatever order, what must be over opens nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier import operators
from notifier.errors import UsageError
from notifier.pipeline import accounts
from notifier.pipeline.house import House
from notifier.pipeline.signing_in import begin, here, sign_in, sign_out, used
from notifier.pipeline.signing_in_outside import sign_in_outside
from notifier.store.tables import SignInTry
from notifier.terms.operator import Operator, Role, Signing, Turn
from notifier.terms.outside import Outsider
from tests.shop import NOON, Shop, open_shop

pytestmark = pytest.mark.slow
"""A password takes its time and its memory."""

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=3)
TURN = Turn(IDLE.total_seconds(), LONGEST.total_seconds())
PASSWORD = "seven brass lamps wait"
NUMBERS = count()


@dataclass
class Open:
    """One session as it must be."""

    token: str
    begun: datetime
    used: datetime
    over: bool = False

    def is_over(self, now: datetime) -> bool:
        return self.over or now >= self.begun + LONGEST or now >= self.used + IDLE


@dataclass
class Life:
    """An account by the provider, whose sessions are begun, used and ended; beside it what must be true."""

    house: House
    now: datetime
    name: str
    role: Role = Role.AGENT
    disabled: bool = False
    sessions: list[Open] = field(default_factory=list)

    def enter(self, number: int) -> None:
        who = Outsider(f"https://idp.example|{self.name}", self.name, "", self.role)
        before = self.sessions[number % len(self.sessions)].token if self.sessions and number % 2 else ""
        token = sign_in_outside(self.house, who, Signing("", "", "near", "", before), TURN, self.now)
        assert self.disabled == (not isinstance(token, str) or len(token) != 43)
        if self.disabled:
            return
        for one in self.sessions:
            one.over |= one.token == before
        self.sessions.append(Open(str(token), self.now, self.now))

    def use(self, number: int) -> None:
        if self.sessions:
            self.holds(self.sessions[number % len(self.sessions)])

    def leave(self, number: int) -> None:
        if self.sessions:
            one = self.sessions[number % len(self.sessions)]
            sign_out(self.house, one.token, self.now)
            one.over = True

    def wait(self, number: int) -> None:
        self.now += timedelta(minutes=10 * (number % 8))

    def promote(self, number: int) -> None:
        """The provider says another role; it counts at the next sign-in, and ends what was open."""
        new = list(Role)[number % 4]
        if new is not self.role and not self.disabled:
            self._end_all()
        self.role = new
        self.enter(0)

    def lose(self, number: int) -> None:
        who = Outsider(f"https://idp.example|{self.name}", self.name, "", None)
        sign_in_outside(self.house, who, Signing("", "", "near", ""), TURN, self.now)
        if not self.disabled:
            self._end_all()

    def shut_out(self, number: int) -> None:
        accounts.disable(self.house, self.name, "test", self.now)
        self.disabled = True
        self._end_all()

    def let_in(self, number: int) -> None:
        accounts.enable(self.house, self.name)
        self.disabled = False

    def end_others(self, number: int) -> None:
        accounts.end_sessions(self.house, self.name, self.now)
        self._end_all()

    def holds(self, one: Open) -> None:
        found = here(self.house, one.token, TURN, self.now)
        assert (found is None) == one.is_over(self.now)
        if found is not None:
            assert found.operator.role is self.role
            used(self.house, {found.session_id: self.now} if found.to_note else {})
            one.used = self.now

    def _end_all(self) -> None:
        for one in self.sessions:
            one.over = True


DEEDS: tuple[Callable[[Life, int], None], ...] = (
    Life.enter,
    Life.use,
    Life.leave,
    Life.wait,
    Life.promote,
    Life.lose,
    Life.shut_out,
    Life.let_in,
    Life.end_others,
)


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Shop:
    return open_shop(tmp_path, database_url)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 63)), max_size=14))
def test_whatever_happens_a_session_opens_just_as_long_as_it_must(
    shop: Shop, deeds: list[tuple[Callable[[Life, int], None], int]]
) -> None:
    with shop.house() as house:
        life = Life(house, NOON, f"ann{next(NUMBERS)}")
        life.enter(0)
        for deed, number in deeds:
            deed(life, number)
        for one in life.sessions:
            life.holds(one)


def account(house: House, name: str = "Lea", role: Role = Role.LEAD) -> Operator:
    return accounts.add(house, Operator(0, name, "", role), PASSWORD, "test", NOON)


def test_a_new_password_ends_what_was_open_by_the_old_one(shop: Shop) -> None:
    with shop.house() as house:
        account(house)
        token = sign_in(house, Signing("Lea", PASSWORD, "near", ""), TURN, NOON)
        accounts.set_password(house, "Lea", "another long pass phrase", NOON)
        assert token is not None and here(house, token, TURN, NOON) is None


def test_who_gets_another_password_while_the_old_one_is_looked_at_does_not_come_in_by_it(shop: Shop) -> None:
    """The change happens between the look at the hash and the session's beginning: the second transaction."""
    with shop.house() as house:
        account(house)
        changed = _between_transactions(house, lambda: accounts.set_password(house, "Lea", "another phrase 12", NOON))
        assert sign_in(changed, Signing("Lea", PASSWORD, "near", ""), TURN, NOON) is None


def test_who_is_shut_out_while_the_password_is_looked_at_has_no_session_when_let_in_again(shop: Shop) -> None:
    with shop.house() as house:
        account(house), account(house, "Ben")
        changed = _between_transactions(house, lambda: accounts.disable(house, "Lea", "Ben", NOON))
        assert sign_in(changed, Signing("Lea", PASSWORD, "near", ""), TURN, NOON) is None


def test_many_guesses_at_once_are_as_many_tries(shop: Shop) -> None:
    begin_all = threading.Barrier(8)

    def guess(number: int) -> str | None:
        begin_all.wait(30)
        return sign_in(house, Signing("Lea", f"guess number {number}", "near", ""), TURN, NOON)

    with shop.house() as house, ThreadPoolExecutor(8) as threads:
        account(house)
        assert list(threads.map(guess, range(8))) == [None] * 8
        (row,) = shop.rows(SignInTry)
        assert row.wrong == 5


def test_a_password_opens_no_account_of_the_provider(shop: Shop) -> None:
    with shop.house() as house:
        who = Outsider("https://idp.example|1", "Lea", "", Role.LEAD)
        sign_in_outside(house, who, Signing("", "", "near", ""), TURN, NOON)
        for password in ("", PASSWORD, "nobody has this password"):
            assert sign_in(house, Signing("Lea", password, "near", ""), TURN, NOON) is None
        with pytest.raises(UsageError, match="has no password here"):
            accounts.set_password(house, "Lea", PASSWORD, NOON)


def test_an_account_that_no_password_opens_any_more_loses_its_session(shop: Shop) -> None:
    from dataclasses import replace

    with shop.house() as house:
        made = account(house, role=Role.AGENT)
        with house.store.write() as tx:
            token = begin(tx, made.id, Signing("Lea", "", "near", ""), TURN, NOON)
        found = [here(one, token, TURN, NOON) for one in (house, replace(house, least_by_password=Role.LEAD))]
        assert [one is not None for one in found] == [True, False]


def test_two_of_the_same_name_at_once_become_one_account(shop: Shop) -> None:
    together = threading.Barrier(2)

    def first_time(number: int) -> object:
        together.wait(30)
        who = Outsider(f"https://idp.example|{number}", "Lea", "", Role.AGENT)
        return sign_in_outside(house, who, Signing("", "", "near", ""), TURN, NOON)

    with shop.house() as house, ThreadPoolExecutor(2) as threads:
        assert sorted(len(str(one)) == 43 for one in threads.map(first_time, range(2))) == [False, True]
        with house.store.read() as tx:
            assert [one.name for one in operators.everybody(tx)] == ["Lea"]


class _WrittenBetween(dict[int, datetime]):
    """What is unwritten, which is written down before anybody who has read the row can ask for it."""

    def __init__(self, house: House, moments: dict[int, datetime]) -> None:
        super().__init__(moments)
        self.house = house

    def get(self, session_id: int, default: Any = None) -> Any:
        used(self.house, self)
        self.clear()
        return default


def test_a_session_whose_last_use_is_written_while_it_is_looked_at_is_not_over(shop: Shop) -> None:
    with shop.house() as house:
        made, later = account(house), NOON + IDLE * 1.5
        with house.store.write() as tx:
            token = begin(tx, made.id, Signing("Lea", "", "near", ""), TURN, NOON)
        first = here(house, token, TURN, NOON)
        assert first is not None
        unwritten = _WrittenBetween(house, {first.session_id: NOON + IDLE * 0.9})
        assert here(house, token, TURN, later, unwritten) is not None


def _between_transactions(house: House, act: Callable[[], object]) -> House:
    """The same shop; after its first write, `act` is done before the next begins."""
    from dataclasses import replace

    return replace(house, store=_Meddled(house, act))  # type: ignore[arg-type]


@dataclass
class _Meddled:
    """A store beside whose second write somebody else has been at work."""

    house: House
    act: Callable[[], object]
    writes: int = 0

    def write(self) -> object:
        self.writes += 1
        if self.writes == 2:
            self.act()
        return self.house.store.write()

    def read(self) -> object:
        return self.house.store.read()

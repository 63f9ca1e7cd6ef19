"""Property: in whatever order people save, publish, roll back and take back, the newest version is what is sent."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifier import outbox
from notifier.errors import UsageError
from notifier.pipeline.claims import claim
from notifier.pipeline.house import House
from notifier.pipeline.wording_history import FILE, history, texts_of
from notifier.terms.words import Channel
from tests.kept_shops import AsLeft
from tests.shop import NOON
from tests.wordshop import PLACED, back_to_file, email, put_back, put_out, save, with_one_waiting

pytestmark = pytest.mark.slow

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.integers(0, 3)),
        st.tuples(st.just("publish"), st.integers(0, 3)),
        st.tuples(st.just("roll back"), st.integers(1, 4)),
        st.tuples(st.just("take back"), st.just(0)),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def houses(as_left: AsLeft) -> Iterator[tuple[House, House]]:
    """The same shop in two processes: one edits, one sends."""
    shop = as_left(with_one_waiting)
    with shop.house() as editing, shop.house() as sending:
        yield editing, sending


def act(house: House, what: str, which: int) -> None:
    if what == "save":
        save(house, PLACED, email(f"Draft {which}."))
    elif what == "publish":
        put_out(house, PLACED, email(f"Words {which}."))
    elif what == "roll back":
        put_back(house, PLACED, which)
    else:
        back_to_file(house, PLACED)


def sent_by(house: House) -> str:
    """The email's text that this process would send now; it gives the message back."""
    (ready,) = claim(house, Channel.EMAIL, 10, NOON).ready
    with house.store.write() as tx:
        outbox.release(tx, house.sending.lease.worker, NOON)
    return ready.job.source.email


def newest(house: House) -> str:
    """The text of the newest version; the file's where there is none, or it was taken back."""
    versions = history(house, PLACED)
    return texts_of(house, PLACED, versions[0].version.number if versions else FILE)["email.md"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_newest_version_is_sent_by_a_process_that_was_there_before(
    houses: tuple[House, House], acts: list[tuple[str, int]]
) -> None:
    editing, sending = houses
    for what, which in acts:
        # What cannot be done (there is no such version, it is in force already) must change nothing either.
        with suppress(UsageError):
            act(editing, what, which)
        assert sent_by(sending) == newest(editing)

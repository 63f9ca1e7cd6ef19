"""How far a mailbox was read, in both databases."""

from dataclasses import replace
from datetime import UTC, datetime

from notifier.pipeline.mailboxes import KeptPositions
from notifier.store.engine import Store
from notifier.terms.mailbox import Position

THEN = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
LARGEST = 2**32 - 1
FIRST = Position(validity=LARGEST, uid=LARGEST - 1, first_uid=LARGEST, since=THEN, newest=THEN)


def test_a_mailbox_that_was_never_read_has_no_position(store: Store) -> None:
    assert KeptPositions(store).position("ann@imap.example/INBOX") is None


def test_what_was_kept_is_found_with_the_largest_numbers_there_are(store: Store) -> None:
    KeptPositions(store).keep("ann@imap.example/INBOX", FIRST)
    assert KeptPositions(store).position("ann@imap.example/INBOX") == FIRST


def test_it_goes_forward(store: Store) -> None:
    kept = KeptPositions(store)
    kept.keep("ann@imap.example/INBOX", FIRST)
    kept.keep("ann@imap.example/INBOX", replace(FIRST, uid=LARGEST))
    assert kept.position("ann@imap.example/INBOX") == replace(FIRST, uid=LARGEST)


def test_a_reader_that_is_behind_another_one_takes_nothing_back(store: Store) -> None:
    kept = KeptPositions(store)
    kept.keep("ann@imap.example/INBOX", FIRST)
    kept.keep("ann@imap.example/INBOX", replace(FIRST, uid=7))
    assert kept.position("ann@imap.example/INBOX") == FIRST


def test_what_the_server_has_numbered_anew_takes_it_back(store: Store) -> None:
    kept = KeptPositions(store)
    kept.keep("ann@imap.example/INBOX", FIRST)
    kept.keep("ann@imap.example/INBOX", replace(FIRST, uid=0, first_uid=7), back=True)
    assert kept.position("ann@imap.example/INBOX") == replace(FIRST, uid=0, first_uid=7)


def test_a_new_uidvalidity_begins_anew(store: Store) -> None:
    kept = KeptPositions(store)
    kept.keep("ann@imap.example/INBOX", FIRST)
    kept.keep("ann@imap.example/INBOX", Position(5, 0, 1, THEN, THEN))
    assert kept.position("ann@imap.example/INBOX") == Position(5, 0, 1, THEN, THEN)


def test_each_mailbox_has_a_position_of_its_own(store: Store) -> None:
    kept = KeptPositions(store)
    kept.keep("ann@imap.example/INBOX", FIRST)
    assert kept.position("ann@imap.example/Replies") is None

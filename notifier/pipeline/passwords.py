"""Passwords of the console: Argon2id hashes. Colour: root. Called by pipeline.accounts and pipeline.signing_in."""

import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from notifier.errors import UsageError

SHORTEST, LONGEST = 12, 200
"""Characters. Length is what guards; rules on digits and signs only make people write `Password1!`."""


@cache
def _hashing() -> PasswordHash:
    """Argon2id by RFC 9106's second choice: 64 MB, three passes, some 50 ms."""
    return PasswordHash((Argon2Hasher(time_cost=3, memory_cost=64 * 1024, parallelism=4),))


AT_ONCE = 2
"""Hashes that are worked out together, 64 MB each; the next waits."""


@cache
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(AT_ONCE)


def hashed(password: str, name: str) -> str:
    """The hash to keep. Raises UsageError for one that is too short, too long, or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has between {SHORTEST} and {LONGEST} characters; take some words that you know")
    if password.strip().casefold() == name.strip().casefold() or len(set(password)) < SHORTEST // 3:
        raise UsageError("this password is guessed at the first try; take some words that you know")
    with _places():
        return _hashing().hash(password)


def is_right(password: str, kept: str) -> bool:
    """Whether it is the password behind the hash. Without a hash it takes as long, and is wrong."""
    known = kept or _nobodys()
    with _places():
        return _hashing().verify(password[: LONGEST + 1], known) and bool(kept)


@cache
def _nobodys() -> str:
    with _places():
        return _hashing().hash("nobody has this password")

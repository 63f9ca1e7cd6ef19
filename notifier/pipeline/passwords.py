"""Passwords of the console: Argon2id hashes. Colour: root. Called by pipeline.accounts and pipeline.signing_in."""

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


def hashed(password: str, name: str) -> str:
    """The hash to keep. Raises UsageError for one that is too short, too long, or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has between {SHORTEST} and {LONGEST} characters; take some words that you know")
    if password.strip().casefold() == name.strip().casefold() or len(set(password)) < SHORTEST // 3:
        raise UsageError("this password is guessed at the first try; take some words that you know")
    return _hashing().hash(password)


def is_right(password: str, kept: str) -> bool:
    """Whether it is the password behind the hash. Without a hash it takes as long, and is wrong."""
    right = _hashing().verify(password[: LONGEST + 1], kept or _nobodys())
    return right and bool(kept)


@cache
def _nobodys() -> str:
    return _hashing().hash("nobody has this password")

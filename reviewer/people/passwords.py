"""How passwords are kept and compared: slow on purpose. Pure."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# argon2id with more than OWASP's least (19 MiB, two passes); the numbers of RFC 9106 for machines
# that are no servers of passwords alone. A hash of other numbers is renewed at the next sign-in.
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password that was kept. It takes as long where none was."""
    try:
        return _hasher.verify(kept or _hash_of_nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_of_before(kept: str) -> bool:
    """Whether it was kept by other numbers than those of today."""
    return _hasher.check_needs_rehash(kept)


@cache
def _hash_of_nobody() -> str:
    """Compared where there is no account."""
    return _hasher.hash(secrets.token_hex())

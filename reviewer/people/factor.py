"""The second factor: a code from an app on the person's phone (RFC 6238), or a recovery code.

The secret is kept in the database as it is, since every code is computed from it: who can read the
database can make codes, but still has no password. Recovery codes are kept as hashes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from time import time

import pyotp
import segno
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from reviewer.db import Base, now, session
from reviewer.people.models import Person, SecondFactor

STEP_SECONDS = 30
CODES = 10
CODE_DIGITS = 16  # digits alone, so that a phone's number pad can type them
SALT_BYTES = 8
ISSUER = "Plan Review"


class RecoveryCode(Base):
    """One of the codes for somebody whose phone is not at hand; each works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


def begin(person: Person) -> None:
    """Make a secret for somebody who has none; it counts once a code of it was given."""
    if person.second_factor is None:
        person.second_factor = SecondFactor(secret=pyotp.random_base32())
        session.flush()


def qr_code(person: Person) -> str:
    """A picture that an app reads the secret from, as a data address."""
    factor = person.second_factor
    assert factor
    address = pyotp.TOTP(factor.secret).provisioning_uri(name=person.email, issuer_name=ISSUER)
    return segno.make_qr(address).svg_data_uri(scale=5, light="#fff")


def set_up(person: Person, code: str) -> list[str] | None:
    """The recovery codes, once a code shows that the app has the secret; None if it is wrong."""
    factor = _held(person)
    if factor is None or factor.set_up_at or not _is_fresh(factor, _digits(code)):
        return None
    factor.set_up_at = now()
    return new_codes(person)


def check(person: Person, code: str) -> bool:
    """Whether this is a code of the person's app or one of their recovery codes; it is used up."""
    factor, digits = _held(person), _digits(code)
    if factor is None or factor.set_up_at is None:
        return False
    if len(digits) == CODE_DIGITS:
        return _use_recovery_code(person, digits)
    return _is_fresh(factor, digits)


def new_codes(person: Person) -> list[str]:
    """Ten new recovery codes in the place of all earlier ones. They are shown once: only hashes of
    them are kept."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [
        "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS)) for _ in range(CODES)
    ]
    salt = secrets.token_bytes(SALT_BYTES)
    session.add_all(
        RecoveryCode(person_id=person.id, code_hash=_hash(code, salt)) for code in codes
    )
    session.flush()
    return [" ".join(re.findall("....", code)) for code in codes]


def codes_left(person: Person) -> int:
    """How many recovery codes the person can still use."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.filter_by(person_id=person.id, used_at=None)) or 0


def forget(person: Person) -> None:
    """Take the second factor away, so that it is set up anew."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    person.second_factor = None
    session.flush()


def _held(person: Person) -> SecondFactor | None:
    """The person's factor, held: of two requests with one code, the second finds it used."""
    query = select(SecondFactor).filter_by(person_id=person.id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _is_fresh(factor: SecondFactor, digits: str) -> bool:
    """Whether it is the code of now, or of half a minute before or after, and newer than the last
    one that was used."""
    codes = pyotp.TOTP(factor.secret)
    here = int(time()) // STEP_SECONDS
    for step in (here - 1, here, here + 1):
        right = secrets.compare_digest(codes.generate_otp(step), digits)
        if right and step > factor.last_step:
            factor.last_step = step
            return True
    return False


def _use_recovery_code(person: Person, digits: str) -> bool:
    own = select(RecoveryCode).filter_by(person_id=person.id)
    first = session.scalars(own.limit(1)).first()
    if first is None:
        return False
    salt = bytes.fromhex(first.code_hash[: 2 * SALT_BYTES])
    hashes = (_hash(digits, salt), _hash_of_before(person, digits))
    query = own.where(RecoveryCode.code_hash.in_(hashes), RecoveryCode.used_at.is_(None))
    code = session.scalar(query.with_for_update())
    if code:
        code.used_at = now()
    return code is not None


def _digits(code: str) -> str:
    return re.sub(r"[\s-]", "", code) if code.isascii() else ""


def _hash(digits: str, salt: bytes) -> str:
    """The salt, and argon2id by OWASP's least numbers: sixteen digits could be tried one after the
    other, if somebody had the database. One salt serves the ten codes of a person."""
    made = hash_secret_raw(
        digits.encode(), salt, time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=24,
        type=Type.ID,
    )  # fmt: skip
    return salt.hex() + made.hex()


def _hash_of_before(person: Person, digits: str) -> str:
    """As codes were kept until salts were random; those that people have still work."""
    salt = f"recovery code of {person.id}".encode()
    return hashlib.scrypt(digits.encode(), salt=salt, n=2**12, r=8, p=1, dklen=32).hex()

"""What counts as an email address. Pure."""

from __future__ import annotations

import re

LONGEST_ADDRESS = 254  # characters, as RFC 5321 allows
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_ADDRESS = re.compile(rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~.-]+@{_LABEL}(\.{_LABEL})*")


def is_address(text: str) -> bool:
    """Whether a mail server takes this small-letter text as an address. Addresses with letters
    beyond ASCII are not taken: few servers pass them on."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None

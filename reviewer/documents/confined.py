"""What a program that reads a hostile PDF is left with: `confine` takes the rest away.

Two fences, since either may be missing. The kernel gives the process a network of its own, in which
there is nothing, not even this machine: that holds for any code, also for machine code that a
broken library was made to run. It needs Linux that lets a process make namespaces of its own. And
Python refuses its own ways out, everywhere: sockets and other programs. That holds for what runs in
Python, but not for machine code.

Neither hides files: what this user can read, the process can. It cannot send it anywhere.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress
from typing import Any

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER and CLONE_NEWNET, sched.h
WAYS_OUT = (
    *("socket.", "subprocess.", "ftplib.", "http.", "smtplib.", "urllib."),
    *("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "pty."),
)


def confine(memory: int) -> bool:
    """Hold this process to `memory` MB, without files to write, network or other programs, for
    good. Gives whether the kernel's fence is there."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,  # pipes are no files
        resource.RLIMIT_AS: memory * 2**20,  # macOS knows it but does not keep it
    }
    for limit, value in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    fenced = _leave_network()
    sys.addaudithook(_refuse)
    return fenced


def _leave_network() -> bool:
    """Move into a network where nothing is."""
    with suppress(OSError, AttributeError):  # no Linux
        unshare = ctypes.CDLL(None).unshare
        return unshare(NEW_NETWORK) == 0 or unshare(NEW_USER | NEW_NETWORK) == 0
    return False


def _refuse(event: str, _arguments: Any) -> None:
    """Called by Python before it does anything that is worth auditing."""
    if event.startswith(WAYS_OUT):
        raise PermissionError(f"{event} is refused to a program that reads a document")

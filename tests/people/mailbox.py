"""A real mail server on this machine that keeps what it takes, and refuses what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.ports import free_port


class Mailbox:
    """`taken` are the emails; `refusal` is what the server answers to every recipient, if set."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refusal = ""
        self.url = ""

    async def handle_RCPT(self, _server: Any, _s: Any, envelope: Any, address: str, _o: Any) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.taken.append(
            message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=default)
        )
        return "250 OK"


@contextmanager
def mailbox(who: str = "", **more: Any) -> Iterator[Mailbox]:
    """The server while it runs; `who` is `user:password@` where it wants one, `more` goes to it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    box.url = f"smtp://{who}127.0.0.1:{controller.port}"
    try:
        yield box
    finally:
        controller.stop()

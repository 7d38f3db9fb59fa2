"""As much of a browser as is needed: a connection for each request, a cookie, a form token."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode

HTML, JSON = "text/html", "application/json"


class Browser:
    """One person's browser. The token of its forms is there once it is signed in."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie, self.token = port, "", ""
        self.headers: dict[str, str] = {}  # of the next requests, beside its own

    def enter(self, link: str) -> Browser:
        """Sign in by a one-time link."""
        _, page = self.ask("GET", link)
        self.ask("POST", link, {"csrf_token": token_of(page)})
        return self.look_up_token()

    def look_up_token(self) -> Browser:
        _, page = self.ask("GET", "/account")
        self.token = token_of(page)
        return self

    def post(self, path: str, fields: Mapping[str, str], **more: str) -> tuple[int, bytes]:
        """A form of this person's own."""
        return self.ask("POST", path, {"csrf_token": self.token, **fields}, **more)

    def attach(self, path: str, pdf: bytes, **fields: str) -> tuple[int, bytes]:
        """A form with one file."""
        boundary = uuid.uuid4().hex
        body = _multipart(boundary, {"csrf_token": self.token, **fields}, pdf)
        return self._send("POST", path, body, f"multipart/form-data; boundary={boundary}", JSON)

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        accept: str = "",
    ) -> tuple[int, bytes]:
        """Status and content; OSError or HTTPException where the server went away."""
        body = urlencode(fields).encode() if fields else b""
        kind = "application/x-www-form-urlencoded" if fields else ""
        return self._send(method, path, body, kind, accept or (JSON if fields else HTML))

    def _send(
        self, method: str, path: str, body: bytes, kind: str, accept: str
    ) -> tuple[int, bytes]:
        headers = {"Accept": accept, "Cookie": self.cookie, **self.headers}
        if kind:
            headers["Content-Type"] = kind
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
            for kept in response.headers.get_all("Set-Cookie") or []:
                self.cookie = kept.partition(";")[0]
            return response.status, content
        finally:
            connection.close()


def token_of(page: bytes) -> str:
    found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1].decode()


def _multipart(boundary: str, fields: Mapping[str, str], file: bytes) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="plan.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return b"".join([*parts, head.encode(), file, f"\r\n--{boundary}--\r\n".encode()])

"""deploy/Caddyfile as Caddy runs it, in front of a real web server: ports are free ones, the
certificate is Caddy's own, what is large is smaller, and it waits for less long. All else is as in
the file."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from reviewer.config import ROOT
from reviewer.people.tries import LINKS_AN_HOUR_FROM_ONE_ADDRESS
from reviewer.serving import web_server
from tests.conftest import copied, database_of
from tests.ports import free_port, wait_for

CADDYFILE = ROOT / "deploy" / "Caddyfile"
LARGEST = 128 * 1024  # bytes of a request, instead of hundreds of MB
PATIENCE = 2  # seconds that it waits for a web server that is away
SECONDS = 60  # until a server listens, on a busy machine


def handlers(config: Any) -> Iterator[dict[str, Any]]:
    """Every handler of Caddy's own form of its file."""
    if isinstance(config, dict):
        if "handler" in config:
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from handlers(part)


@pytest.fixture(scope="module")
def adapted() -> dict[str, Any]:
    """What Caddy reads in the file. Without Caddy the test is skipped, or fails in CI."""
    if shutil.which("caddy") is None:
        say = pytest.fail if os.environ.get("REQUIRE_SERVERS") == "1" else pytest.skip
        say("no Caddy here: install it (apt-get install caddy)")
    read = subprocess.run(
        ["caddy", "adapt", "--adapter", "caddyfile", "--config", str(CADDYFILE)],
        env=os.environ | {"HOST_NAME": "localhost", "UPSTREAM": "to 127.0.0.1:1"},
        capture_output=True,
        text=True,
    )
    assert read.returncode == 0, read.stderr
    return json.loads(read.stdout)


@dataclass
class Front:
    """Caddy, the web server behind it, and what a visitor needs to know."""

    place: Path
    secure: int
    plain: int
    inside: int
    web: subprocess.Popen[bytes] | None = None
    cookie: str = ""

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        """An answer and its text, over https."""
        root = self.place / "caddy/pki/authorities/local/root.crt"
        trusted = ssl.create_default_context(cafile=str(root))
        connection = http.client.HTTPSConnection(
            "localhost", self.secure, timeout=SECONDS, context=trusted
        )
        headers = {"Cookie": self.cookie} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read().decode(errors="replace")
        connection.close()
        if kept := response.headers["Set-Cookie"]:
            self.cookie = kept.partition(";")[0]
        return response, content

    def send(self, path: str, fields: dict[str, str], **headers: str) -> str:
        """The text that answers a form, its token included."""
        _, page = self.ask("GET", path)
        found = re.search('name="csrf_token" value="([^"]+)"', page)
        assert found, page
        response, content = self.ask(
            "POST",
            path,
            urlencode({"csrf_token": found[1], **fields}),
            Content_Type="application/x-www-form-urlencoded",
            Referer=f"https://localhost:{self.secure}{path}",
            **headers,
        )
        assert response.status in (200, 302), content
        return content


@pytest.fixture(scope="module")
def front(adapted, empty_template, tmp_path_factory) -> Iterator[Front]:
    base = tmp_path_factory.mktemp("caddy")
    place = copied(empty_template, base / "behind-caddy")
    front = Front(place, free_port(), free_port(), free_port())
    config = json.loads(json.dumps(adapted).replace("127.0.0.1:1", f"127.0.0.1:{front.inside}"))
    web = config["apps"]["http"]
    web |= {"http_port": front.plain, "https_port": front.secure}
    for server in web["servers"].values():
        server["listen"] = [f"127.0.0.1:{front.secure}"]
    for handler in handlers(config):
        if handler["handler"] == "request_body":
            handler["max_size"] = LARGEST
        if "load_balancing" in handler:
            handler["load_balancing"]["try_duration"] = PATIENCE * 10**9
    config["admin"] = {"disabled": True}
    config["storage"] = {"module": "file_system", "root": str(place / "caddy")}
    # Not into what this machine trusts.
    config["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
    (place / "caddy.json").write_text(json.dumps(config), encoding="utf-8")
    settings = {
        "DATABASE_URL": database_of(place),
        "UPLOADS_DIR": str(place / "uploads"),
        "EXPORTS_DIR": str(place / "exports"),
        "SECRET_KEY": "for tests alone",
        "PUBLIC_URL": f"https://localhost:{front.secure}",
        "SECURE_COOKIES": "1",
        "PROXIES": "1",
        "METRICS_TOKEN": "",
        "SMTP_URL": "smtp://localhost:9",  # nothing is sent: no worker runs
    }
    listens = {"HOST": "127.0.0.1", "PORT": front.inside, "WEB_PROCESSES": 1, "WEB_THREADS": 4}
    front.web = start(place / "web.log", sys.executable, "-m", *web_server(listens), **settings)
    caddy = start(place / "caddy.log", "caddy", "run", "--config", str(place / "caddy.json"))
    try:
        for port in (front.inside, front.secure):
            wait_for(port)
        yield front
    finally:
        for program in (caddy, front.web):
            program.terminate()
            program.wait()


def start(log: Path, *command: str, **settings: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=file, stderr=file
        )


def test_http_is_led_to_https(front):
    connection = http.client.HTTPConnection("localhost", front.plain, timeout=SECONDS)
    connection.request("GET", "/sign-in?next=/rounds")
    response = connection.getresponse()
    assert response.status == 308
    assert response.headers["Location"] == "https://localhost/sign-in?next=/rounds"


def shakes_hands(front: Front, version: ssl.TLSVersion, ciphers: str = "") -> tuple[Any, Any]:
    """The version and the cipher that Caddy agrees to with a client that knows these alone."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers(f"{ciphers or 'ALL'}@SECLEVEL=0")  # what this machine would refuse itself
    client.minimum_version = client.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", front.secure)) as plain,
        client.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        return secure.version(), secure.cipher()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_of_tls_and_weak_ciphers_are_refused(front):
    newest = shakes_hands(front, ssl.TLSVersion.TLSv1_3)
    version, cipher = shakes_hands(front, ssl.TLSVersion.TLSv1_2)
    assert (newest[0], version) == ("TLSv1.3", "TLSv1.2")
    assert cipher and cipher[0].startswith("ECDHE-") and "GCM" in cipher[0]
    for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            shakes_hands(front, old)
    # Without forward secrecy, and with a mode that is no longer recommended.
    for weak in ("AES128-GCM-SHA256", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA256"):
        with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
            shakes_hands(front, ssl.TLSVersion.TLSv1_2, weak)


def test_a_page_comes_as_the_application_made_it(front):
    front.cookie = ""
    response, page = front.ask("GET", "/sign-in")
    assert response.status == 200 and "Sign in" in page
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=") and "Secure" in cookie and "HttpOnly" in cookie
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in response.headers
    [style] = re.findall(r'"(/static/plan-review\.css[^"]*)"', page)
    for path in ("/sign-in", style):
        response, _ = front.ask("GET", path, Accept_Encoding="gzip")
        assert response.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "path", ["/ready", "/metrics", "/METRICS", "//metrics", "/%6detrics", "/x/../metrics"]
)
def test_what_monitors_ask_for_stays_inside(front, path):
    response, _ = front.ask("GET", path, Host="localhost", X_Forwarded_For="127.0.0.1")
    assert response.status == 404
    assert front.ask("GET", "/health")[0].status == 200


def test_another_name_is_not_answered(front):
    _, content = front.ask("GET", "/sign-in", Host="elsewhere.example")
    assert "Plan Review" not in content
    response, _ = front.ask("GET", "/", X_Forwarded_Host="elsewhere.example")
    assert response.headers["Location"].startswith("/sign-in")


def test_nobody_makes_up_an_address_to_be_counted_by(front):
    def ask_for_link(number: int) -> str:
        made_up = f"198.51.100.{number}"
        return front.send(
            "/sign-in/forgotten",
            {"email": f"{number}@charity.example"},
            X_Forwarded_For=made_up,
            X_Real_IP=made_up,
            Forwarded=f"for={made_up}",
        )

    said = [ask_for_link(number) for number in range(LINKS_AN_HOUR_FROM_ONE_ADDRESS + 1)]
    assert ["Too many" in text for text in said] == [False] * (len(said) - 1) + [True]


def test_both_take_the_same_size(adapted, app):
    [limit] = [h["max_size"] for h in handlers(adapted) if h["handler"] == "request_body"]
    assert limit == app.config["MAX_CONTENT_LENGTH"]
    [factors] = re.findall(r"> (\d+) \* (\d+)", CADDYFILE.read_text(encoding="utf-8"))
    assert int(factors[0]) * int(factors[1]) == limit


def test_what_is_too_large_is_refused_with_a_reason(front, app):
    limit = app.config["MAX_CONTENT_LENGTH"]
    response, said = front.ask("POST", "/sign-in", Content_Length=str(limit + 1))
    assert response.status == 413 and "too large together" in said  # and none of it was sent
    parts = (b"x" * 1024 for _ in range(LARGEST // 1024 + 64))  # of a size that nobody said
    response, said = front.ask("POST", "/sign-in", parts)
    assert response.status == 413 and "too large together" in said


def test_a_web_server_that_starts_again_is_waited_for_and_one_that_is_away_is_said(front):
    """The last, as it stops the web server."""
    assert front.web
    front.web.terminate()
    front.web.wait()
    response, said = front.ask("GET", "/sign-in/a-secret-link", User_Agent="somebody")
    assert response.status == 503 and "try again in a minute" in said
    log = (front.place / "caddy.log").read_text(encoding="utf-8")
    assert "a-secret-link" not in log and "somebody" not in log

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    def come_back() -> None:
        time.sleep(PATIENCE / 4)
        with HTTPServer(("127.0.0.1", front.inside), Answer) as server:
            server.handle_request()

    threading.Thread(target=come_back).start()
    assert front.ask("GET", "/sign-in")[0].status == 200

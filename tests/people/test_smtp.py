"""One email over the wire, to a real SMTP server."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from reviewer.people import smtp
from tests.people.mailbox import Mailbox, mailbox
from tests.ports import free_port

SENDER = "Plan Review <reviews@example.org>"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


def letter(name="Ada Reader", subject="An invitation", text="Dear Ada,\n\nWelcome."):
    return smtp.compose(SENDER, name, "ada@example.org", subject, text)


def test_an_email_arrives_as_it_was_written(box):
    smtp.send(box.url, letter())
    [mail] = box.taken
    assert mail["From"] == "Plan Review <reviews@example.org>"
    assert mail["To"] == "Ada Reader <ada@example.org>"
    assert mail["Subject"] == "An invitation"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] and mail["Message-ID"].endswith("@example.org>")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content() == "Dear Ada,\n\nWelcome.\n"


def test_names_and_texts_beyond_ascii_and_long_lines(box):
    text = "Annwyl Siân,\n\n" + "Ŵythnos dda – “croeso” 👋 " * 80 + "\n.\nFrom here on."
    name, subject = "Siân Ŵyn-Jones (Cymru), Dr", "Gwahoddiad: darllen cynlluniau 👋" * 5
    smtp.send(box.url, letter(name, subject, text))
    [mail] = box.taken
    assert mail["To"].addresses[0].display_name == name
    assert mail["Subject"] == subject
    assert mail.get_content() == text + "\n"
    assert box.raw[0].isascii()
    assert max(map(len, box.raw[0].split(b"\r\n"))) <= 998  # RFC 5322


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_or_subject_adds_a_header(name, subject):
    mail = letter(f"A\r\nBcc: {name}", f"{subject}\r\nBcc: eve@example.org\n\nBody")
    head = mail.as_bytes().partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(
        b"From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type "
        b"Content-Transfer-Encoding".split()
    )


@pytest.mark.parametrize(
    ("refusal", "for_good"),
    [("550 no such user here", True), ("451 try again later", False)],
)
def test_what_the_server_refuses_is_told_in_its_words(box, refusal, for_good):
    box.refusal = refusal
    with pytest.raises(smtp.Trouble) as trouble:
        smtp.send(box.url, letter())
    assert trouble.value.for_good is for_good
    assert trouble.value.sentence == f"The mail server refused the address: {refusal}."


def test_a_server_that_is_not_there_may_come_back():
    with pytest.raises(smtp.Trouble, match="could not be reached") as trouble:
        smtp.send(f"smtp://127.0.0.1:{free_port()}", letter())
    assert not trouble.value.for_good


def test_a_server_that_says_nothing_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(smtp, "SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(smtp.Trouble, match=r"could not be reached: .*timed out") as trouble:
            smtp.send(f"smtp://127.0.0.1:{silent.getsockname()[1]}", letter())
    assert not trouble.value.for_good


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    if not shutil.which("openssl"):
        pytest.skip("no openssl here to make a certificate")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-keyout", key, "-out", cert], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def let_in(_server, _session, _envelope, _mechanism, given):
    right = (given.login, given.password) == (b"us", b"p@ss")
    return AuthResult(success=right, handled=False)


def test_the_line_is_encrypted_where_the_server_offers_it(certificate):
    login = {"authenticator": let_in, "auth_required": True, "require_starttls": True}
    with mailbox("us:p%40ss@", tls_context=certificate, **login) as box:
        smtp.send(box.url, letter())
        assert len(box.taken) == 1
        with pytest.raises(smtp.Trouble, match="refused our user name or password") as trouble:
            smtp.send(box.url.replace("p%40ss", "wrong"), letter())
        assert trouble.value.for_good and "wrong" not in trouble.value.sentence


def test_a_certificate_of_nobody_is_refused_outside_this_machine(certificate, monkeypatch):
    monkeypatch.setattr(smtp, "_is_here", lambda _host: False)
    with mailbox(tls_context=certificate) as box:
        with pytest.raises(smtp.Trouble, match="certificate verify failed"):
            smtp.send(box.url, letter())
        assert not box.taken


def test_a_password_never_goes_over_an_open_line(monkeypatch):
    login = {"authenticator": let_in, "auth_require_tls": False}
    with mailbox("us:p%40ss@", **login) as box:
        smtp.send(box.url, letter())  # within this machine it may
        monkeypatch.setattr(smtp, "_is_here", lambda _host: False)
        with pytest.raises(smtp.Trouble, match="offers no encryption") as trouble:
            smtp.send(box.url, letter())
        assert trouble.value.for_good and len(box.taken) == 1


def test_nothing_goes_over_an_open_line_to_another_machine_unless_it_is_allowed(monkeypatch):
    with mailbox() as box:
        monkeypatch.setattr(smtp, "_is_here", lambda _host: False)
        with pytest.raises(smtp.Trouble, match="set MAIL_WITHOUT_TLS=1") as trouble:
            smtp.send(box.url, letter())
        assert not box.taken and not trouble.value.for_good
        smtp.send(box.url, letter(), plain=True)
        assert len(box.taken) == 1

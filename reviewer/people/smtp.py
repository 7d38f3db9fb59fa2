"""Hands one email to a mail server. Knows no database."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

SECONDS = 20  # for each answer of the mail server; a job's lease is two minutes
PORTS = {"smtp": 587, "smtps": 465}


class Trouble(Exception):
    """Why an email was not taken, as a sentence; `for_good` if trying again is no use."""

    def __init__(self, sentence: str, for_good: bool) -> None:
        super().__init__(sentence)
        self.sentence, self.for_good = sentence, for_good


def compose(
    sender: str, name: str, address: str, subject: str, text: str, message_id: str = ""
) -> EmailMessage:
    """A plain-text email. Line breaks in a name or subject become spaces, so that neither can add a
    header of its own."""
    mail = EmailMessage(policy=SMTP)
    own_name, own_address = parseaddr(sender)
    mail["From"] = Address(_line(own_name), addr_spec=own_address)
    mail["To"] = Address(_line(name), addr_spec=address)
    mail["Subject"] = _line(subject)
    mail["Date"] = formatdate()
    mail["Message-ID"] = message_id or make_msgid(domain=own_address.partition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    mail.set_content(text.rstrip() + "\n", charset="utf-8", cte="quoted-printable")
    return mail


def send(url: str, mail: EmailMessage, *, plain: bool = False) -> None:
    """Hand an email to the server of an address such as smtp://user:password@host:587. Trouble says
    why it was not taken; one that offers no encryption gets it only if `plain` says so."""
    server = urlsplit(url)
    try:
        with _connect(server, mail) as connection:
            _encrypt(connection, server, plain)
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            # Not send_message: it writes ">From" where a line begins with "From".
            connection.sendmail(_address(mail["From"]), [_address(mail["To"])], mail.as_bytes())
    except smtplib.SMTPAuthenticationError as error:
        raise _refused("our user name or password", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused("the address", *next(iter(error.recipients.values()))) from error
    except smtplib.SMTPResponseException as error:
        raise _refused("the email", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Trouble("The mail server takes no user name and password.", True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Trouble(
            f"The mail server could not be reached: {_said(str(error))}", False
        ) from error


def _refused(what: str, code: int, words: bytes | str) -> Trouble:
    """RFC 5321: a refusal of 500 and more is for good, one of 400 and more may pass."""
    return Trouble(f"The mail server refused {what}: {code} {_said(words)}", code >= 500)


def _connect(server: SplitResult, mail: EmailMessage) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or PORTS[server.scheme]
    # Named, since asking the network for our own name can take longer than sending.
    us = _address(mail["From"]).partition("@")[2]
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, port, local_hostname=us, timeout=SECONDS, context=ssl.create_default_context()
        )
    return smtplib.SMTP(host, port, local_hostname=us, timeout=SECONDS)


def _encrypt(connection: smtplib.SMTP, server: SplitResult, plain: bool) -> None:
    """Encrypt. Only within this machine, where certificates are not looked at either, and where a
    setting says so, mail goes without; a password never leaves this machine so."""
    if server.scheme == "smtps":
        return
    here = _is_here(server.hostname or "")
    connection.ehlo_or_helo_if_needed()
    if connection.has_extn("starttls"):
        context = ssl.create_default_context()
        if here:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.starttls(context=context)
        connection.ehlo()
    elif server.username and not here:
        raise Trouble(
            "The mail server offers no encryption, so the password was not sent. "
            "Use smtps:// in SMTP_URL, or another port.",
            True,
        )
    elif not here and not plain:
        raise Trouble(
            "The mail server offers no encryption, so nothing was sent. Use smtps:// in SMTP_URL, "
            "or another port; for a server in your own network, set MAIL_WITHOUT_TLS=1.",
            False,  # it is a matter of settings, and the letters wait for them
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(header: Any) -> str:
    return header.addresses[0].addr_spec


def _said(words: bytes | str) -> str:
    """What the server said, on one line and not too long."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return _line(text)[:300].rstrip(".") + "."


def _line(text: str) -> str:
    return " ".join(text.split())

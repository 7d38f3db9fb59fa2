"""Settings: read in the type of their default, refused with a sentence, and documented."""

from __future__ import annotations

import stat

import pytest

from docs.generate import settings_page
from reviewer.config import ROOT, SETTINGS, kept_secret, load

NAMES = [setting.name for setting in SETTINGS]


def test_without_an_environment_every_setting_has_its_default():
    settings = load({"SECRET_KEY": "x"})
    for setting in SETTINGS:
        if setting.name not in ("SECRET_KEY", "PUBLIC_URL"):
            assert settings[setting.name] == setting.default


def test_settings_come_in_the_type_of_their_default():
    settings = load({"SECRET_KEY": "x", "PORT": "8123", "SECURE_COOKIES": "1", "HOST": "::1"})
    assert (settings["PORT"], settings["SECURE_COOKIES"], settings["HOST"]) == (8123, True, "::1")


@pytest.mark.parametrize("given", ["eight", "80.5", "-1"])
def test_a_number_that_is_none_is_refused_by_name(given):
    with pytest.raises(ValueError, match=r"^PORT must be a whole number"):
        load({"SECRET_KEY": "x", "PORT": given})


@pytest.mark.parametrize("given", ["0", "no", "off", "false"])
def test_a_switch_can_be_off_in_words(given):
    assert load({"SECRET_KEY": "x", "SECURE_COOKIES": given})["SECURE_COOKIES"] is False


def test_the_public_address_follows_host_and_port_unless_it_is_set():
    assert load({"SECRET_KEY": "x", "PORT": "8123"})["PUBLIC_URL"] == "http://127.0.0.1:8123"
    own = {"SECRET_KEY": "x", "PUBLIC_URL": "https://plans.example.org"}
    assert load(own)["PUBLIC_URL"] == "https://plans.example.org"


@pytest.mark.parametrize(
    "given",
    ["localhost:25", "http://localhost", "smtp://", "smtp://us:secret@host:port", "smtp://h:0"],
)
def test_a_mail_server_that_is_none_is_refused_without_its_password(given):
    with pytest.raises(ValueError, match=r"^SMTP_URL must look like") as refused:
        load({"SECRET_KEY": "x", "SMTP_URL": given})
    assert "secret" not in str(refused.value)


def test_mail_comes_from_an_address():
    with pytest.raises(ValueError, match=r"^MAIL_FROM must hold an email address"):
        load({"SECRET_KEY": "x", "MAIL_FROM": "Plan Review"})
    given = {"MAIL_FROM": "Plan Review <a@b.org>", "SMTP_URL": "smtps://u:p%40ss@mail.b.org"}
    assert load({"SECRET_KEY": "x"} | given)["MAIL_FROM"] == "Plan Review <a@b.org>"


def test_the_key_is_made_once_and_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "instance" / "secret-key"
    first = kept_secret(path)
    assert len(first) >= 32 and kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_documented(name):
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"\n| `{name}` |" in documented, "run: make docs"


def test_the_page_of_settings_is_up_to_date():
    written = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == settings_page(), "run: make docs"


def test_no_setting_is_there_twice_and_each_has_a_sentence():
    assert len(set(NAMES)) == len(NAMES)
    assert all(setting.sentence.endswith(".") for setting in SETTINGS)

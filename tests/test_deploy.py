"""The files under deploy/ say what the application understands: its settings, commands and options.

No container is started here. The units are read by systemd itself where it is at hand, and the
Caddyfile is run by Caddy in `test_caddy.py`.
"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import yaml

from reviewer.config import ROOT, SETTINGS
from reviewer.serving import web_server

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
OURS = {setting.name for setting in SETTINGS}
# What other programs read: Python, S3 clients, the counts of several processes, compose itself.
OTHERS = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PROMETHEUS_MULTIPROC_DIR"} | {
    *("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    *("HOST_NAME", "DATABASE_PASSWORD", "STORAGE_PASSWORD"),
}


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def settings_in(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Z_]+)=", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["plan-review.env", "compose.env.example"])
def test_every_setting_of_a_file_is_one(name):
    named = settings_in((DEPLOY / name).read_text(encoding="utf-8"))
    assert named and named <= OURS | OTHERS


def test_every_setting_of_the_containers_is_one():
    named = set()
    for name in ("web", "worker", "upgrade"):
        named |= set(compose()["services"][name]["environment"])
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    [lines] = re.findall(r"^ENV (HOST.*(?:\\\n.*)*)", text, re.MULTILINE)
    named |= set(re.findall(r"([A-Z_]+)=", lines))
    assert named <= OURS | OTHERS


def test_the_web_server_is_run_as_make_run_runs_it():
    settings = {name: f"${name}" for name in ("HOST", "PORT", "WEB_PROCESSES", "WEB_THREADS")}
    options = " ".join(web_server(settings))
    told = {name: " ".join(sorted(text.split())) for name, text in commands().items()}
    for name in ("plan-review-web.service", "Containerfile"):
        assert told[name] == " ".join(sorted(options.split())), name


def commands() -> dict[str, str]:
    unit = (DEPLOY / "plan-review-web.service").read_text(encoding="utf-8")
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    [in_unit] = re.findall(r"^ExecStart=\S*/(gunicorn .*)$", unit, re.MULTILINE)
    [in_image] = re.findall(r'exec (gunicorn [^"]*)"', image)
    return {
        "plan-review-web.service": re.sub(r"\$\{(\w+)\}", r"$\1", in_unit),
        "Containerfile": in_image,
    }


def test_every_command_is_one(app):
    called = [
        command
        for unit in UNITS
        for command in re.findall(r"flask --app app (.*)$", unit.read_text(), re.MULTILINE)
    ]
    for service in compose()["services"].values():
        words = service.get("command") or []
        if words[:1] == ["flask"]:
            called.append(" ".join(words[3:]))
    assert len(called) == 5
    for command in called:
        found = app.cli
        for word in command.split():
            found = found.commands[word]


def test_every_copied_folder_is_there():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY (\S+) ", text, re.MULTILINE):
        assert (ROOT / source).exists(), source


def test_no_secret_is_in_the_files():
    for name in ("plan-review.env", "compose.env.example"):
        for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
            setting, _, value = line.partition("=")
            if re.search("SECRET|PASSWORD|SMTP", setting) and not line.startswith("#"):
                assert value == "", line


def test_the_services_that_hold_something_have_a_volume():
    services = compose()["services"]
    for name in ("database", "storage"):
        assert services[name]["volumes"]
        assert "ports" not in services[name]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_systemd_reads_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        # The programs are where the service will be installed, and not here.
        (tmp_path / unit.name).write_text(
            re.sub(r"/opt/plan-review/\.venv/bin/\S+", "/bin/true", text), encoding="utf-8"
        )
    checked = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True
    )
    complaints = [line for line in checked.stderr.splitlines() if "plan-review" in line]
    assert not complaints


def test_what_a_service_may_do_is_little():
    """By systemd's own scale from 0 to 10; most of what is left is the network, and namespaces for
    reading PDFs without one."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    for unit in UNITS:
        if unit.suffix == ".service":
            rated = subprocess.run(
                ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
                capture_output=True,
                text=True,
            )
            assert rated.returncode == 0, rated.stdout + rated.stderr

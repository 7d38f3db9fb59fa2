"""The README tells what is there: its commands and its links."""

from __future__ import annotations

import re

from click import Group

from reviewer.config import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FLASKS_OWN = {"run", "shell", "routes"}
PICTURES = "docs/pictures/"  # taken from the running service


def commands(group, before=""):
    for name, command in group.commands.items():
        if isinstance(command, Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name


def test_every_command_is_in_the_table_and_no_other(app):
    rows = re.findall(r"^\| (`.*?`) \| [a-z]", README, re.MULTILINE)
    told = {
        re.match(r"[a-z -]*[a-z]", command)[0]
        for row in rows
        for command in re.findall(r"`([a-z][^`]*)`", row)
        if not command.endswith("/")
    }
    assert told == set(commands(app.cli)) - FLASKS_OWN


def test_every_target_of_make_that_it_names_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE) or target == "lists", target


def test_every_link_leads_to_a_file():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith((PICTURES, "http")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"

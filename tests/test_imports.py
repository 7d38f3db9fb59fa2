"""Who may import whom: the order of the packages, read from the source itself."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from reviewer.config import ROOT

# A package imports only what stands before it here. The modules of the first line are below every
# package, those of the last above; modules of one line may import one another.
ORDER = (
    (
        *("config", "db", "logbook", "queues", "jobs", "wording", "sheets", "commands"),
        *("storage", "seeing", "browser", "private"),
    ),
    ("instrument",),
    ("systems",),
    ("people",),
    ("rounds",),
    ("documents",),
    ("calibration",),
    ("reviews",),
    ("moderation",),
    ("findings",),
    ("writing",),
    ("report",),
    ("running",),
    ("selfassessment",),
    ("demonstration",),
    (
        "web",
        "places",
        "data",
        "rows",
        "backup",
        "models",
        "serving",
        "migrations",
        "status",
        "holding",
    ),
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
SOURCES = sorted((ROOT / "reviewer").rglob("*.py"))
# The guard: every package with pages needs it, and it imports no package.
GUARD = "reviewer.people.permissions"
LONGEST = 350  # lines; most files have under 200
NOT_IN_PURE_CODE = ("flask", "sqlalchemy", "reviewer.db")


def imports(path):
    """Every module that a source names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            if node.module == "reviewer":
                yield from (f"reviewer.{alias.name}" for alias in node.names)
            else:
                yield node.module


def part(path):
    """The package or root module that a source belongs to."""
    return path.relative_to(ROOT / "reviewer").parts[0].removesuffix(".py")


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_package_imports_only_what_stands_below_it(path):
    if part(path) == "__init__":
        assert not list(imports(path))
        return
    assert part(path) in LEVEL, f"give {part(path)} its place in ORDER"
    for module in imports(path):
        if module.startswith("reviewer.") and module != GUARD:
            other = module.split(".")[1]
            assert LEVEL[other] <= LEVEL[part(path)], f"{name_of(path)} imports {module}"


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if "Pure" in (ast.get_docstring(ast.parse(p.read_text())) or "")],
    ids=name_of,
)
def test_a_module_that_says_it_is_pure_knows_no_request_and_no_database(path):
    for module in imports(path):
        assert not module.startswith(NOT_IN_PURE_CODE), f"{name_of(path)} imports {module}"


def test_the_app_imports_nothing_that_only_the_tests_install():
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    installed = {plain(name) for name in re.findall(r"^([\w.-]+)==", pinned, re.MULTILINE)}
    distributions = packages_distributions()
    for path in SOURCES:
        for module in imports(path):
            top = module.split(".")[0]
            if top != "reviewer" and top not in sys.stdlib_module_names:
                from_where = {plain(name) for name in distributions.get(top, [])}
                assert from_where & installed, f"{name_of(path)} imports {module}"


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_guard_imports_no_package():
    path = ROOT / (GUARD.replace(".", "/") + ".py")
    assert not [module for module in imports(path) if module.startswith("reviewer")]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_source_file_stays_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST, "divide it"

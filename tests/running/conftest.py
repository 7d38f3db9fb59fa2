from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.running.makers import make_app, make_blank, use_database


@pytest.fixture(scope="session")
def one_app() -> Flask:
    return make_app()


@pytest.fixture(scope="session")
def blank(one_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_blank(one_app, tmp_path_factory.mktemp("blank"))


@pytest.fixture
def app(one_app: Flask, blank: Path, tmp_path: Path) -> Flask:
    use_database(one_app, tmp_path, blank)
    return one_app

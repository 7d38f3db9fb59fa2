"""The register of systems at a date, with mergers."""

from datetime import date

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.systems.models import System
from reviewer.systems.register import REGISTER, load_register, systems_at, systems_by_code


@pytest.fixture(autouse=True)
def register(app):
    with app.app_context():
        yield
        session.rollback()


@pytest.mark.parametrize(
    ("day", "systems"),
    [
        (date(2022, 6, 30), 0),
        (date(2023, 9, 1), 42),
        (date(2026, 3, 31), 42),
        (date(2026, 4, 1), 36),
        (date(2026, 11, 22), 36),
    ],
)
def test_the_systems_of_a_day(day, systems):
    assert len(systems_at(day)) == systems


def test_the_register_has_49_bodies_each_once():
    load_register()
    assert len(session.scalars(select(System).filter_by(invented=False)).all()) == 49


def test_a_system_that_was_split_has_several_successors():
    frimley = systems_by_code(["E54000034"])[0]
    assert [system.name for system in frimley.successors] == [
        "Hampshire and Isle of Wight",
        "Surrey and Sussex",
        "Thames Valley",
    ]


def test_codes_that_are_not_there_are_all_named():
    with pytest.raises(ValueError, match="E99, E98"):
        systems_by_code(["E99", "E54000034", "E98"])


def test_a_successor_that_is_not_in_the_file_is_named(tmp_path):
    text = REGISTER.read_text(encoding="utf-8").replace(",E54000071\n", ",E54000099\n", 1)
    path = tmp_path / "systems.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="E54000099"):
        load_register(path)

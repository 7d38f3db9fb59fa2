"""Every chart of a round in one ZIP, with a contents page, in one look; made by the worker."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import abort
from jinja2 import Environment, FileSystemLoader, Template
from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.drawing import draw
from reviewer.findings.figures import FORMATS, Figure
from reviewer.findings.making import Told
from reviewer.findings.models import ChartArchive, ChartTheme
from reviewer.findings.movement import Movement
from reviewer.findings.movement import describe as describe_movement
from reviewer.findings.movement import heading as heading_of_movement
from reviewer.findings.sentences import describe
from reviewer.findings.settled import movements
from reviewer.findings.theme import OURS, Theme, ours, read_theme
from reviewer.instrument.model import sentence_case
from reviewer.jobs import handles
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.sheets import Row, to_csv

MAKE_ARCHIVE = "make-charts"
COLUMNS = ("chart", "criterion", "question", "document", "base", "alternative_text", "files")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP knows: the same charts, the same file


def themes() -> dict[str, Theme]:
    """Every look by its key in an address: ours, then those of the team by name."""
    found = session.scalars(select(ChartTheme).order_by(ChartTheme.name))
    return {name: ours(name) for name in OURS} | {
        str(theme.id): read_theme(theme.definition) for theme in found
    }


def load_theme(key: str) -> Theme:
    return themes().get(key) or abort(404)


def add_theme(text: str, by: Person) -> ChartTheme:
    """Keep a look of the team; one of the same name is replaced. ValueError says what is wrong with
    it, a line for each mistake."""
    theme = read_theme(text)
    if theme.name in (ours(name).name for name in OURS):
        raise ValueError(f"name: {theme.name} is one of ours. Give yours another name.")
    found = session.scalar(select(ChartTheme).filter_by(name=theme.name))
    if found is None:
        found = ChartTheme(name=theme.name)
        session.add(found)
    found.definition, found.added_by_id = text, by.id
    session.flush()
    return found


def archives_of(round_: Round) -> dict[str, ChartArchive]:
    """The ZIP files of a round by the key of their look."""
    found = session.scalars(select(ChartArchive).filter_by(round_id=round_.id))
    return {archive.theme: archive for archive in found}


def ask_for(round_: Round, theme: str, by: Person) -> None:
    """Have the ZIP made anew in the background. One that is being made is waited for."""
    archive = archives_of(round_).get(theme) or ChartArchive(round_id=round_.id, theme=theme)
    archive.begin(by, MAKE_ARCHIVE)


def _give_up(archive_id: int) -> None:
    session.get_one(ChartArchive, archive_id).give_up()


@handles(MAKE_ARCHIVE, _give_up)
def _make(archive_id: int, renew: Callable[[], None]) -> None:
    archive = session.get_one(ChartArchive, archive_id)
    round_, theme = archive.round, themes().get(archive.theme)
    if theme is None:  # removed since it was asked for
        session.delete(archive)
        session.commit()
        return
    archive.make(lambda told: archive_file(round_, theme, told), renew)


def archive_file(round_: Round, theme: Theme, told: Told = lambda done, of: None) -> bytes:
    """The ZIP: a folder for each format, index.html and contents.csv with the charts in words."""
    charts: list[Figure | Movement] = [*figures(round_), *movements(round_)]
    rows = [_row(round_, chart) for chart in charts]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:

        def add(name: str, content: bytes, kind: int = zipfile.ZIP_DEFLATED) -> None:
            packed.writestr(zipfile.ZipInfo(name, LONG_AGO), content, kind)

        page = _template().render(round=round_, theme=theme, charts=rows, formats=FORMATS)
        add("index.html", page.encode())
        add("contents.csv", to_csv(COLUMNS, rows))
        for done, chart in enumerate(charts, 1):
            for kind, content in draw(chart, round_, theme).items():
                packs = zipfile.ZIP_STORED if kind == "png" else zipfile.ZIP_DEFLATED
                add(f"{kind}/{chart.id}.{kind}", content, packs)
            told(done, len(charts))
    return file.getvalue()


def _row(round_: Round, chart: Figure | Movement) -> Row:
    """A chart in the contents."""
    if isinstance(chart, Movement):
        question, document = chart.second.question, heading_of_movement(chart)
        words = describe_movement(chart)
    else:
        question, document, words = chart.question, chart.document.plural, describe(chart)
    return {
        "chart": chart.id,
        "criterion": round_.released.instrument.criterion(question.criterion).title,
        "question": question.text,
        "document": sentence_case(document),
        "base": chart.base,
        "alternative_text": words,
        "files": ";".join(f"{kind}/{chart.id}.{kind}" for kind in FORMATS),
    }


@cache
def _template() -> Template:
    # An environment of its own: the page is a file, and knows no request and no address.
    loader = FileSystemLoader(TEMPLATES / "findings")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("contents_file.html")

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents import intake
from reviewer.documents.models import Document
from reviewer.documents.reasons import Reason, Unreadable
from reviewer.documents.store import DRAW_PAGES, READ_DOCUMENT
from reviewer.jobs import Job, JobState
from reviewer.rounds.models import Kind, Round
from tests.documents.conftest import Place, plain_pdf, uploads

ABOUT = "Partners work together for babies, children and young people"


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=["documents", *map(str, words)])


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    file = tmp_path / "strategy.pdf"
    file.write_bytes(plain_pdf(f"{ABOUT}: co-production", f"{ABOUT}: safeguarding", ABOUT))
    return file


def test_attach_reads_before_it_returns(app, place, run, pdf):
    done = run("attach", pdf, "--system", place.code, "--kind", "strategy")
    assert (done.exit_code, done.stdout) == (0, "document 1: 3 pages, ready\n")
    assert done.stderr.splitlines()[-1] == "page 3 of 3"
    assert all(re.fullmatch(r"page \d+ of 3", line) for line in done.stderr.splitlines())
    with app.app_context():
        states = {job.kind: job.state for job in session.scalars(select(Job))}
        assert states == {READ_DOCUMENT: JobState.DONE, DRAW_PAGES: JobState.WAITING}
        assert session.get_one(Document, 1).round_id is None


def test_attach_to_one_round(app, place, run, pdf):
    done = run("attach", pdf, "--system", place.code, "--kind", "plan", "--round", "spring")
    assert done.exit_code == 0
    with app.app_context():
        assert session.get_one(Document, 1).round_id == place.round_id


def test_a_file_that_cannot_be_read_has_its_line(place, run, tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_text("A web page, saved by mistake")
    done = run("attach", file, "--system", place.code, "--kind", "plan")
    reason = str(Unreadable(Reason.NOT_A_PDF))
    assert (done.exit_code, done.stdout) == (1, f"document 1: 0 pages, {reason}\n")


def test_the_same_file_again(app, place, run, pdf, monkeypatch):
    first = run("attach", pdf, "--system", place.code, "--kind", "strategy")
    monkeypatch.setattr(intake, "read", pytest.fail)
    again = run("attach", pdf, "--system", place.code, "--kind", "strategy")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert again.stderr == "The same file was attached before.\n"
    with app.app_context():
        assert len(list(uploads().glob("*.pdf"))) == 1


def test_the_same_file_is_read_again_if_it_could_not_be(place, run, pdf, monkeypatch):
    def refuse(path, limits):
        raise Unreadable(Reason.TOO_LARGE)
        yield

    with monkeypatch.context() as patched:
        patched.setattr(intake, "read", refuse)
        assert run("attach", pdf, "--system", place.code, "--kind", "strategy").exit_code == 1
    again = run("attach", pdf, "--system", place.code, "--kind", "strategy")
    assert (again.exit_code, again.stdout) == (0, "document 1: 3 pages, ready\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--system", "E00", "--kind", "plan"], "No system in the register has the code E00."),
        (["--system", "CODE", "--kind", "plans"], "choose one of: strategy, plan, supporting"),
        (["--system", "CODE", "--kind", "plan", "--round", "autumn"], "no round called 'autumn'"),
        (["--system", "OTHER", "--kind", "plan", "--round", "spring"], "is not in the scope"),
    ],
)
def test_refusals(app, place, run, pdf, options, words):
    codes = {"CODE": place.code, "OTHER": "E54000063"}
    done = run("attach", pdf, *(codes.get(option, option) for option in options))
    assert (done.exit_code, done.stdout) == (1, "")
    assert words in done.stderr
    with app.app_context():
        assert not session.scalars(select(Document)).all()
        assert not list(uploads().glob("*.pdf"))


def test_a_file_over_the_limit_is_refused(app, place, run, pdf):
    app.config["UPLOAD_LIMIT_MB"] = 0
    done = run("attach", pdf, "--system", place.code, "--kind", "plan")
    assert done.exit_code == 1
    assert "larger than 0 MB" in done.stderr
    with app.app_context():
        assert not list(uploads().glob("*.pdf"))


def test_text(place, run, pdf):
    run("attach", pdf, "--system", place.code, "--kind", "strategy")
    pages = run("text", 1).stdout.rstrip("\n").split("\f")
    assert pages == [f"{ABOUT}: co-production", f"{ABOUT}: safeguarding", ABOUT]
    assert run("text", 1, "--page", 2).stdout == f"{ABOUT}: safeguarding\n"
    assert run("text", 1, "--page", 0).exit_code == 2


def test_text_that_is_not_there(place, run, pdf, attach, tmp_path):
    assert "There is no document 9." in run("text", 9).stderr
    waiting = attach(pdf.read_bytes())
    assert "was not read yet" in run("text", waiting).stderr
    run("attach", pdf, "--system", place.code, "--kind", "strategy")
    refused = run("text", 2, "--page", 4)
    assert (refused.exit_code, refused.stderr) == (1, "Error: Document 2 has 3 pages.\n")
    (tmp_path / "scan.pdf").write_bytes(plain_pdf("", ""))
    run("attach", tmp_path / "scan.pdf", "--system", place.code, "--kind", "plan")
    assert "Document 3 has no text." in run("text", 3).stderr


def test_find(place, run, pdf):
    run("attach", pdf, "--system", place.code, "--kind", "strategy")
    found = run("find", place.code, "children", "safeguarding")
    assert found.exit_code == 0
    assert re.fullmatch(r"1 page 2: .*children.*safeguarding.*\n", found.stdout)
    assert len(run("find", place.code, "children").stdout.splitlines()) == 3


def test_find_nothing(place, run, pdf):
    run("attach", pdf, "--system", place.code, "--kind", "strategy")
    found = run("find", place.code, "hedgehog")
    assert (found.exit_code, found.stdout) == (0, "")
    assert len(found.stderr.splitlines()) == 1
    assert run("find", "E00", "hedgehog").exit_code == 1


def test_find_leaves_self_assessments_out(app, place: Place, run, pdf):
    run("attach", pdf, "--system", place.code, "--kind", "plan", "--round", "spring")
    assert run("find", place.code, "safeguarding").stdout
    with app.app_context():
        session.get_one(Round, place.round_id).kind = Kind.SELF
        session.commit()
    assert run("find", place.code, "safeguarding").stdout == ""

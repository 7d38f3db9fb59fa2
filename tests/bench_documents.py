"""How fast documents are read, searched and drawn, beside the targets (`make bench`).

Both sides of a ratio are measured in one run, on a document of about 100 pages designed in Typst,
with pictures. The plain side is what most people would write: one process, page by page, with
pdfplumber's `extract_text()` or `to_image()`. Other work on the machine tells on the seconds of the
clock, so those of the processor are printed too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeGuard

from flask import Flask, send_from_directory
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from reviewer.config import ROOT
from reviewer.data import upgrade_all
from reviewer.db import only_reads, session
from reviewer.documents.children import Limits
from reviewer.documents.drawing import draw_pages
from reviewer.documents.models import Document, Page
from reviewer.documents.pane import search
from reviewer.documents.pictures import pictures_of
from reviewer.documents.reading import Opened, PageText, read
from reviewer.documents.search import find
from reviewer.documents.store import attach
from reviewer.documents.views import HOUR
from reviewer.instrument.models import InstrumentVersion
from reviewer.jobs import Job, JobState
from reviewer.people.models import add_person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.rounds.models import create_round
from reviewer.systems.models import System
from reviewer.web import create_app
from tests.documents.conftest import plain_pdf
from tests.documents.pdfs import PEAK, designed, photographs, plan_paragraphs, squashed, typeset

PARAGRAPHS = 1400  # about 100 pages
PROCESSES = 2
LOOKS = 200
RUNS = 3  # of what is short, for the one in the middle
VERSIONS = count()  # the same file twice would not be read again
PLAIN = """
import sys, pdfplumber
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        page.extract_text()
        page.close()
print(peak())
"""
READER = """
import sys
from pathlib import Path
from reviewer.documents.final import Final
final = Final(Path(sys.argv[1]))
for number in range(1, int(sys.argv[2]) + 1):
    final.text(number)
print(peak())
"""
PICTURES = """
import sys, pdfplumber
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        image = page.to_image(resolution=110)
        if len(sys.argv) > 2:
            image.save(f"{sys.argv[2]}/{page.page_number}.png")
        page.close()
"""


def seconds() -> tuple[float, float]:
    """Of the clock, and of the processor in the child processes that have ended."""
    times = os.times()
    return time.perf_counter(), times.children_user + times.children_system


def megabytes(program: str, *arguments: object) -> float:
    """The most memory that `program` holds in a process of its own."""
    command = [sys.executable, "-c", PEAK + program, *map(str, arguments)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout) / 2**20


def quotes_found(provisional: dict[int, str], final: dict[int, str]) -> float:
    """The share of 8-word quotes, as a viewer gives them, that the final text of the page has."""
    found = []
    for number, text in provisional.items():
        words, page = text.split(), squashed(final.get(number, ""))
        quotes = (" ".join(words[place : place + 8]) for place in range(0, len(words) - 8, 8))
        found += [squashed(quote) in page for quote in quotes]
    return sum(found) / len(found)


def row(what: str, ours: float, theirs: float, target: float, note: str = "") -> None:
    """Prints how many times faster ours is, and whether that is what is wanted."""
    ratio = theirs / ours
    print(f"{what}: {ratio:.1f}x faster (target {target:g}x, {verdict(ratio >= target)}){note}")


def verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"


def main() -> None:
    """Prints each measure beside its target."""
    paragraphs = list(islice(cycle(plan_paragraphs()), PARAGRAPHS))
    with TemporaryDirectory() as name:
        folder = Path(name)
        plan, long = folder / "plan.pdf", folder / "long.pdf"
        plan.write_bytes(designed(paragraphs, photographs(PARAGRAPHS // 20)))
        long.write_bytes(typeset("#for n in range(600) { pagebreak(weak: true); lorem(120) }"))
        app = make_app(folder)
        final = texts(app, plan, long, " ".join(paragraphs[-1].split()[:3]))
        looks(app, drawing(app, plan, folder))
    searching(" ".join(final.values()))


def texts(app: Flask, plan: Path, long: Path, words: str) -> dict[int, str]:
    """Prints how fast a document can be searched and is read; gives its final text."""
    quick = median(text_after(plan) for _ in range(RUNS))
    searchable = median(searchable_after(app, plan, words) for _ in range(RUNS))
    _, used = seconds()
    events = read(plan, Limits(processes=PROCESSES))
    opened = next(events)
    assert isinstance(opened, Opened)
    provisional = {e.number: e.text for e in islice(events, opened.pages) if is_text(e)}
    began = time.perf_counter()
    final = {e.number: e.text for e in events if is_text(e)}
    ended, used_by_us = seconds()
    plain_memory = megabytes(PLAIN, plan)
    plain_ended, used_by_plain = seconds()
    memory = megabytes(READER, plan, opened.pages)
    short, longer = megabytes(READER, long, 30), megabytes(READER, long, 600)

    plain, slow = plain_ended - ended, ended - began
    print(f"{opened.pages} designed pages. Plain pdfplumber, one process: {plain:.1f} s.")
    row(
        f"Upload to searchable, with the worker and the database, {searchable:.2f} s",
        *(searchable, plain, 30),
        note=f"; the text alone {quick:.2f} s, {plain / quick:.0f}x",
    )
    row(
        f"Final text in {PROCESSES} processes {slow:.1f} s",
        *(slow, plain, 2),
        note=f"; by processor time {(used_by_plain - used_by_us) / (used_by_us - used):.1f}x each",
    )
    share, growth = memory / plain_memory, longer / short
    print(
        f"Each process {memory:.0f} MB, plain {plain_memory:.0f} MB: {share:.2f} "
        f"(target 0.6, {verdict(share <= 0.6)}); {short:.0f} MB at 30 pages, {longer:.0f} MB at "
        f"600: {growth:.2f}x (target level, {verdict(growth < 1.1)})"
    )
    found = quotes_found(provisional, final)
    print(f"8-word quotes found on their page: {found:.1%} (target 98%, {verdict(found >= 0.98)})")
    return final


def make_app(folder: Path) -> Flask:
    """An application with its database and uploads in `folder`."""
    app = create_app(
        {
            "DATABASE_URL": f"sqlite:///{folder / 'plan-review.sqlite3'}",
            "UPLOADS_DIR": str(folder / "uploads"),
            "EXPORTS_DIR": str(folder / "exports"),
            "SECRET_KEY": "for measuring",
            "READER_PROCESSES": PROCESSES,
            "WTF_CSRF_ENABLED": False,
            "REQUIRE_SECOND_FACTOR": False,  # else who looks at pictures has to set it up
        }
    )
    with app.app_context():
        upgrade_all()
        systems = session.scalars(select(System).order_by(System.code).limit(2)).all()
        instrument = session.scalars(select(InstrumentVersion)).first()
        assert instrument
        create_round("measured", instrument=instrument, systems=systems)
        session.commit()
    return app


@contextmanager
def worker(app: Flask) -> Iterator[None]:
    """The worker as `make run` starts it; whatever it has not done is forgotten afterwards."""
    names = ("DATABASE_URL", "UPLOADS_DIR", "EXPORTS_DIR", "SECRET_KEY", "READER_PROCESSES")
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
        cwd=ROOT,
        env=os.environ | {name: str(app.config[name]) for name in names},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # with the programs that it has started
        process.wait()
        with app.app_context():
            session.execute(delete(Job))
            session.commit()


def text_after(pdf: Path) -> float:
    """Seconds until the provisional text of every page is there, without worker and database."""
    began = time.perf_counter()
    with closing(read(pdf, Limits(processes=PROCESSES))) as events:  # type: ignore[type-var]
        opened = next(events)
        assert isinstance(opened, Opened)
        assert len(list(islice(events, opened.pages))) == opened.pages
        return time.perf_counter() - began


def searchable_after(app: Flask, pdf: Path, words: str) -> float:
    """Seconds from handing a file in to a running worker until a search finds `words` of it."""
    with worker(app):
        hand_in(app, plain_pdf("How the partnership works for children"), "children")
        wait_for_quiet(app)
        return hand_in(app, pdf.read_bytes() + b"\n" * next(VERSIONS), words)


def wait_for_quiet(app: Flask) -> None:
    """Wait until the worker has done all that it was asked for."""
    with app.app_context():
        while session.scalars(select(Job.id).where(Job.state != JobState.DONE)).first():
            session.rollback()
            time.sleep(0.1)
        session.rollback()


def hand_in(app: Flask, pdf: bytes, words: str) -> float:
    with app.app_context():
        system = session.scalars(select(System).order_by(System.code)).first()
        assert system
        began = time.perf_counter()
        document, _ = attach(BytesIO(pdf), "plan.pdf", system=system, kind="plan")
        session.commit()
        number = document.id
        only_reads.set(True)
        while not session.scalar(select(func.count(Page.id)).filter_by(document_id=number)):
            session.rollback()
            time.sleep(0.005)
        assert search([session.get_one(Document, number)], words)
        took = time.perf_counter() - began
        session.rollback()
        only_reads.set(False)
    return took


def drawing(app: Flask, plan: Path, folder: Path) -> int:
    """Prints how fast pages are drawn; gives the id of a document that is."""
    with app.app_context():
        document = session.scalars(select(Document).order_by(Document.id.desc())).first()
        assert document
        pages, number = document.page_count, document.id
        pictures_of(document).remove()
        session.rollback()
        started, used = seconds()
        draw_pages(number, lambda: None)
        ended, used_by_us = seconds()
        assert not pictures_of(session.get_one(Document, number)).missing(pages)
        session.rollback()
    kept, used_by_kept = plain_pictures(plan, folder)
    unkept, _ = plain_pictures(plan)
    took = ended - started
    row(
        f"{pages} page pictures in {PROCESSES} processes, {1000 * took / pages:.0f} ms each, "
        "against pdfplumber's to_image().save() in one",
        *(took, kept, 3),
        note=f"; by processor time {used_by_kept / (used_by_us - used):.1f}x each; against "
        f"to_image() that keeps no file {unkept / took:.1f}x",
    )
    return number


def plain_pictures(plan: Path, *folder: Path) -> tuple[float, float]:
    """Seconds of the clock and of the processor for pdfplumber to draw every page."""
    began, used_before = seconds()
    subprocess.run([sys.executable, "-c", PICTURES, plan, *folder], check=True)
    ended, used = seconds()
    return ended - began, used - used_before


def looks(app: Flask, number: int) -> None:
    """Prints what a second look at a picture costs, beside a static file of the same size."""
    with app.app_context():
        file = Path(app.config["UPLOADS_DIR"]) / pictures_of(
            session.get_one(Document, number)
        ).name(1)
        lead = add_person("lead@example.org", name="Lead", role=Role.POLICY_LEAD)
        link = make_sign_in_link(lead, hours=1)
        session.commit()
    app.add_url_rule(
        "/file/<name>",
        "file",
        lambda name: send_from_directory(file.parent.resolve(), name, max_age=HOUR),
    )
    client = app.test_client()
    client.post(f"/sign-in/{link}")
    ours, theirs = f"/documents/{number}/pages/1/picture", f"/file/{file.name}"
    first = client.get(ours)
    assert len(first.data) == len(client.get(theirs).data)
    kept = first.cache_control.immutable and first.cache_control.max_age == HOUR
    took = [milliseconds(client, path, LOOKS) for path in (ours, theirs, ours, theirs)]
    picture, static = min(took[::2]), min(took[1::2])
    print(
        f"A second look at a picture within {HOUR // 60} minutes: no request, as for a static file "
        f"(target, {verdict(bool(kept))}). Asked again later, {picture:.2f} ms "
        "with the right to read it looked up, against "
        f"{static:.2f} ms of a static file: {picture / static:.1f}x"
    )


def milliseconds(client: FlaskClient, path: str, times: int) -> float:
    """Of the processor, to answer a browser that has the file and asks whether it is the same."""
    headers = {"If-None-Match": client.get(path).headers["ETag"]}
    started = time.process_time()
    for _ in range(times):
        assert client.get(path, headers=headers).status_code == 304
    return (time.process_time() - started) * 1000 / times


def searching(text: str) -> None:
    """Prints how fast words are found in the documents of a system."""
    system = [(n, text[start : start + 3000]) for n, start in enumerate(range(0, 720_000, 3000))]
    start = time.process_time()
    hits = find(system, "safeguarding lead")
    took = (time.process_time() - start) * 1000
    print(
        f"Two words in 240 pages of 3 KB, {len(hits)} found: {took:.0f} ms "
        f"(target 30 ms, {verdict(took <= 30)})"
    )


def is_text(event: object) -> TypeGuard[PageText]:
    return isinstance(event, PageText)


if __name__ == "__main__":
    main()

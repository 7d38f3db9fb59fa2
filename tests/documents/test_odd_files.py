"""Every odd file ends in text or in a named reason, in time, and harms nothing beside it."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from reviewer import jobs
from reviewer.db import session
from reviewer.documents import children, intake
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.reasons import SENTENCES, Reason
from reviewer.jobs import Job, JobState
from tests.documents.odd_files import ODD
from tests.documents.odd_parts import GOOD, TEXT

MEGABYTES = 300
PASSES = 2  # each page is read provisionally, then finally
TO_SPARE = 20  # for children to start, on a machine that does other things too


@pytest.fixture
def peaks(monkeypatch):
    """The most memory, in MB, that each child held when it was ended; None if it was gone."""
    seen = []
    end = children.Child.end

    def measured(child):
        status = Path(f"/proc/{child._process.pid}/status")
        found = re.search(r"VmPeak:\s+(\d+)", status.read_text()) if status.exists() else None
        seen.append(int(found[1]) / 1024 if found else None)
        return end(child)

    monkeypatch.setattr(children.Child, "end", measured)
    return seen


@pytest.fixture
def started(monkeypatch):
    """The child processes that were started."""
    seen = []
    start = subprocess.Popen

    def remembered(*arguments, **options):
        seen.append(start(*arguments, **options))
        return seen[-1]

    monkeypatch.setattr(children.subprocess, "Popen", remembered)
    return seen


def pages_of(content):
    """The number of pages as pdfium has it; None if it cannot open the file."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return None


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file(app, attach, peaks, started, monkeypatch, name):
    monkeypatch.setattr(intake, "ask", lambda *work: None)  # test_pictures.py draws such files
    odd = ODD[name]
    content = odd.make()
    app.config.update(PAGE_SECONDS=odd.seconds, READER_MEMORY_MB=MEGABYTES)
    odd_id, good_id = attach(content, "odd.pdf"), attach(GOOD, "good.pdf", kind="strategy")
    began = time.monotonic()
    with app.app_context():
        jobs.run_waiting()
        took = time.monotonic() - began
        read, good = session.get_one(Document, odd_id), session.get_one(Document, good_id)
        text = session.scalar(select(Page.text).filter_by(document_id=odd_id, number=1)) or ""
        states = set(session.scalars(select(Job.state)))

        if odd.reasons:
            assert read.status == Status.UNREADABLE
            assert read.reason in [SENTENCES[reason] for reason in odd.reasons]
            assert not read.pages
        else:
            assert read.status == Status.READY, read.reason
            assert text.startswith(odd.text)
            assert re.fullmatch(odd.says, read.reason), read.reason
        assert read.page_count == pages_of(content) or read.reason

        assert (good.status, good.reason, good.page_count) == (Status.READY, "", 1)
        assert [page.text for page in good.pages] == [TEXT]
    assert states == {JobState.DONE}
    assert took < PASSES * odd.seconds + TO_SPARE
    assert all(child.poll() is not None for child in started)
    assert peaks and all(peak is None or peak <= MEGABYTES for peak in peaks)


def test_every_reason_for_a_whole_file_is_met():
    met = {reason for odd in ODD.values() for reason in odd.reasons}
    assert met == set(Reason) - {Reason.DIFFERS}

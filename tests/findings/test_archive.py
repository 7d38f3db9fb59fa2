"""Every chart in one ZIP: its files are read back, and the page that asks for it."""

from __future__ import annotations

import csv
import io
import zipfile

import pypdfium2
import pytest

from reviewer import jobs
from reviewer.db import session
from reviewer.findings import archive
from reviewer.findings.archive import archive_file
from reviewer.findings.counting import figures
from reviewer.findings.making import Making
from reviewer.findings.models import ChartArchive, ChartTheme
from reviewer.findings.settled import movements
from reviewer.findings.theme import ours
from reviewer.instrument.model import SCALE
from reviewer.people.permissions import Role
from reviewer.rounds.models import find_round
from tests.findings.test_theme import MINE
from tests.moderation.makers import YES, queries, read
from tests.running.makers import make_person, make_round, sign_in

PLACE = ("leadership-2", "plan")


def published() -> dict[tuple[str, str], dict[str, int]]:
    """The counts that the report of January 2024 gives, by question and document."""
    from reviewer.config import ROOT

    found: dict[tuple[str, str], dict[str, int]] = {}
    path = ROOT / "criteria" / "hpig-2024-published.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["count"]:
                place = found.setdefault((row["question"], row["document"]), {})
                place[row["option"]] = int(row["count"])
    return found


def test_the_text_of_every_pdf_chart_is_read_back_with_the_published_numbers(demo_app):
    with demo_app.app_context():
        round_ = find_round("demonstration")
        told = []
        content = archive_file(round_, ours("page"), lambda done, of: told.append((done, of)))
        # Nothing is drawn the second time, and the same charts are the same file.
        assert archive_file(round_, ours("page")) == content
        counted, moved = figures(round_), movements(round_)
    assert told[-1] == (len(counted) + len(moved),) * 2
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = set(packed.namelist())
        page = packed.read("index.html").decode()
        rows = list(csv.DictReader(io.StringIO(packed.read("contents.csv").decode())))
        texts = {
            name[4:-4]: " ".join(
                pypdfium2.PdfDocument(packed.read(name))[0].get_textpage().get_text_range().split()
            )
            for name in names
            if name.startswith("pdf/")
        }
        assert packed.read(f"png/{counted[0].id}.png").startswith(b"\x89PNG")
    ids = {chart.id for chart in (*counted, *moved)}
    assert texts.keys() == ids
    assert names == {f"{kind}/{i}.{kind}" for i in ids for kind in ("png", "svg", "pdf")} | {
        "index.html",
        "contents.csv",
    }
    expected, seen = published(), 0
    for figure in counted:
        text = f" {texts[figure.id]} "
        assert figure.question.text in text
        assert f"Base: {figure.base_text} {figure.document.plural} reviewed" in text
        assert "Invented for the demonstration" in text
        known = expected.get((figure.question.id, figure.document.id), {})
        for option in figure.shown:
            count = figure.counts[option.id]
            assert known.get(option.id, count) == count
            seen += option.id in known
            both, alone = f"{count} ({figure.percent(option.id)}%)", f"{option.title} ({count}"
            # A number without room stands in the legend, and so does a 0.
            none = f"{option.title} (none)"
            narrow = figure.question.kind == SCALE and 0 < count < 4
            assert (
                both in text or alone in text or none in text or (narrow and f" {count} " in text)
            )
    assert seen == sum(map(len, expected.values())) > 60
    for movement in moved:
        assert movement.first.question.text in texts[movement.id]
    assert {row["chart"] for row in rows} == ids
    for row in rows:
        assert row["alternative_text"]
        for name in row["files"].split(";"):
            assert name in names and name in page
    assert "<script" not in page and "http" not in page


@pytest.fixture
def scene(app, monkeypatch):
    """A round with one submitted answer, a lead and a viewer; charts are not drawn."""
    monkeypatch.setattr(
        archive,
        "draw",
        lambda chart, round_, theme: {k: theme.name.encode() for k in ("png", "svg", "pdf")},
    )
    with app.app_context():
        round_ = make_round("spring")
        read(round_, round_.systems()[0], make_person("Ada Reader", Role.REVIEWER), {PLACE: YES})
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER)
        session.commit()
        return f"/rounds/{round_.id}/charts", lead.id, viewer.id


def toml(text: str, name: str = "theme.toml"):
    return {"file": (io.BytesIO(text.encode() if isinstance(text, str) else text), name)}


def test_it_is_asked_for_made_and_taken_home(app, scene):
    address, lead, viewer = scene
    client = sign_in(app, lead)
    assert "Make them" in client.get(address).text
    assert client.get(f"{address}/slide.zip").status_code == 404
    for _ in range(2):
        assert client.post(f"{address}/slide").location == address
    assert "Waiting to be made" in client.get(address).text
    assert client.get(f"{address}/status").json["files"] == [
        {"name": "slide", "state": "waiting", "done": 0, "of": 0}
    ]
    with app.app_context():
        jobs.run_waiting()
        made = session.query(ChartArchive).one()
        assert made.state == Making.MADE and made.done == made.of > 60
    taken = sign_in(app, viewer).get(f"{address}/slide.zip")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="spring-charts-slide.zip"'
    with zipfile.ZipFile(io.BytesIO(taken.data)) as packed:
        assert packed.read("svg/leadership-2-plan.svg") == b"Slide"
    assert sign_in(app, viewer).post(f"{address}/slide").status_code == 403
    assert client.post(f"{address}/hoarding").status_code == 404


def test_a_theme_is_brought_used_replaced_and_removed(app, scene):
    address, lead, _ = scene
    client = sign_in(app, lead)
    for text in (MINE, MINE.replace("#7A1F1F", "#7A1F20")):
        assert client.post(f"{address}/themes", data=toml(text)).location == address
    with app.app_context():
        theme = session.query(ChartTheme).one()
        key, own = theme.id, theme.definition
    assert "Autumn" in client.get(address).text
    assert client.get(f"{address}/themes/{key}.toml").text == own
    assert client.get(f"{address}/themes/post.toml").text.startswith("# For a post")
    client.post(f"{address}/{key}")
    with app.app_context():
        jobs.run_waiting()
    taken = client.get(f"{address}/{key}.zip")
    assert "spring-charts-autumn.zip" in taken.headers["Content-Disposition"]
    # Removed while its charts wait to be made: nothing is made, and nothing fails.
    client.post(f"{address}/{key}")
    assert client.post(f"{address}/themes/{key}/remove").location == address
    with app.app_context():
        jobs.run_waiting()
        assert not session.query(ChartArchive).all()
    assert client.get(f"{address}/{key}.zip").status_code == 404
    assert client.post(f"{address}/themes/slide/remove").status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINE.replace("Autumn", "Slide"), "Slide is one of ours"),
        (MINE.replace("#101010", "#999999"), "has a contrast of 2.8"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        ("x" * 30_000, "too large"),
        (MINE.replace("Liberation Sans", "Papyrus").replace("post", "wall"), "size: choose page"),
    ],
)
def test_a_bad_theme_says_what_is_wrong_and_is_not_kept(app, scene, text, said):
    client = sign_in(app, scene[1])
    page = client.post(f"{scene[0]}/themes", data=toml(text)).text
    assert said in page and "There is a problem" in page
    with app.app_context():
        assert not session.query(ChartTheme).all()


def test_the_old_address_gives_what_is_drawn_and_leads_to_the_page_else(app, scene):
    client = sign_in(app, scene[1])
    old = scene[0].replace("/charts", "/findings/charts.png.zip")
    assert client.get(old).location == scene[0]


def test_the_page_takes_few_queries(app, scene):
    client = sign_in(app, scene[1])
    client.get(scene[0])
    with queries() as sent:
        client.get(scene[0])
    assert 0 < len(sent) <= 10

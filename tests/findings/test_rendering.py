"""What becomes of a chart's specification in each format, and that no word runs into another."""

import io
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest
from PIL import Image

from reviewer.findings.charts import FONT, chart
from reviewer.findings.figures import FORMATS, Figure
from reviewer.findings.rendering import MEASURED, render
from reviewer.findings.sentences import describe
from reviewer.findings.theme import TYPEFACES, ours
from reviewer.instrument.model import Option
from tests.findings.makers import figure
from tests.findings.test_charts import FORMS

CRITERIA = Path(__file__).parents[2] / "criteria"
PIXEL = 1.0


def legends() -> dict[str, Figure]:
    """A figure with every scale that criteria of ours answer with."""
    found = {}
    for path in sorted(CRITERIA.glob("*.toml")):
        for scale in tomllib.loads(path.read_text("utf-8"))["scales"]:
            options = tuple(Option(o["id"], o["label"]) for o in scale["options"])
            counts = range(1, len(options) + 1)
            found[f"{path.stem} {scale['id']}"] = figure(*counts, options=options)
    return found


LEGENDS = legends()
LEGENDS["scale of long words"] = figure(
    *(9, 12, 5),
    options=(
        Option("all", "throughout the strategy, with commitments of its own"),
        Option("some", "in some chapters, mostly as one group among others"),
        Option("none", "nowhere that reviewers found"),
    ),
)


@pytest.mark.parametrize("made", [*FORMS.values(), *LEGENDS.values()], ids=[*FORMS, *LEGENDS])
@pytest.mark.parametrize("typeface", TYPEFACES)
def test_no_word_leaves_the_page_or_runs_into_another(made, typeface):
    spec = chart(made).to_dict(validate=False)
    spec["config"]["font"] = f"{typeface}, Arial, sans-serif"
    page = pypdfium2.PdfDocument(render(spec, ["pdf"])["pdf"])[0]
    text = page.get_textpage()
    boxes = [text.get_rect(place) for place in range(text.count_rects())]
    assert len(boxes) > 2
    width, height = page.get_size()
    for left, bottom, right, top in boxes:
        assert left >= 0 and bottom >= 0 and right <= width and top <= height
    shapes = [part.get_bounds() for part in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH])]
    keys = [(left, bottom, right, top) for left, bottom, right, top in shapes if right - left < 18]
    for one, other in combinations([*boxes, *(key for key in keys if key[3] - key[1] < 18)], 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        assert across < PIXEL or down < PIXEL, "two texts, or a text and a key, lie on each other"


def test_the_picture_knows_its_size_on_paper():
    files = render(chart(figure(1, 11, 19)), ["png"])
    picture = Image.open(io.BytesIO(files["png"]))
    picture.load()
    assert tuple(map(round, picture.info["dpi"])) == (144, 144)


def test_the_pdf_says_in_words_what_the_chart_shows():
    made = figure(1, 11, 19)
    file = pdfplumber.open(io.BytesIO(render(chart(made), ["pdf"])["pdf"]))
    assert file.metadata["Title"] == describe(made)
    assert file.doc.catalog["Lang"] == b"en-GB"
    described = [part for part in parts(file.structure_tree) if part.get("alt_text")]
    assert [part["alt_text"] for part in described] == [describe(made)]


def parts(tree: list[dict]) -> list[dict]:
    return [found for part in tree for found in (part, *parts(part.get("children", [])))]


def test_the_typeface_that_is_measured_is_in_no_file_of_another():
    files = render(chart(figure(1, 11, 19)), FORMATS)
    assert FONT in files["svg"].decode() and MEASURED not in files["svg"].decode()
    assert b"LiberationSans" not in files["pdf"]


def test_many_at_once_are_what_each_is_alone():
    dressed = [ours(look).dress(chart(made).to_dict()) for look in ("page", "slide")
               for made in list(FORMS.values())[:4]]  # fmt: skip
    alone = [render(spec, FORMATS) for spec in dressed]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda spec: render(spec, FORMATS), dressed)) == alone

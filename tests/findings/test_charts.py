"""Every form of chart is drawn, and its words, numbers and colours are looked for in the files."""

import io
import json
import re
from html import unescape
from itertools import pairwise
from math import dist

import altair as alt
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reviewer.findings import charts, rendering
from reviewer.findings.charts import (
    CHOSEN,
    FONT,
    GREY,
    INK,
    PAPER,
    REST,
    TRACK,
    chart,
    shades,
    web_spec,
)
from reviewer.findings.figures import FORMATS
from reviewer.findings.rendering import render
from reviewer.findings.sentences import NO_VALUE, describe
from reviewer.instrument.model import CHOICE, Option
from tests.findings.makers import FREQUENCY, GROUPS, PLAN, YES_NO, figure, groups

LONG = (
    "Does the plan propose approaches to tackle health inequalities as a barrier to accessing "
    "health services? For example, disability, digital divide, linguistic or cultural barriers "
    "could hinder a young person's access to their local services."
)
COVERED = (
    Option("own", "own section"),
    Option("threaded", "threaded through all-age sections"),
    Option("both", "both"),
    Option("not", "not covered"),
)
NINE = (
    *GROUPS,
    Option("absent", "children who are persistently absent from school"),
    Option("carers", "young carers & children who look after a parent or a sibling"),
    Option("justice", "children in contact with the youth justice system"),
    Option(
        "refugees",
        "unaccompanied asylum-seekers, refugees and migrants, with those who were trafficked and "
        "those whose families have no recourse to public funds",
    ),
    Option("lgbtq", "young people in the LGBTQ+ community"),
)
FORMS = {
    "two steps": figure(14, 16, options=YES_NO),
    "three steps": figure(1, 11, 19),
    "three steps, one of them at 0": figure(13, 18, 0),
    "four steps": figure(5, 9, 12, 5, options=FREQUENCY),
    "five steps": figure(5, 9, 7, 4, 5, options=(*FREQUENCY, Option("else", "not at all"))),
    "all in one step": figure(31, 0, 0),
    "one choice": figure(12, 9, 8, 2, kind=CHOICE, options=COVERED),
    "choices": groups(9, 14, 13, 6, base=26),
    "nine long choices": groups(6, 5, 4, 9, 3, 2, 1, 15, 0, base=15, options=NINE, document=PLAN),
    "long question": figure(10, 10, 10, text=LONG, document=PLAN),
    "base 0": figure(0, 0, 0),
    "choices, base 0": groups(0, 0, 0, 0, base=0),
}
each_form = pytest.mark.parametrize("made", FORMS.values(), ids=FORMS.keys())


def svg_of(made, **marked) -> str:
    return render(chart(made, **marked), ["svg"])["svg"].decode()


def lines_in(svg: str) -> list[str]:
    """The words of the picture, line by line, in the order of drawing."""
    return [unescape(line) for line in re.findall(r">([^<>]+)</t", svg)]


def words_in(svg: str) -> str:
    return " ".join(lines_in(svg))


def expected_words(made) -> list[str]:
    words = [made.question.text, made.document.plural.capitalize()]
    words.append(f"Base: {made.base_text} {made.document.plural} reviewed")
    return words + ([option.title for option in made.shown] if made.base else [NO_VALUE])


@each_form
def test_all_words_are_in_every_file(made):
    files = render(chart(made), FORMATS)
    assert set(files) == set(FORMATS)
    svg = files["svg"].decode()
    document = pypdfium2.PdfDocument(files["pdf"])
    pdf = " ".join(document[0].get_textpage().get_text_range().split())
    for words in expected_words(made):
        assert words in words_in(svg)
        assert words in pdf
    assert b"+AtkinsonHyperlegibleNext-Bold" in files["pdf"]
    assert FONT in svg
    picture = Image.open(io.BytesIO(files["png"]))
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', svg).groups())
    assert picture.size == (2 * width, 2 * height)
    title = picture.convert("L").crop((0, 0, 400, 60))
    assert title.getextrema()[0] < 80, "no title in the picture"
    assert picture.convert("RGB").getpixel((3, 3)) == (255, 255, 255)


@each_form
def test_nothing_sticks_out_of_the_width(made):
    width = int(re.search(r'width="(\d+)"', svg_of(made)).group(1))
    assert width <= charts.WIDTH + 18  # padding, and half of an outline


@each_form
def test_the_specification_is_valid_vega_lite(made):
    alt.LayerChart.from_dict(chart(made).to_dict())
    alt.LayerChart.from_dict(web_spec(made))


@each_form
def test_the_same_figure_gives_the_same_specification(made):
    one, other = (json.dumps(chart(made).to_dict(), sort_keys=True) for _ in range(2))
    assert one == other


def test_segments_stand_in_the_order_of_the_scale_with_their_numbers():
    lines = lines_in(svg_of(figure(5, 19, 6)))
    assert lines[:3] == ["5 (17%)", "19 (63%)", "6 (20%)"]
    assert [line for line in lines if line in ("Yes", "To some extent", "No")] == [
        "Yes",
        "To some extent",
        "No",
    ]


def bars_in(svg: str) -> list[str]:
    """The colours of the bars, in the order of drawing."""
    groups = re.findall(r'<g class="mark-rect[^>]*>(.*?)</g>', svg)
    return [colour for group in groups for colour in re.findall(r'fill="(#\w+)"', group)]


def test_an_option_at_0_draws_no_segment_and_the_legend_says_so():
    svg = svg_of(figure(13, 18, 0))
    assert bars_in(svg) == [colour for colour, _ in shades(3)][:2]
    assert not re.search(r'd="M[^"]*h0v', svg.split("role-legend")[0].split("mark-rect")[1])
    assert "No (none)" in lines_in(svg)
    assert not any(line.startswith("0") for line in lines_in(svg))


def test_a_number_without_room_stands_in_the_legend():
    narrow = figure(1, 99, 0, reviewed=100, base=100, total=100)
    spec = web_spec(narrow)
    assert '"label": ""' in json.dumps(spec)
    assert "Yes (1)" in json.dumps(spec)


def test_ranked_bars_most_named_first_and_other_last():
    svg = svg_of(groups(9, 14, 13, 0, base=26))
    lines = lines_in(svg)
    assert lines[:4] == [GROUPS[1].title, GROUPS[2].title, GROUPS[3].title, "Other"]
    assert lines[4:8] == ["14 (54%)", "13 (50%)", "0 (0%)", "9 (35%)"]
    assert bars_in(svg) == [TRACK] * 4 + [CHOSEN, CHOSEN, REST]  # no bar for the 0


def test_a_full_bar_has_its_number_inside():
    texts = re.findall(r"<text ([^>]*)>26 \(100%\)", svg_of(groups(1, 26, 13, 6, base=26)))
    assert len(texts) == 1
    assert 'text-anchor="end"' in texts[0] and PAPER in texts[0]


def test_a_base_of_0_draws_no_bar():
    assert bars_in(svg_of(figure(0, 0, 0))) == []


def test_an_invented_or_provisional_chart_says_so():
    plain, marked = figure(1, 11, 19), {"invented": True, "provisional": True}
    assert "Invented" not in svg_of(plain) and "Provisional" not in svg_of(plain)
    assert lines_in(svg_of(plain, **marked)).count("Invented for the demonstration") == 1
    assert lines_in(svg_of(plain, **marked)).count("Provisional") == 1


def test_a_picture_is_read_aloud_as_its_description():
    made = groups(9, 14, 13, 6, base=26, text='Which "groups" are <identified> & named?')
    svg = svg_of(made)
    root = re.match(r'<svg role="img" aria-label=("[^"]*"|\'[^\']*\')', svg)
    assert root and unescape(root.group(1)[1:-1]) == describe(made)
    assert chart(made).to_dict()["description"] == describe(made)
    assert web_spec(made)["description"] == describe(made)


def test_the_web_chart_fits_its_container_and_needs_no_expressions():
    for made in FORMS.values():
        spec = web_spec(made)
        assert spec["width"] == "container"
        assert "title" not in spec
        text = json.dumps(spec)
        assert "datum" not in text and "expr" not in text  # the page forbids eval
        assert '"url"' not in text


def test_other_formats_are_refused():
    with pytest.raises(ValueError, match="png, svg, pdf"):
        render(chart(figure(1, 11, 19)), ["png", "gif"])


def test_a_missing_font_is_an_error_and_not_a_chart_without_words(monkeypatch, tmp_path):
    monkeypatch.setattr(rendering, "FONTS", [tmp_path])
    rendering._typesetter.cache_clear()
    with pytest.raises(FileNotFoundError, match=FONT):
        render(chart(figure(1, 11, 19)), ["pdf"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "I", "to", "plan", "children", "commissioning"]), min_size=1))
def test_a_title_is_wrapped_without_losing_or_breaking_a_word(words):
    lines = chart(figure(1, 11, 19, text=" ".join(words))).to_dict()["title"]["text"]
    assert " ".join(lines).split() == words
    longest = max(map(len, lines))
    assert longest <= charts.WIDTH / (charts.EM * charts.TITLE)
    if len(lines) > 1:
        assert len(lines[-1]) > longest / 2 - 14, "one word is left alone on the last line"


# Colours. The matrices are Viénot, Brettel and Mollon's (1999), on linear red, green and blue.
VISION = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
}


def linear(colour: str) -> list[float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def times(matrix, vector) -> list[float]:
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def luminance(colour: str) -> float:
    return times([(0.2126, 0.7152, 0.0722)], linear(colour))[0]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: str) -> list[float]:
    """CIE L*a*b* (D65) of what somebody with this vision sees."""
    to_xyz = ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0177, 0.1095, 0.8728))
    x, y, z = (
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116  # already divided by the white
        for v in times(to_xyz, times(VISION[vision], linear(colour)))
    )
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize(("steps", "gap"), [(2, 5), (3, 3), (4, 2), (5, 1.7)])
def test_neighbouring_shades_differ_in_grey_print(steps, gap):
    colours = [colour for colour, _ in shades(steps)]
    assert [luminance(c) for c in colours] == sorted(map(luminance, colours))
    assert min(contrast(one, other) for one, other in pairwise(colours)) >= gap


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("steps", [2, 3, 4, 5])
def test_shades_can_be_told_apart_by_everybody(steps, vision):
    seen = [lab(colour, vision) for colour, _ in shades(steps)]
    for place, one in enumerate(seen):
        assert all(dist(one, other) > 15 for other in seen[place + 1 :])  # 2 is just noticeable


@pytest.mark.parametrize("steps", range(1, 8))
def test_text_on_every_shade_is_readable(steps):
    assert len(shades(steps)) == steps
    assert all(contrast(ink, colour) >= 4.5 for colour, ink in shades(steps))


def test_text_and_bars_have_contrast():
    for text, on in ((INK, PAPER), (GREY, PAPER), (INK, TRACK), (PAPER, CHOSEN), (PAPER, REST)):
        assert contrast(text, on) >= 4.5
    assert min(contrast(CHOSEN, TRACK), contrast(REST, TRACK)) >= 3  # WCAG 2.2, 1.4.11

"""A theme file: what it changes, and every mistake in it."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
from PIL import Image

from reviewer.findings.charts import chart
from reviewer.findings.drawing import draw, kept
from reviewer.findings.figures import FORMATS
from reviewer.findings.rendering import render
from reviewer.findings.theme import OURS, SIZES, TYPEFACES, ours, read_theme, written
from reviewer.rounds.models import find_round
from tests.findings.test_charts import FORMS, words_in

MINE = """
name = "Autumn"
size = "post"
typeface = "Liberation Sans"
[colours]
paper = "#FFFDF5"
ink = "#101010"
quiet = "#454545"
bar = "#7A1F1F"
other = "#5A5A5A"
track = "#F0EEE6"
scale = ["#4A0D0D", "#8A2B2B", "#D98C8C", "#E9B7B7", "#F8E6E6"]
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ValueError) as refused:
        read_theme(text)
    return str(refused.value).split("\n")


def test_ours_can_be_read_and_each_has_its_size():
    assert [ours(name).size for name in OURS] == list(SIZES) == list(OURS)
    assert read_theme(written("slide")) == ours("slide")


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_chart_says_the_same_in_every_look(form):
    theme, made = read_theme(MINE), FORMS[form]
    plain = chart(made, width=theme.width).to_dict()
    files = render(theme.dress(plain), ["svg", "pdf"], theme.canvas)
    svg = files["svg"].decode()
    said = sorted(words_in(svg).split())
    assert said == sorted(words_in(render(plain, ["svg"])["svg"].decode()).split())
    text = pypdfium2.PdfDocument(files["pdf"])[0].get_textpage().get_text_range()
    assert sorted(text.split()) == said
    assert b"+LiberationSans" in files["pdf"] and b"Atkinson" not in files["pdf"]
    own = {"#173268", "#00608D", "#32949F", "#92BE9A", "#F8EFC9", "#1B1F23", "#4C555C", "#ECEFF1"}
    assert not own & {colour.upper() for colour in re.findall(r"#[0-9A-Fa-f]{6}", svg)}
    box = re.match(r'<svg [^>]*width="(\d+)" height="(\d+)"', svg)
    assert box and (int(box[1]), int(box[2])) == (1080, 1080)
    left, top, scale = map(
        float, re.search(r"translate\(([\d.]+),([\d.]+)\) scale\(([\d.]+)\)", svg).groups()
    )
    assert left > 0 and top > 0 and 0.5 < scale < 3


def test_a_slide_is_as_large_as_it_says_in_every_format():
    theme = ours("slide")
    files = render(theme.dress(chart(FORMS["choices"]).to_dict()), FORMATS, theme.canvas)
    assert Image.open(io.BytesIO(files["png"])).size == (2560, 1440)
    assert pypdfium2.PdfDocument(files["pdf"])[0].get_size() == (1280, 720)
    assert 'role="img"' in files["svg"].decode()


def test_unchanged_data_draw_nothing_again_in_any_look(demo_app, monkeypatch):
    from reviewer.findings import rendering
    from reviewer.findings.counting import figures

    drawn = []
    monkeypatch.setattr(
        rendering,
        "render",
        lambda spec, formats, canvas=None: drawn.append(canvas) or dict.fromkeys(formats, b"x"),
    )
    with demo_app.app_context():
        round_ = find_round("demonstration")
        one, other = figures(round_)[:2]
        for theme in (None, ours("slide"), read_theme(MINE)):
            assert kept(one, round_, theme) is None
            draw(one, round_, theme)
            draw(one, round_, theme)
            assert kept(one, round_, theme) and kept(other, round_, theme) is None
        draw(one, round_, ours("page"))  # the same as without a theme
        assert drawn == [None, (1280, 720), (1080, 1080)]
        draw(one, round_, read_theme(MINE.replace("#4A0D0D", "#4A0D0E")))
        round_.state = "open"  # the chart says that it is provisional
        draw(one, round_)
        assert len(drawn) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('name = "Autumn"', ""), ["name: give the theme a name of up to 40 letters."]),
        (("Liberation Sans", "Comic Sans"), ["typeface: choose one that charts can be drawn in:"]),
        (('"post"', '"poster"'), ["size: choose page, slide or post."]),
        (("[colours]", "[colour]"), ["colour means nothing here", "colours: the part [colours]"]),
        (('paper = "#FFFDF5"', 'paper = "white"'), ["colours: write paper as six digits"]),
        (("quiet", "quite"), ["colours: quite means nothing here", "colours: write quiet as"]),
        (("#101010", "#999999"), ["colours: ink on paper has a contrast of 2.8; it needs 4.5."]),
        (("#7A1F1F", "#D9B0B0"), ["colours: paper on bar has", "colours: bar on track has"]),
        (('"#4A0D0D", "#8A2B2B"', '"#8A2B2B", "#4A0D0D"'), ["colours: order scale from dark"]),
        (("#D98C8C", "#8F3030"), ["colours: step 2 of a scale of 3 is #8F3030"]),
        (('"#4A0D0D", "#8A2B2B", "#D98C8C", "#E9B7B7", ', ""), ["colours: give scale 2 to 7"]),
        (("[colours]", "[colours"), ["This is no TOML file:"]),
    ],
)
def test_every_mistake_is_named(change, said):
    found = mistakes(MINE.replace(*change))
    for start in said:
        assert any(line.startswith(start) for line in found), found
    assert all(line.endswith(".") for line in found)


def test_every_typeface_that_can_be_chosen_is_drawn():
    for typeface in TYPEFACES:
        theme = read_theme(MINE.replace("Liberation Sans", typeface))
        files = render(theme.dress(chart(FORMS["choices"]).to_dict()), ["pdf"], theme.canvas)
        assert f"+{typeface.replace(' ', '')}".encode() in files["pdf"]

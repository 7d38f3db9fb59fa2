"""Released versions: they never change, and a patch keeps every id."""

from pathlib import Path

import pytest

from reviewer.db import session
from reviewer.instrument.models import latest, release, released

FILE = Path(__file__).with_name("harbour-safety.toml").read_text(encoding="utf-8")


@pytest.fixture
def text(app):
    with app.app_context():
        release(FILE)
        yield FILE
        session.rollback()


def version_of(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("version = "))


def test_the_same_file_again_is_the_same_version(text):
    assert release(text) is release(text)


def test_a_released_version_does_not_change(text):
    with pytest.raises(ValueError, match="was released before"):
        release(text.replace("title = ", "title = 'x' # ", 1))


def test_a_patch_corrects_wording_over_the_same_rows(text):
    first = latest("harbour-safety")
    patch = text.replace(version_of(text), 'version = "9.9.1"')
    release(text.replace(version_of(text), 'version = "9.9.0"'))
    second = release(patch + "\n# a comment is wording enough\n")
    assert released(second.id).question_ids == released(first.id).question_ids
    assert latest("harbour-safety") is second


def test_a_patch_that_drops_an_option_is_refused(text):
    release(text.replace(version_of(text), 'version = "9.9.0"'))
    instrument = released(latest("harbour-safety").id).instrument
    option = next(o for q in instrument.questions if q.kind == "choices" for o in q.options)
    changed = text.replace(version_of(text), 'version = "9.9.1"')
    changed = changed.replace(f'id = "{option.id}"', f'id = "{option.id}-new"')
    with pytest.raises(ValueError, match="only wording may change"):
        release(changed)

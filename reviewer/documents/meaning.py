"""How near passages are in meaning to a question, by word vectors that are the same everywhere.

The vectors ship inside the wheel of WordLlama and are read from there: nothing is fetched. That
wheel is not made for every Python (requirements.in): without it nothing is near to anything. Pure.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

TOGETHER = 16  # texts: more at once are filled up to the longest of them, which takes longer

Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Nearness:
    """The passages of a document, given as texts and the pages where they stand."""

    def __init__(self, texts: Sequence[str], pages: Sequence[int]) -> None:
        self._pages = pages
        self._vectors = _vectors(texts)

    def of(self, text: str, pages: Iterable[int]) -> dict[int, float]:
        """How near each of `pages` is to a text: its nearest passage, and half of the second."""
        asked = _vectors([text])
        if asked is None or self._vectors is None:
            return {}
        near: dict[int, list[float]] = defaultdict(list)
        for page, value in zip(self._pages, (self._vectors @ asked[0]).tolist(), strict=True):
            near[page].append(value)
        first_two = {page: sorted(near[page], reverse=True)[:2] for page in pages}
        return {page: sum(v / 2**i for i, v in enumerate(two)) for page, two in first_two.items()}


def _vectors(texts: Sequence[str]) -> Vectors | None:
    """A row of length 1 for each text. None where the vectors are not installed."""
    model = _model()
    if model is None or not texts:
        return None
    found = model.embed(list(texts), norm=True, batch_size=TOGETHER)
    # Signs without meaning have no length.
    return np.nan_to_num(np.asarray(found, dtype=np.float32))


@cache
def _model() -> Any:
    if find_spec("wordllama") is None:
        return None
    import wordllama

    logging.getLogger("wordllama").setLevel(logging.ERROR)
    here = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=here, disable_download=True)

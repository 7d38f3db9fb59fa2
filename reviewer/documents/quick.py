"""What pdfium makes of a PDF: its number of pages, their text in a few milliseconds each, and their
pictures.

Used in the child program alone (`extract.py`): a PDF may be hostile.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from reviewer.documents.reasons import Reason

DOTS_PER_INCH = 110  # of a picture: small print can be read
MOST_PIXELS = 3_000_000  # of a picture; an A4 page has 1.2 million, an A3 page twice as many
LONGEST_SIDE = 8_000  # pixels
QUALITY = 75  # of a JPEG: WebP would be a fifth smaller and take three times as long
SAMPLE = 60  # letters of a page that are asked whether their font says what they are


class Refused(Exception):
    """The PDF, or a page of it, cannot be read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Quick:
    """Provisional text of the pages of `file`; raises `Refused`."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            start = stream.read(1024)
        if not start:
            raise Refused(Reason.NO_PAGES)
        if b"%PDF-" not in start:  # the header may come late: PDF 1.7, appendix H, note 13
            raise Refused(Reason.NOT_A_PDF)

        import pypdfium2
        from pypdfium2 import raw

        self._raw: Any = raw
        try:
            self._document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            reasons = {
                raw.FPDF_ERR_SUCCESS: Reason.NO_PAGES,
                raw.FPDF_ERR_PASSWORD: Reason.ENCRYPTED,
                raw.FPDF_ERR_SECURITY: Reason.ENCRYPTED,
            }
            raise Refused(reasons.get(error.err_code, Reason.DAMAGED)) from error
        if raw.FPDF_GetFormType(self._document) == raw.FORMTYPE_XFA_FULL:
            raise Refused(Reason.DYNAMIC_FORM)  # its one page says "Please wait..."

    def __len__(self) -> int:
        return len(self._document)

    def text(self, number: int) -> str:
        page = self._document[number - 1]
        letters = page.get_textpage()
        try:
            if self._is_garbled(letters):
                raise Refused(Reason.GARBLED)
            text: str = letters.get_text_bounded()
        finally:
            letters.close()
            page.close()
        return text

    def picture(self, number: int) -> bytes:
        """A page as a JPEG; one that would be very large is drawn with fewer dots to the inch."""
        page = self._document[number - 1]
        jpeg = BytesIO()
        try:
            scale = _scale(*page.get_size())
            # Four bytes a pixel, in the order that the JPEG encoder reads: no copy is made between.
            drawn = page.render(scale=scale, prefer_bgrx=True, rev_byteorder=True)
            drawn.to_pil().save(jpeg, "JPEG", quality=QUALITY)
            drawn.close()
        finally:
            page.close()
        return jpeg.getvalue()

    def _is_garbled(self, letters: Any) -> bool:
        """Whether most letters come from fonts that do not say which letters they are."""
        count = letters.count_chars()
        places = range(0, count, max(1, count // SAMPLE))
        unknown = sum(self._raw.FPDFText_HasUnicodeMapError(letters, at) == 1 for at in places)
        return unknown > len(places) / 2


def _scale(width: float, height: float) -> float:
    """Pixels for each point of a page of that size in points, so that the picture stays small."""
    scale = DOTS_PER_INCH / 72
    wide, high = max(width * scale, 1), max(height * scale, 1)
    return float(scale * min(1, (MOST_PIXELS / wide / high) ** 0.5, LONGEST_SIDE / max(wide, high)))

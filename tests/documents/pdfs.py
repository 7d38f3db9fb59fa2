"""PDFs for the tests, made from nothing: designed ones by Typst, odd ones written byte by byte."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from pdfminer.arcfour import Arcfour
from PIL import Image

SOURCES = Path(__file__).parents[3] / "shared/source"  # texts of real plans, where they are at hand

DESIGN = """
#set page(paper: "a4", margin: 2cm, columns: 2, fill: rgb("#f4f8fb"),
  header: align(right, text(8pt)[Integrated care strategy]),
  footer: context align(center, counter(page).display()))
#set text(size: 9.5pt, lang: "en", region: "gb", hyphenate: true)
#set par(justify: true)
#let bar(words) = block(fill: rgb("#00456b"), inset: 8pt, width: 100%, radius: 4pt,
  text(fill: white, size: 14pt, tracking: 3pt, words))
#let drawing = block(width: 100%, height: 50pt, for k in range(40) {
  place(dx: k * 4pt, curve(stroke: 0.3pt, curve.move((0pt, 0pt)),
    curve.cubic((3pt, 9pt), (9pt, 2pt), (10pt, 40pt))))
})
#for (i, words) in json(bytes(sys.inputs.paragraphs)).enumerate() {
  if calc.rem(i, 12) == 0 { bar("PRIORITY " + str(i)) }
  if calc.rem(i, 20) == 7 {
    table(columns: 3, stroke: 0.5pt, [Measure], [2023], [2028], ..range(6).map(k => [Value #k]))
  }
  if calc.rem(i, 20) == 15 { drawing }
  let k = i / 20
  if k < int(sys.inputs.pictures) and calc.fract(k) == 0 { image(str(k) + ".jpg") }
  par(words)
}
"""

PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
ALLOWED = -44  # what the permissions of a locked PDF commonly say


def designed(paragraphs: Iterable[str], pictures: Sequence[bytes] = ()) -> bytes:
    """Two columns, justified and hyphenated, with spaced-out headings, tables and drawings.

    The JPEG `pictures` come before every twentieth paragraph, as far as they go.
    """
    inputs = {"paragraphs": json.dumps(list(paragraphs)), "pictures": str(len(pictures))}
    with TemporaryDirectory() as folder:
        for number, picture in enumerate(pictures):
            (Path(folder) / f"{number}.jpg").write_bytes(picture)
        (Path(folder) / "plan.typ").write_text(DESIGN)
        return typst.compile(Path(folder) / "plan.typ", sys_inputs=inputs)


def photographs(count: int) -> list[bytes]:
    """Noise, which like a photograph does not get smaller; about 250 KB each."""
    pictures = []
    for _ in range(count):
        noise, jpeg = Image.effect_noise((900, 600), 40), io.BytesIO()
        noise.convert("RGB").save(jpeg, "JPEG", quality=80)
        pictures.append(jpeg.getvalue())
    return pictures


def typeset(markup: str) -> bytes:
    return typst.compile(markup.encode())


def plan_paragraphs() -> list[str]:
    """Paragraphs of real plans if their texts are beside the checkout, else made-up ones."""
    texts = [file.read_text() for file in sorted(SOURCES.glob("*.txt"))]
    blocks = (" ".join(block.split()) for text in texts for block in text.split("\n\n"))
    return [block for block in blocks if len(block) > 60] or made_up_paragraphs(400)


def made_up_paragraphs(count: int) -> list[str]:
    chance = random.Random(2024)
    letters = "aeioubcdfghlmnprst"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(2000)]
    return [" ".join(chance.choices(words, k=chance.randint(20, 90))) for _ in range(count)]


def words_at(words: str, x: int = 50, y: int = 700) -> bytes:
    """Content that sets `words` in one line, at points from the lower left of the page."""
    return b"BT /F 12 Tf %d %d Td (%s) Tj ET\n" % (x, y, words.encode("latin-1"))


def squeezed(*parts: bytes, repeat: tuple[bytes, int] = (b"", 0)) -> bytes:
    """A compressed content stream: `parts`, then `repeat`, which need not fit in memory."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"".join(parts))
    packed += b"".join(packer.compress(repeat[0]) for _ in range(repeat[1]))
    return stream(packed + packer.flush(), b"/Filter/FlateDecode")


def written(contents: Sequence[bytes], password: str | None = None) -> bytes:
    """A PDF with a page for each of `contents`: plain content, or made by `squeezed`.

    With a password, even an empty one, it is encrypted for readers who know it (RC4, 40 bits).
    """
    kids = b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    key, trailer = b"", b""
    if password is not None:
        key, trailer = _encryption(password)
    for content in contents:
        number = len(objects) + 2  # of the content
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R" % number
        objects.append(page + b"/Resources<</Font<</F 3 0 R>>>>>>")
        if key:
            objects.append(stream(_encrypted(key, number, content)))
        else:
            objects.append(content if content.startswith(b"<<") else stream(content))
    return assembled(objects, trailer)


def stream(data: bytes, filters: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (filters, len(data), data)


def assembled(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, trailer)
    return bytes(out) + head + table + end + b"startxref\n%d\n%%%%EOF\n" % len(out)


def _encryption(password: str) -> tuple[bytes, bytes]:
    """The key of a file and the end of its trailer (PDF 1.7, 7.6.3, revision 2)."""
    secret = (password.encode("latin-1") + PADDING)[:32]
    owner = Arcfour(hashlib.md5(secret).digest()[:5]).process(secret)
    name = b"plan-review-test"
    seed = secret + owner + ALLOWED.to_bytes(4, "little", signed=True) + name
    key = hashlib.md5(seed).digest()[:5]
    entries = (owner.hex().encode(), Arcfour(key).process(PADDING).hex().encode(), ALLOWED)
    encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>" % entries
    return key, encrypt + b"/ID[<%s><%s>]" % (name.hex().encode(), name.hex().encode())


def _encrypted(key: bytes, number: int, data: bytes) -> bytes:
    """The content of object `number`, encrypted."""
    salted = key + number.to_bytes(3, "little") + bytes(2)
    return Arcfour(hashlib.md5(salted).digest()[:10]).process(data)


# For the end of a program: the most bytes it has held. Its own, unlike `ru_maxrss`, which Linux
# hands down from the process that started it.
PEAK = """
def peak():
    import pathlib, re, resource
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS
"""


def squashed(text: str) -> str:
    """`text` for looking up quotes: without case, spaces, punctuation and hyphens."""
    return re.sub(r"[\W_]+", "", text.lower())

"""What hostile and odd PDFs are made of, written from nothing; `odd_files.py` has the files."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

from tests.documents.pdfs import assembled, squeezed, stream, words_at, written

TEXT = "The plan for babies, children and young people"
PAGE = words_at(TEXT)
GOOD = written([PAGE])
SCAN = b"q 500 0 0 700 50 50 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\x80\xff\x40 EI Q\n"
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
A4 = b"/MediaBox[0 0 595 842]"
DEEP = 5_000
ONE = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"


def one_page(
    content: bytes = PAGE,
    *,
    page: bytes = A4,
    catalogue: bytes = b"",
    font: bytes = HELVETICA,
    resources: bytes = b"",
    more: Sequence[bytes] = (),
) -> bytes:
    """Objects: 1 catalogue, 2 page tree, 3 page, 4 content, 5 font F, then `more` from 6."""
    return assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%s/Resources<</Font<</F 5 0 R>>%s>>>>"
            % (page, resources),
            content if content.startswith(b"<<") else stream(content),
            font,
            *more,
        ]
    )


# Text in every direction ------------------------------------------------------------------------


def spelled(
    places: Sequence[tuple[str, int, int]], *, down: bool = False, told: bool = True
) -> bytes:
    """Words at places of the page, in a font whose codes are Unicode, if it tells (`told`)."""
    set_words = (
        b"BT/F 12 Tf %d %d Td<%s>Tj ET\n" % (x, y, words.encode("utf-16-be").hex().encode())
        for words, x, y in places
    )
    encoding = b"/Identity-V" if down else b"/Identity-H"
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding%s/DescendantFonts[6 0 R]%s>>"
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 500/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    )
    descriptor = (
        b"<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0"
        b"/Ascent 800/Descent -200/CapHeight 700/StemV 80>>"
    )
    codes = (
        b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapName/A def/CMapType 2 "
        b"def 1 begincodespacerange<0000><FFFF>endcodespacerange "
        b"1 beginbfrange<0000><FFFF><0000>endbfrange endcmap end end"
    )
    return one_page(
        b"".join(set_words),
        font=font % (encoding, b"/ToUnicode 8 0 R" if told else b""),
        more=[descendant, descriptor, stream(codes)],
    )


def shapes_without_names() -> bytes:
    """A font whose letters are drawings called g1, g2 and so on."""
    names = [b"/g%d" % number for number in range(1, 13)]
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[.001 0 0 .001 0 0]"
        b"/FirstChar 1/LastChar 12/Widths[%s]/Encoding<</Differences[1%s]>>/CharProcs<<%s>>>>"
    ) % (b"600 " * 12, b"".join(names), b"".join(name + b" 6 0 R" for name in names))
    box = stream(b"600 0 0 0 750 750 d1 0 0 500 500 re f")
    return one_page(b"BT/F 12 Tf 50 700 Td<0102030405060708090a0b0c>Tj ET", font=font, more=[box])


# Too much ---------------------------------------------------------------------------------------


def eight_million_letters() -> bytes:
    line = b"(%s) Tj T* " % (b"babies and children " * 50)
    return written([squeezed(b"BT /F 1 Tf 1 TL 1 0 0 1 50 800 Tm ", repeat=(line, 8_000))])


def many_points() -> bytes:
    line = b" ".join(b"%d %d l" % (n * 7 % 595, n * 13 % 842) for n in range(200_000))
    return written([PAGE + b"0 0 m " + line + b" S"])


def inflates(data: bytes, megabytes: int) -> bytes:
    """Content that inflates to `data` and so many megabytes of line ends; made block by block."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"\n" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    # The sums at the end (RFC 1950, Adler-32), without going through all of it.
    count, letter, check = megabytes * 2**20, ord("\n"), zlib.adler32(data)
    low, high = check & 0xFFFF, check >> 16
    high = (high + count * low + letter * count * (count + 1) // 2) % 65521
    low = (low + count * letter) % 65521
    end = packer.flush() + (high << 16 | low).to_bytes(4, "big")
    return stream(b"\x78\xda" + packed + block * megabytes + end, b"/Filter/FlateDecode")


def thousand_filters() -> bytes:
    filters = b"/FlateDecode" * 1000
    return one_page(b"<</Filter[%s]/Length 5>>stream\nabcde\nendstream" % filters)


def content_many_times() -> bytes:
    page = (LEAF % HELVETICA).replace(b"4 0 R", b"[%s]" % (b"4 0 R " * 500))
    return tree(ONE, page, stream(PAGE))


def large_picture() -> bytes:
    """A picture that says it has ten thousand million pixels."""
    image = b"<</Type/XObject/Subtype/Image/Width 100000/Height 100000/ColorSpace/DeviceRGB"
    data = zlib.compress(bytes(10_000))
    return one_page(
        PAGE + b"q 400 0 0 400 100 200 cm /I Do Q",
        resources=b"/XObject<</I 6 0 R>>",
        more=[
            b"%s/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
            % (image, len(data), data)
        ],
    )


def font_that_inflates() -> bytes:
    font = HELVETICA.replace(b">>", b"/ToUnicode 6 0 R>>")
    return one_page(font=font, more=[inflates(b"", 300)])


# Without end ------------------------------------------------------------------------------------


def form(draws: bytes, within: int) -> bytes:
    return b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (
        within
    ) + b"/Length %d>>stream\n%s\nendstream" % (len(draws), draws)


def draws_itself() -> bytes:
    return one_page(
        PAGE + b"/X Do", resources=b"/XObject<</X 6 0 R>>", more=[form(b"/X Do /X Do ", 6)]
    )


def draws_without_end() -> bytes:
    """Each of 25 drawings draws the next six times."""
    forms = [form(b"/X Do " * 6, number + 1) for number in range(6, 31)]
    return one_page(PAGE + b"/X Do", resources=b"/XObject<</X 6 0 R>>", more=[*forms, form(b"", 1)])


def letter_draws_itself() -> bytes:
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65"
        b"/LastChar 65/Widths[9]/Encoding<</Differences[65/A]>>/CharProcs<</A 6 0 R>>"
        b"/Resources<</Font<</F 5 0 R>>>>>>"
    )
    return one_page(
        b"BT/F 12 Tf 50 600 Td(%s)Tj ET" % (b"A" * 40),
        font=font,
        more=[stream(b"9 0 0 0 9 9 d1 BT/F 1 Tf(AA)Tj ET")],
    )


def tree(*objects: bytes) -> bytes:
    """Objects of a page tree from number 2 on; 3 is the page unless it is among them."""
    return assembled([b"<</Type/Catalog/Pages 2 0 R>>", *objects])


LEAF = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F %s>>>>>>"
)


def tree_that_loops() -> bytes:
    return tree(b"<</Type/Pages/Count 2/Kids[3 0 R 2 0 R]>>", LEAF % HELVETICA, stream(PAGE))


def tree_of_itself() -> bytes:
    return tree(b"<</Type/Pages/Kids[2 0 R 2 0 R]>>")


def deep_tree() -> bytes:
    steps = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % number for number in range(3, DEEP + 2)]
    return tree(*steps, LEAF.replace(b"4 0 R", b"%d 0 R" % (DEEP + 2)) % HELVETICA, stream(PAGE))


# Lies and damage --------------------------------------------------------------------------------


def table_off_by(step: int) -> bytes:
    def move(place: re.Match[bytes]) -> bytes:
        return b"%010d 00000 n" % (int(place[1]) + step)

    return re.sub(rb"(\d{10}) 00000 n", move, GOOD)


def table_mixed_up() -> bytes:
    """The table has the objects of another order: each is found at another's place."""
    content = written([PAGE] * 3)
    places = re.findall(rb"\d{10} 00000 n", content)
    for one, other in pairwise(places[::2]):
        content = content.replace(one, b"!").replace(other, one).replace(b"!", other)
    return content


def table_before_itself() -> bytes:
    content = GOOD.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %010d" % 0)
    place = content.rindex(b"xref\n0 ")
    return content.replace(b"/Prev %010d" % 0, b"/Prev %010d" % place)


def changed_later() -> bytes:
    """A second version of the page's text at the end, as programs save that only add."""
    first = one_page(words_at("The draft of last year, long since given up"))
    body = b"4 0 obj\n%s\nendobj\n" % stream(PAGE)
    table = b"xref\n4 1\n%010d 00000 n \n" % len(first)
    before = int(re.findall(rb"startxref\n(\d+)", first)[-1])
    return (
        first
        + body
        + table
        + b"trailer<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (before, len(first) + len(body))
    )


def objects_within_themselves() -> bytes:
    """The page is in a stream of objects that, its table says, is in that very stream."""
    inner = b"3 0 " + LEAF % HELVETICA
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        4: stream(PAGE),
        5: b"<</Type/ObjStm/N 1/First 4/Extends 5 0 R/Length %d>>stream\n%s\nendstream"
        % (len(inner), inner),
    }
    out, table = b"%PDF-1.7\n", {0: (0, 0, 0), 3: (2, 5, 0), 5: (2, 5, 0)}
    for number, body in objects.items():
        table.setdefault(number, (1, len(out), 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table[6] = (1, len(out), 0)
    entries = b"".join(
        kind.to_bytes(1, "big") + place.to_bytes(4, "big") + last.to_bytes(2, "big")
        for _, (kind, place, last) in sorted(table.items())
    )
    head = b"<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>" % len(entries)
    end = b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"6 0 obj\n%sstream\n%s" % (head, entries) + end


def carries_things() -> bytes:
    """Scripts, a program to launch, an attached file and a form's own script."""
    script = b"<</S/JavaScript/JS(while(true){app.alert\\(1\\)})>>"
    return one_page(
        page=A4 + b"/AA<</O%s>>/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/A<</S/Launch"
        b"/F(/bin/sh)>>>>]" % script,
        catalogue=b"/OpenAction%s/Names<</JavaScript<</Names[(a)%s]>>/EmbeddedFiles<</Names[(b.exe)"
        b"<</Type/Filespec/F(b.exe)/EF<</F 6 0 R>>>>]>>>>" % (script, script),
        more=[inflates(b"MZ", 200)],
    )


def dynamic_form() -> bytes:
    return one_page(
        words_at("Please wait... If this message is not eventually replaced"),
        catalogue=b"/NeedsRendering true/AcroForm<</Fields[]/XFA 6 0 R>>",
        more=[stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'></xdp:xdp>")],
    )

"""PDFs whose pages hold a picture in the formats that need a decoder of their own."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image, ImageChops, TiffImagePlugin

SIDE = 64  # pixels of a picture, which covers the middle of its page
GREEN, ORANGE = (0, 120, 60), (240, 140, 20)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)

# Because a file with hardly any text does not displace an earlier one that has some.
CAPTION = b"How the partnership and its boards work together for babies, children and young people"
ALERT = b"/OpenAction<</S/JavaScript/JS(app.alert\\('a script of the file ran'\\))>>"


def pictures() -> bytes:
    """Page 1 has a JPEG 2000 picture, green on the left and orange on the right; page 2 a JBIG2
    one, black and white. The file also carries a script that wants to run when it is opened."""
    coloured = Image.new("RGB", (SIDE, SIDE), ORANGE)
    coloured.paste(GREEN, (0, 0, SIDE // 2, SIDE))
    bits = Image.new("1", (SIDE, SIDE), 255)
    bits.paste(0, (0, 0, SIDE // 2, SIDE))
    size = b"/Width %d/Height %d" % (SIDE, SIDE)
    return _pdf(
        [
            (b"%s/Filter/JPXDecode" % size, _jpeg2000(coloured)),
            (
                b"%s/Filter/JBIG2Decode/ColorSpace/DeviceGray/BitsPerComponent 1" % size,
                _jbig2(bits),
            ),
        ],
        catalogue=ALERT,
    )


def _jpeg2000(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG2000", irreversible=False)
    return out.getvalue()


def _jbig2(picture: Image.Image) -> bytes:
    """A JBIG2 stream as PDF embeds it: the page, and one region coded as a fax of group 4 (MMR).

    ITU-T T.88, 7.2 (segment headers), 7.4.8 (page information) and 7.4.6 (generic region).
    """
    width, height = picture.size
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + _fax(picture)
    return _segment(0, 48, page) + _segment(1, 38, region)


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def _fax(picture: Image.Image) -> bytes:
    """The lines of a picture in group 4 coding, as libtiff writes them into its one strip."""
    out = io.BytesIO()
    black_as_one = ImageChops.invert(picture)
    black_as_one.save(out, "TIFF", compression="group4", tiffinfo={278: picture.height})
    out.seek(0)
    tags = TiffImagePlugin.TiffImageFile(out).tag_v2
    (start,), (length,) = tags[273], tags[279]
    return out.getvalue()[start : start + length]


def _pdf(images: Sequence[tuple[bytes, bytes]], catalogue: bytes) -> bytes:
    """A page for each image, given as entries of its dictionary and its data."""
    first = 3
    kids = b" ".join(b"%d 0 R" % (first + 3 * i) for i in range(len(images)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(images), kids),
    ]
    content = b"BT/F 9 Tf 50 700 Td(%s)Tj ET q 400 0 0 400 100 200 cm /I Do Q" % CAPTION
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    for i, (entries, data) in enumerate(images):
        at = first + 3 * i
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F %s>>/XObject<</I %d 0 R>>>>>>" % (at + 1, font, at + 2),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/XObject/Subtype/Image%s/Length %d>>stream\n%s\nendstream"
            % (entries, len(data), data),
        ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (count, table, count, len(out))
    )

"""What is kept of an upload, and what is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image

from services import photos
from services.errors import BadPicture
from tests.services.conftest import jpeg


def _png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + ihdr
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", 0) + b"IEND\xaeB`\x82"


def test_large_upright_and_without_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "a camera"
    kept = photos.clean(jpeg(3000, 1500, exif=exif, comment=b"taken at home"))
    picture = Image.open(io.BytesIO(kept))
    assert picture.format == "JPEG"
    assert picture.size == (1024, 2048)
    assert not picture.getexif()
    assert "comment" not in picture.info


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_become_jpeg(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (1, 2, 3, 100)).save(out, kind)
    assert Image.open(io.BytesIO(photos.clean(out.getvalue()))).format == "JPEG"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"not a picture at all",
        jpeg()[:400],
        _png_header(30_000, 30_000),
        _png_header(9_000, 9_000),
        _png_header(100, 100),
        b"\xff" * (photos.MAX_BYTES + 1),
    ],
    ids=["empty", "svg", "text", "truncated", "bomb", "pixels", "no data", "large"],
)
def test_refused(content: bytes) -> None:
    with pytest.raises(BadPicture) as refusal:
        photos.clean(content)
    assert "photos" in refusal.value.fields


def test_gif_and_tiff_are_not_allowed() -> None:
    for kind in ["GIF", "TIFF", "BMP"]:
        out = io.BytesIO()
        Image.new("RGB", (10, 10)).save(out, kind)
        with pytest.raises(BadPicture):
            photos.clean(out.getvalue())

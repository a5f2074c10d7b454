"""Metadata made to break the reader."""

import io

import pytest
from PIL import Image

from security.recognition.base import PictureRefusedError
from security.recognition.decode import decode

MAKER, WIDTH, TEXT = b"\x01\x0f", b"\x01\x00", b"\x00\x02"


def test_metadata_with_a_text_for_a_number_is_refused() -> None:
    """Turning a picture upright writes its metadata anew, and there a width has to be a number."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG", exif=exif)
    with pytest.raises(PictureRefusedError):
        decode(out.getvalue().replace(MAKER + TEXT, WIDTH + TEXT, 1))

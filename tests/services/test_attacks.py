"""Pictures made to break the reader rather than to be looked at."""

import io

import pytest
from PIL import Image

from services import photos
from services.errors import BadPicture

MAKER, WIDTH, TEXT = b"\x01\x0f", b"\x01\x00", b"\x00\x02"


def test_metadata_with_a_text_for_a_number_is_refused() -> None:
    """Turning a picture upright writes its metadata anew, and there a width has to be a number."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG", exif=exif)
    crafted = out.getvalue().replace(MAKER + TEXT, WIDTH + TEXT, 1)
    with pytest.raises(BadPicture):
        photos.clean(crafted)


@pytest.mark.parametrize("head", [b"GIF89a", b"%PDF-1.7\n", b"II*\x00", b"BM", b"<svg/>"])
def test_a_picture_of_two_kinds_is_read_as_neither(head: bytes) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG")
    with pytest.raises(BadPicture):
        photos.clean(head + out.getvalue())

"""Photographs of requests: checked by content, made small, stripped of what the camera wrote."""

import io
import struct
import warnings

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from services.errors import BadPicture
from smartcommunity.kernel.errors import type_text

ROOM = "requests"
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PHOTOS = 4
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONG_EDGE = 2048
# Pillow's ways to say so.
NOT_A_PICTURE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,  # this and the next: metadata of other types than they say
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def clean(content: bytes) -> bytes:
    """An upright JPEG of at most 2048 px without metadata (no place, no camera).

    Raises BadPicture(fields={"photos": ...}).
    """
    if len(content) > MAX_BYTES:
        raise _refused(_("This picture is too large. At most 10 MB."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise _refused(_("This picture has too many pixels. At most 50 million."))
                picture.draft("RGB", (LONG_EDGE, LONG_EDGE))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except NOT_A_PICTURE:
        text = _("This file is not a JPEG, PNG or WebP picture, or it is damaged.")
        raise _refused(text) from None
    upright.thumbnail((LONG_EDGE, LONG_EDGE))
    upright.info.clear()  # a JPEG comment would be copied along
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _refused(text: type_text) -> BadPicture:
    return BadPicture(fields={"photos": text})

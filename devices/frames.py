"""Is a camera frame a picture that may be decoded? Answered from its header and its end alone."""

import io
import struct
import warnings
from typing import Final

from PIL import Image, UnidentifiedImageError

from devices.choices import Fault
from devices.errors import Unreadable
from smartcommunity.kernel import vault
from smartcommunity.kernel.crypto import CannotOpen

MAX_PIXELS: Final = 12_000_000
"""Width x height; 4K is 8.3 million. The face engine's own limit is the same."""

END_OF_JPEG: Final = b"\xff\xd9"
TRAILER: Final = 1024
"""Some cameras append a few bytes after the end marker."""


def inspect(frame: str) -> None:
    """Look at the frame of that vault name; nothing is decoded.

    Raises:
        Unreadable: NOT_AN_IMAGE (no JPEG, or the file is gone), TOO_MANY_PIXELS, TRUNCATED_IMAGE.
    """
    try:
        content = vault.get(frame)
    except (FileNotFoundError, CannotOpen) as error:
        raise Unreadable(Fault.NOT_AN_IMAGE, "file missing") from error
    width, height = _dimensions(content)
    if width * height > MAX_PIXELS:
        raise Unreadable(Fault.TOO_MANY_PIXELS, f"{width} x {height}")
    if END_OF_JPEG not in content[-TRAILER:]:
        raise Unreadable(Fault.TRUNCATED_IMAGE)


def _dimensions(content: bytes) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
                return picture.size
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Unreadable(Fault.TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        raise Unreadable(Fault.NOT_AN_IMAGE) from error

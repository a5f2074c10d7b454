"""Bytes from a camera or a telephone are refused before they can hurt."""

import io
import resource
import struct
import time
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from security.recognition.base import PictureFault, PictureRefusedError
from security.recognition.decode import FRAME_LIMITS, Limits, decode, dimensions


def picture(width: int = 320, height: int = 200) -> Pillow.Image:
    """A smooth picture, red growing to the right and green downwards."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Pillow.fromarray(np.dstack([across, down, across * 0]).astype(np.uint8))


def encoded(image: Pillow.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT"


def jpeg_header(width: int, height: int) -> bytes:
    original = encoded(picture(64, 64))
    at = original.index(b"\xff\xc0") + 5
    return original[:at] + struct.pack(">HH", height, width) + original[at + 4 :]


def webp_header(width: int, height: int) -> bytes:
    body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def refused(data: bytes, limits: Limits = FRAME_LIMITS) -> PictureFault:
    with pytest.raises(PictureRefusedError) as caught:
        decode(data, limits=limits)
    return caught.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_rgb(kind: str) -> None:
    image = decode(encoded(picture(), kind))
    assert image.shape == (200, 320, 3)
    assert image[100, 300, 0] > 200 > image[100, 20, 0]


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "LA", "1"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    image = decode(encoded(picture().convert(mode), "JPEG" if mode == "CMYK" else "PNG"))
    assert image.shape == (200, 320, 3)


def test_a_camera_on_its_side_is_turned_upright() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image = decode(encoded(picture(), exif=exif))
    assert image.shape == (320, 200, 3)
    assert image[300, 100, 0] > 200 > image[20, 100, 0]


def test_a_large_jpeg_is_decoded_at_a_reduced_scale() -> None:
    data = encoded(picture(2400, 1600))
    assert decode(data, longest_side=600).shape == (400, 600, 3)
    assert decode(data, longest_side=601).shape == (800, 1200, 3)
    assert decode(data, longest_side=5000).shape == (1600, 2400, 3)


@pytest.mark.parametrize("header", [png_header, jpeg_header])
def test_a_header_of_900_million_pixels_is_refused_before_decoding(header) -> None:
    assert refused_cheaply(header(30_000, 30_000)) is PictureFault.TOO_MANY_PIXELS


def test_webp_canvases_are_refused_before_pillow_allocates_them() -> None:
    assert refused_cheaply(webp_header(16_383, 16_383)) is PictureFault.TOO_MANY_PIXELS
    lossless = bytearray(encoded(picture(64, 64), "WEBP", lossless=True))
    lossless[21:25] = (16_382 | 16_382 << 14).to_bytes(4, "little")
    assert refused_cheaply(bytes(lossless)) is PictureFault.TOO_MANY_PIXELS
    lossy = bytearray(encoded(picture(64, 64), "WEBP"))
    lossy[26:30] = struct.pack("<HH", 16_383, 16_383)
    assert refused_cheaply(bytes(lossy)) is PictureFault.TOO_MANY_PIXELS


def test_fifty_megabytes_are_refused_unread() -> None:
    frame = encoded(picture()) + bytes(50 * 1024 * 1024)
    assert refused_cheaply(frame) is PictureFault.TOO_MANY_BYTES


def refused_cheaply(data: bytes) -> PictureFault:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    code = refused(data)
    assert time.perf_counter() - start < 0.2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    return code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_refused_not_filled_with_grey(kind: str) -> None:
    data = encoded(picture(), kind)
    assert refused(data[: len(data) // 2]) in (PictureFault.TRUNCATED, PictureFault.NOT_AN_IMAGE)


def test_half_a_jpeg_is_named_truncated() -> None:
    data = encoded(picture())
    assert refused(data[: len(data) // 2]) is PictureFault.TRUNCATED


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animation_is_refused(kind: str) -> None:
    second = picture().transpose(Pillow.Transpose.FLIP_LEFT_RIGHT)
    data = encoded(picture(), kind, save_all=True, append_images=[second], duration=100)
    assert refused(data) is PictureFault.ANIMATED


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP"])
def test_other_formats_are_refused_by_content(kind: str) -> None:
    assert refused(encoded(picture(), kind)) is PictureFault.NOT_AN_IMAGE


def test_dimensions_are_read_from_the_header() -> None:
    assert dimensions(encoded(picture(640, 480))) == (640, 480)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    assert refused(data) is PictureFault.NOT_AN_IMAGE


@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    at=st.floats(0, 1, exclude_max=True),
    noise=st.binary(min_size=1, max_size=8),
)
def test_a_damaged_picture_is_decoded_or_refused(kind: str, at: float, noise: bytes) -> None:
    data = bytearray(encoded(picture(48, 32), kind))
    start = int(at * len(data))
    data[start : start + len(noise)] = noise
    try:
        image = decode(bytes(data))
    except PictureRefusedError:
        return
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert image.shape[0] * image.shape[1] <= FRAME_LIMITS.max_pixels

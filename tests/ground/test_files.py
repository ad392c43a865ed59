"""Pictures are judged by their content and always encoded again."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from shop.errors import Refused
from shop.files import services
from shop.files.services import store_picture

pytestmark = pytest.mark.django_db


def picture_bytes(fmt: str = "PNG", size: tuple[int, int] = (64, 48), **options) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, fmt, **options)
    return out.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("fmt", ["PNG", "JPEG", "WEBP"])
def test_it_stores_a_picture_as_jpeg_under_a_random_name(client, fmt):
    first, second = store_picture(picture_bytes(fmt)), store_picture(picture_bytes(fmt))
    assert first.path != second.path
    response = client.get(first.url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content.startswith(b"\xff\xd8")


def test_what_hides_behind_the_picture_is_gone():
    payload = b"<script>alert(1)</script><?php system('id'); ?>"
    picture = store_picture(picture_bytes("JPEG", comment=payload) + payload)
    from_disk = services.default_storage.open(picture.path).read()
    assert b"script" not in from_disk and b"php" not in from_disk


@pytest.mark.parametrize(
    "raw",
    [b"", b"GIF89a" + b"\x00" * 100, b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 truncated", b"MZ" * 100],
)
def test_it_refuses_what_is_not_a_picture(raw):
    with pytest.raises(Refused) as refused:
        store_picture(raw)
    assert refused.value.code == "not_a_picture"


def test_it_refuses_too_many_bytes_and_too_many_pixels(monkeypatch):
    with pytest.raises(Refused) as refused:
        store_picture(b"\x00" * (services.MAX_BYTES + 1))
    assert refused.value.code == "picture_too_large"
    monkeypatch.setattr(services, "MAX_PIXELS", 100)
    with pytest.raises(Refused) as refused:
        store_picture(picture_bytes())
    assert refused.value.code == "picture_too_large"


def test_a_picture_with_nonsense_in_its_exif_is_refused():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a tea pot"
    # The text now claims to be the width.
    raw = picture_bytes("JPEG", exif=exif).replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02")
    with pytest.raises(Refused) as refused:
        store_picture(raw)
    assert refused.value.code == "not_a_picture"


def test_a_picture_that_promises_a_gigabyte_is_refused_by_its_header():
    size = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", size) + png_chunk(b"IDAT", zlib.compress(b"\x00" * 100))
    with pytest.raises(Refused) as refused:
        store_picture(bomb)
    assert refused.value.code == "picture_too_large"


@pytest.mark.parametrize(
    "path", ["../shop.sqlite3", "pictures/../../secrets", "pictures/aa/%2e%2e/x.jpg", "secrets.env"]
)
def test_it_serves_nothing_but_pictures(client, path):
    assert client.get(f"/media/{path}").status_code == 404

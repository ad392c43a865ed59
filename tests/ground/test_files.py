"""Pictures are judged by their content and always encoded again."""

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from shop.files import services
from shop.files.models import Picture
from shop.files.services import store_picture
from tests.expect import refused

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
    from_disk = default_storage.open(picture.path).read()
    assert b"script" not in from_disk and b"php" not in from_disk


@pytest.mark.parametrize(
    "raw",
    [b"", b"GIF89a" + b"\x00" * 100, b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 truncated", b"MZ" * 100],
)
def test_it_refuses_what_is_not_a_picture(raw):
    with refused("not_a_picture"):
        store_picture(raw)


def test_it_refuses_too_many_bytes_and_too_many_pixels(monkeypatch):
    with refused("picture_too_large"):
        store_picture(b"\x00" * (services.MAX_BYTES + 1))
    monkeypatch.setattr(services, "MAX_PIXELS", 100)
    with refused("picture_too_large"):
        store_picture(picture_bytes())


def test_a_picture_with_nonsense_in_its_exif_is_refused():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a tea pot"
    # The text now claims to be the width.
    raw = picture_bytes("JPEG", exif=exif).replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02")
    with refused("not_a_picture"):
        store_picture(raw)


def test_a_picture_that_promises_a_gigabyte_is_refused_by_its_header():
    size = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", size) + png_chunk(b"IDAT", zlib.compress(b"\x00" * 100))
    with refused("picture_too_large"):
        store_picture(bomb)


@pytest.mark.parametrize(
    "path", ["../shop.sqlite3", "pictures/../../secrets", "pictures/aa/%2e%2e/x.jpg", "secrets.env"]
)
def test_it_serves_nothing_but_pictures(client, path):
    assert client.get(f"/media/{path}").status_code == 404


def phone_photo(fmt: str = "JPEG") -> bytes:
    """Lying on its side, with the place where it was taken and who took it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x010E] = 6, "canary-artist", "canary-words"
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (30.0, 15.0, 7.0), 3: "E", 4: (120.0, 9.0, 3.0), 29: "2026:01:02"}
    )
    return picture_bytes(fmt, size=(60, 30), exif=exif)


def noted_png() -> bytes:
    notes = PngInfo()
    notes.add_text("Comment", "canary-words", zip=False)
    notes.add_itxt("XML:com.adobe.xmp", "<x>canary-words</x>")
    return picture_bytes("PNG", pnginfo=notes)


def moving(fmt: str) -> bytes:
    out, frames = BytesIO(), [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, fmt, save_all=True, append_images=frames[1:])
    return out.getvalue()


def in_mode(mode: str, fmt: str) -> bytes:
    out = BytesIO()
    Image.new(mode, (20, 20)).save(out, fmt)
    return out.getvalue()


def as_zip_too() -> bytes:
    """A picture to some programs and an archive to others."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("canary.html", "<script>alert(1)</script>")
    return picture_bytes("JPEG") + archive.getvalue()


TAKEN = {
    "a photo of a phone": phone_photo(),
    "a WebP of a phone": phone_photo("WEBP"),
    "a PNG with notes": noted_png(),
    "four colours of print": in_mode("CMYK", "JPEG"),
    "a palette": in_mode("P", "PNG"),
    "grey with holes": in_mode("LA", "PNG"),
    "sixteen bits of grey": in_mode("I;16", "PNG"),
    "moving PNG": moving("PNG"),
    "moving WebP": moving("WEBP"),
    "an archive too": as_zip_too(),
    "very flat": picture_bytes("PNG", size=(30_000, 1)),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_is_one_upright_still_without_a_word_about_its_maker(name):
    picture = store_picture(TAKEN[name])
    raw = default_storage.open(picture.path).read()
    with Image.open(BytesIO(raw)) as stored:
        assert (stored.format, stored.mode, getattr(stored, "n_frames", 1)) == ("JPEG", "RGB", 1)
        assert stored.size == (picture.width, picture.height)
        assert max(stored.size) <= services.LONGEST_SIDE
        assert dict(stored.getexif()) == {}
        assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        stored.load()
    assert b"canary" not in raw and b"Exif" not in raw and b"PK\x03\x04" not in raw


def test_a_photo_on_its_side_is_stored_upright():
    picture = store_picture(phone_photo())
    assert (picture.width, picture.height) == (30, 60)


REFUSED = {
    "cut off": picture_bytes("JPEG", size=(600, 600))[:1500],
    "a PNG cut off": picture_bytes("PNG", size=(600, 600))[:60],
    "a GIF": moving("GIF"),
    "a bitmap": picture_bytes("BMP"),
    "a TIFF": picture_bytes("TIFF"),
    "a PDF": picture_bytes("PDF"),
    "an icon": picture_bytes("ICO"),
    "a drawing called a picture": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>',
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "an archive": as_zip_too()[len(picture_bytes("JPEG")) :],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_with_a_sentence_and_leaves_nothing(name):
    with refused("not_a_picture", 400) as caught:
        store_picture(REFUSED[name])
    assert str(caught.value)
    assert not Picture.objects.exists()


def test_a_picture_is_served_as_a_picture_and_as_nothing_else(client):
    response = client.get(store_picture(as_zip_too()).url)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == "inline"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]

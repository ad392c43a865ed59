"""/console/settings/sound/: the shop's own sound for alerts."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.events.models import Event
from shop.events.sweeping import sweep
from shop.store.selectors import get_store_settings
from shop.store.sounds import MAX_SOUND_BYTES, recognise_sound, set_own_sound
from tests.cast import clerk, open_shop
from tests.console import browser, page_with
from tests.expect import refused

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/console/settings/sound/"
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
OGG = b"OggS\0" + bytes(40)
ID3 = b"ID3\x04" + bytes(40)
FRAME = b"\xff\xfb\x90\x64" + bytes(40)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    open_shop()
    return tmp_path


def upload(raw: bytes, name: str = "ring.wav") -> Any:
    return browser().post(URL, {"sound": SimpleUploadedFile(name, raw)})


@pytest.mark.parametrize(("raw", "ending"), [(WAV, "wav"), (OGG, "ogg"), (ID3, "mp3"), (FRAME, "mp3")])
def test_a_sound_is_known_by_its_content(raw: bytes, ending: str) -> None:
    assert recognise_sound(raw) == ending


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0" + bytes(20),
        b"\xff\xfb\xf0\x64",
        b"\xff",
    ],
)
def test_anything_else_is_refused_beside_its_field(raw: bytes) -> None:
    assert 'id="id_sound_error"' in page_with(422, upload(raw, "ring.mp3"))
    assert get_store_settings().sound_name == ""


def test_too_large_is_refused(media: Path) -> None:
    assert "at most 1 MB" in page_with(422, upload(WAV + bytes(MAX_SOUND_BYTES)))
    assert not list(media.rglob("*.wav"))


def test_no_file_is_said() -> None:
    assert "Choose a file first." in page_with(422, browser().post(URL, {}))


@pytest.mark.usefixtures("tasks_at_once")
def test_pages_ring_with_it_until_it_is_reset() -> None:
    assert upload(OGG).status_code == 302
    address = f"{URL}{get_store_settings().sound_name}"
    page = browser("store_clerk").get("/console/").content.decode()
    assert f'data-chime-url="{address}"' in page
    file = browser("store_clerk").get(address)
    assert (file.content, file["Content-Type"], file["X-Content-Type-Options"]) == (
        OGG,
        "audio/ogg",
        "nosniff",
    )
    assert Event.objects.filter(verb="settings.change").count() == 1

    assert browser().post(f"{URL}reset/").status_code == 302
    sweep()
    assert "audio/chime" in browser().get("/console/").content.decode()
    assert browser().get(address).status_code == 404


@pytest.mark.usefixtures("tasks_at_once")
def test_a_new_sound_takes_the_old_one_away(media: Path) -> None:
    upload(WAV)
    upload(ID3)
    sweep()
    assert [path.suffix for path in (media / "sounds").iterdir()] == [".mp3"]


@pytest.mark.parametrize("name", ["none.wav", "..%2Fsecret.wav", "a" * 24 + ".html", "a" * 24 + ".wav"])
def test_other_names_are_not_found(name: str) -> None:
    assert browser().get(f"{URL}{name}").status_code == 404


@pytest.mark.parametrize("role", ["manager", "finance", "order_clerk"])
def test_only_who_may_change_settings_may_change_it(role: str) -> None:
    with refused("forbidden"):
        set_own_sound(WAV, actor=clerk(role))
    assert not default_storage.exists("sounds") or not default_storage.listdir("sounds")[1]

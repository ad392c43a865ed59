"""/console/settings/voice/<kind>/: to whom a kind is spoken, and a sound of its own."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from notifications.kinds import list_roles
from notifications.models import AlertKind
from notifications.voice.selectors import get_alert_setting
from notifications.voice.services import choose_hearing_roles, set_kind_sound
from shop.events.delivery import drain
from shop.events.models import Event
from shop.events.sweeping import sweep
from tests.cast import clerk, paid_order
from tests.console import browser, page_with
from tests.expect import refused
from tests.store.test_sound import OGG, WAV

LIST, OPEN = "/console/settings/voice/", "/console/alerts/open.json"
URL = f"{LIST}new_order/"
SOUND = f"{URL}sound/"
ALL = list_roles(AlertKind.NEW_ORDER)
DESK = [role for role in ALL if role != "store_clerk"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def state_of(role: str) -> Any:
    return browser(role).get(OPEN).json()


def upload(raw: bytes) -> Any:
    return browser().post(SOUND, {"sound": SimpleUploadedFile("ring.wav", raw)})


def test_who_does_not_hear_a_kind_still_sees_and_handles_it() -> None:
    assert browser().post(URL, {"role": DESK, "version": "0"}).status_code == 302
    paid_order()
    drain()
    for role, hears in (("store_clerk", False), ("order_clerk", True)):
        state = state_of(role)
        assert (state["count"], state["alerts"][0]["is_voiced"]) == (1, hears)
        assert state["settings"]["is_voice_on"] is hears
    alert_id = state_of("store_clerk")["alerts"][0]["id"]
    assert browser("store_clerk").post("/console/alerts/handle/", {"id": alert_id}).status_code == 302
    assert state_of("order_clerk")["count"] == 0


def test_the_page_shows_whom_it_is_spoken_to_and_the_record_names_who_is_not() -> None:
    browser().post(URL, {"role": DESK, "version": "0"})
    page = browser().get(URL).content.decode()
    assert page.count(" checked") == len(DESK)
    assert "Store clerk" not in browser().get(LIST).content.decode().split("New order")[1].split("</div>")[0]
    event = Event.objects.get(verb="alert_setting.change")
    assert event.data == {"before": {"silent_roles": []}, "after": {"silent_roles": ["store_clerk"]}}
    record = browser().get("/console/audit/?verb=alert_setting.change").content.decode()
    assert "Not spoken to" in record
    assert "store_clerk" not in record


def test_a_kind_that_nobody_would_hear_is_refused_and_nothing_changes() -> None:
    page = page_with(422, browser().post(URL, {"role": ["finance", "nobody"], "version": "0"}))
    assert "Choose at least one role" in page
    assert not get_alert_setting(AlertKind.NEW_ORDER).silent_roles


def test_a_page_that_is_no_longer_true_changes_nothing() -> None:
    choose_hearing_roles(AlertKind.NEW_ORDER, DESK, actor=clerk("owner"))
    assert "Look again" in page_with(422, browser().post(URL, {"role": ALL, "version": "0"}))
    assert get_alert_setting(AlertKind.NEW_ORDER).silent_roles == ["store_clerk"]


@pytest.mark.usefixtures("tasks_at_once")
def test_a_kind_rings_with_a_sound_of_its_own_until_it_is_reset(media: Path) -> None:
    assert upload(WAV).status_code == 302
    assert upload(OGG).status_code == 302
    phrases = state_of("store_clerk")["phrases"]
    address = phrases["new_order"]["sound"]
    assert browser("store_clerk").get(address).content == OGG
    assert phrases["new_pickup"]["sound"].endswith("pickup-order.wav")
    others = set(phrases) - {"new_order", "new_pickup"}
    assert {phrases[kind]["sound"] for kind in others} == {""}
    sweep()
    assert [path.suffix for path in (media / "sounds").iterdir()] == [".ogg"]
    assert "own sound" in browser().get(LIST).content.decode()

    assert browser().post(f"{SOUND}reset/").status_code == 302
    sweep()
    assert state_of("owner")["phrases"]["new_order"]["sound"] == ""
    assert not list((media / "sounds").iterdir())


@pytest.mark.parametrize(("raw", "words"), [(b"<html>", "not a WAV"), (WAV + bytes(10**6), "at most 1 MB")])
def test_what_is_no_sound_is_refused_beside_its_field(media: Path, raw: bytes, words: str) -> None:
    page = page_with(422, upload(raw))
    assert 'id="id_sound_error"' in page and words in page
    assert not list(media.rglob("*.*"))


def test_no_file_is_said() -> None:
    assert "Choose a file first." in page_with(422, browser().post(SOUND))


@pytest.mark.parametrize("role", ["manager", "finance"])
def test_others_may_read_it_only(role: str) -> None:
    page = browser(role).get(URL).content.decode()
    assert '<fieldset class="places" disabled>' in page
    assert 'type="file"' not in page
    with refused("forbidden", 403):
        choose_hearing_roles(AlertKind.NEW_ORDER, DESK, actor=clerk(role))
    with refused("forbidden", 403):
        set_kind_sound(AlertKind.NEW_ORDER, WAV, actor=clerk(role))


@pytest.mark.parametrize("kind", ["none", "NEW_ORDER", "new_order%00", "%F0%9F%92%A5"])
def test_no_other_kind_has_a_page(kind: str) -> None:
    assert browser().get(f"{LIST}{kind}/").status_code == 404

"""/console/settings/voice/: which kinds are spoken, a row for each, changed by name."""

import pytest
from django.test import Client

from notifications.kinds import KINDS
from notifications.models import AlertKind, AlertSetting
from notifications.voice.selectors import list_alert_settings
from notifications.voice.services import choose_voiced_kinds
from shop.events.models import Event
from tests.cast import clerk
from tests.console import browser, page_with
from tests.expect import refused

URL = "/console/settings/voice/"
SHOWN = sorted(AlertKind)
OTHERS = sorted(set(AlertKind) - {AlertKind.LOW_STOCK})
pytestmark = pytest.mark.django_db(transaction=True)


def seen() -> list[str]:
    return [f"{row.kind}:{row.version}" for row in list_alert_settings()]


def list_silent() -> list[str]:
    return [row.kind for row in list_alert_settings() if not row.is_voiced]


def test_every_kind_has_words_and_is_spoken_at_first() -> None:
    assert set(KINDS) == set(AlertKind)
    assert [row.kind for row in list_alert_settings()] == list(AlertKind)
    assert not list_silent()


def test_the_page_shows_every_kind_with_what_is_said() -> None:
    page = browser().get(URL).content.decode()
    for kind in SHOWN:
        assert f'value="{kind}"' in page
        assert KINDS[kind].one in page
    assert page.count(" checked") == len(SHOWN)
    assert page.count("· Finance · Store clerk") == 9
    assert page.count("/console/settings/voice/low_stock/") == 1


def test_the_owner_silences_a_kind_by_name() -> None:
    assert browser().post(URL, {"voiced": OTHERS, "seen": seen()}).status_code == 302
    assert list_silent() == [AlertKind.LOW_STOCK]
    event = Event.objects.get(kind="alert_setting")
    assert (event.verb, event.actor_name) == ("alert_setting.change", "owner 王")
    assert event.data == {"before": {"is_voiced": True}, "after": {"is_voiced": False}}
    assert event.subject_id == AlertSetting.objects.get(kind=AlertKind.LOW_STOCK).pk
    assert browser().get(URL).content.decode().count(" checked") == len(SHOWN) - 1


def test_saving_what_is_so_already_records_nothing() -> None:
    browser().post(URL, {"voiced": list(AlertKind), "seen": seen()})
    assert not Event.objects.filter(kind="alert_setting").exists()


def test_a_page_that_is_no_longer_true_changes_nothing() -> None:
    before = seen()
    choose_voiced_kinds(OTHERS, actor=clerk("owner"))
    assert "Look again" in page_with(422, browser().post(URL, {"voiced": list(AlertKind), "seen": before}))
    assert list_silent() == [AlertKind.LOW_STOCK]


@pytest.mark.parametrize("role", ["manager", "finance"])
def test_others_may_read_it_only(role: str) -> None:
    client: Client = browser(role)
    page = client.get(URL).content.decode()
    assert '<fieldset class="settings-group" disabled>' in page
    assert "Save settings" not in page
    assert client.post(URL, {"voiced": [], "seen": seen()}).status_code == 403
    with refused("forbidden", 403):
        choose_voiced_kinds([], actor=clerk(role))
    assert not list_silent()


@pytest.mark.parametrize("pair", ["", ":", "low_stock:", "low_stock:x", "low_stock:-1", "x:0"])
def test_nonsense_as_a_version_is_stale_or_of_no_kind(pair: str) -> None:
    answer = browser().post(URL, {"voiced": list(AlertKind), "seen": [pair]})
    assert answer.status_code == (422 if pair.startswith("low_stock:") else 302)


def test_the_record_names_the_kind() -> None:
    choose_voiced_kinds(OTHERS, actor=clerk("owner"))
    page = browser().get("/console/audit/?verb=alert_setting.change").content.decode()
    assert "Voice of an alert changed" in page
    assert str(AlertKind.LOW_STOCK.label) in page

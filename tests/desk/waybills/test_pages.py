"""Pages of e-waybills: what waits for a person, one waybill, its label in a sandbox."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from orders.waybills.models import Waybill, WaybillLabel, WaybillState
from orders.waybills.services.asking import Wish, request_waybill
from shop.clients.errors import Unknown
from tests.cast import clerk, prepared_order
from tests.console import browser
from tests.waybills.conftest import ScriptedProvider, answer, set_up_couriers


@pytest.fixture(autouse=True)
def provider(owner: Client, sent_tasks: object, monkeypatch: pytest.MonkeyPatch) -> ScriptedProvider:
    scripted = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: scripted)
    set_up_couriers()
    return scripted


def make_waybill() -> Waybill:
    return answer(request_waybill(prepared_order().pk, wish=Wish("ZTO"), actor=clerk()))


def url(waybill, part=""):
    return f"/console/orders/waybills/{waybill.pk}/{part}"


def test_the_list_is_empty_with_a_reason_while_all_is_well(owner):
    make_waybill()
    assert "No e-waybill needs a person" in owner.get("/console/orders/waybills/").content.decode()


def test_the_list_and_the_home_page_show_what_is_unknown(owner, provider):
    provider.say(Unknown("timeout"))
    waybill = make_waybill()
    assert f'href="{url(waybill)}"' in owner.get("/console/orders/waybills/").content.decode()
    assert "E-waybills to look at" in owner.get("/console/").content.decode()


def press_print(client, waybill):
    """The sheet that opens after the press, and the label that its frame shows."""
    response = client.post(url(waybill, "print/"))
    assert response.status_code == 302
    return response.url, url(waybill, f"label/?{urlsplit(response.url).query}")


def test_the_label_is_drawn_in_a_sandbox_of_its_own(owner):
    waybill = make_waybill()
    WaybillLabel.objects.get().delete()
    WaybillLabel(waybill=waybill, html="<script>alert(1)</script><p>面单</p>").save()
    sheet, label = press_print(owner, waybill)
    response = owner.get(label)
    assert response.content.decode() == "<script>alert(1)</script><p>面单</p>"
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'") and "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<iframe class="label-sheet" sandbox' in owner.get(sheet).content.decode()


@pytest.mark.parametrize(("html", "is_printed"), [("<p>面单</p>", True), ("", False)])
def test_a_label_that_is_only_at_the_provider_is_opened_there(owner, html, is_printed):
    waybill = make_waybill()
    WaybillLabel.objects.get().delete()
    WaybillLabel(waybill=waybill, html=html, url="https://api.kuaidi100.com/label/1").save()
    shown = owner.get(url(waybill)).content.decode()
    assert 'href="https://api.kuaidi100.com/label/1"' in shown
    assert ("Print the label" in shown) is is_printed
    assert ("open it there and print it" in shown) is not is_printed


def test_the_recipient_is_shown_in_full_to_who_has_pressed_alone(owner):
    waybill = make_waybill()
    _sheet, label = press_print(owner, waybill)
    colleague = browser("warehouse")
    assert [client.get(label).status_code for client in (owner, colleague)] == [200, 410]
    assert owner.get(url(waybill, "label/")).status_code == 410
    assert owner.get(label.replace(f"/{waybill.pk}/", f"/{make_waybill().pk}/")).status_code == 410


def test_printing_counts_once_per_press_and_marks_the_second(owner):
    waybill = make_waybill()
    press_print(owner, waybill)
    sheet, _label = press_print(owner, waybill)
    for _ in range(2):
        assert "Reprint 2" in owner.get(sheet).content.decode()
    waybill.refresh_from_db()
    assert waybill.prints == 2


def test_voiding_by_one_press(owner, provider):
    waybill = make_waybill()
    assert owner.post(url(waybill, "void-label/"), {"version": waybill.version}).status_code == 302
    assert answer(waybill).state == WaybillState.VOID


def test_a_person_settles_what_is_unknown(owner, provider):
    provider.say(Unknown("timeout"), Unknown("timeout"))
    first, second = make_waybill(), make_waybill()
    owner.post(url(first, "enter-label/"), {"version": first.version, "tracking_no": "75000000000077"})
    owner.post(url(second, "give-up-label/"), {"version": second.version, "reason": "后台没有"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.state, second.state] == [WaybillState.ISSUED, WaybillState.VOID]


def test_a_number_entered_by_hand_has_no_label(owner, provider):
    provider.say(Unknown("timeout"))
    waybill = make_waybill()
    owner.post(url(waybill, "enter-label/"), {"version": waybill.version, "tracking_no": "75000000000077"})
    owner.post(url(waybill, "print/"))
    waybill.refresh_from_db()
    assert waybill.prints == 0
    assert "Print the label" not in owner.get(url(waybill)).content.decode()

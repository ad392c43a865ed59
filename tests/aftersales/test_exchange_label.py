"""The e-waybill of what is sent in exchange: one for each after-sale, which holds nothing of the order."""

import pytest
from django.urls import reverse

from aftersales.choices import Kind
from aftersales.models import Aftersale
from aftersales.services.labelling import label_exchange
from aftersales.services.settling import resend
from orders.models import Order
from orders.scope import ALL
from orders.shipping.exchanges.sending import Carriage, undo_exchange
from orders.shipping.models import Parcel, Purpose
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.selectors import list_printable, list_waiting
from orders.waybills.services.asking import Wish
from orders.waybills.services.ending import void_waybills
from shop.clients.errors import Rejected
from shop.couriers.models import Sender
from shop.moves.services import lock_row
from tests.aftersales.cases import STORE, received_order, taken_in
from tests.console import browser, page_with
from tests.expect import fresh, refused
from tests.waybills.conftest import ScriptedProvider, answer, provider, set_up_couriers, verbs  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _couriers(open_shop: None) -> None:
    set_up_couriers()


@pytest.fixture
def aftersale() -> Aftersale:
    return taken_in(received_order(), Kind.EXCHANGE)


def label(aftersale: Aftersale, courier: str = "ZTO") -> Waybill:
    label_exchange(aftersale.pk, wish=Wish(courier, postcode="310013"), actor=STORE)
    return Waybill.objects.get(case_number=aftersale.number)


def test_it_holds_nothing_and_is_on_the_parcel_that_goes_under_its_number(aftersale, provider):  # noqa: F811
    waybill = answer(label(aftersale))
    order = fresh(aftersale.order)
    assert (waybill.state, order.has_label, list_waiting(order)) == (WaybillState.ISSUED, False, {})
    resend(aftersale.pk, carriage=Carriage("ZTO", waybill.tracking_no), actor=STORE)
    assert Waybill.objects.get(pk=waybill.pk).state == WaybillState.USED
    assert Parcel.objects.get(purpose=Purpose.EXCHANGE).tracking_no == waybill.tracking_no
    assert fresh(order).has_label is False


def test_its_label_names_what_came_back(aftersale, provider):  # noqa: F811
    answer(label(aftersale))
    line = aftersale.order.lines.get()
    (request,) = provider.requests
    assert [(goods.name, goods.quantity) for goods in request.goods] == [
        (f"{line.product_name} {line.sku_name}", line.quantity)
    ]


def test_pressed_again_the_one_that_is_there_is_the_answer(aftersale, provider):  # noqa: F811
    first, again = label(aftersale), label(aftersale, "EMS")
    assert first.pk == again.pk and again.courier == "ZTO"
    answer(first)
    label(aftersale)
    assert len(provider.asked) == 1


def test_one_that_was_refused_is_asked_for_anew_under_its_own_code(aftersale, provider):  # noqa: F811
    provider.say(Rejected("105", "没有可用套餐", 200))
    refused_one = answer(label(aftersale))
    assert refused_one.state == WaybillState.FAILED
    again = answer(label(aftersale, "EMS"))
    assert (again.pk, again.code, again.courier) == (refused_one.pk, refused_one.code, "EMS")
    assert again.state == WaybillState.ISSUED


def test_undone_it_waits_for_the_exchange_again(aftersale, provider):  # noqa: F811
    waybill = answer(label(aftersale))
    resend(aftersale.pk, carriage=Carriage("ZTO", waybill.tracking_no), actor=STORE)
    order = lock_row(Order, aftersale.order_id)
    undo_exchange(order, Parcel.objects.get(purpose=Purpose.EXCHANGE).pk, actor=STORE)
    assert (
        Waybill.objects.get(pk=waybill.pk).state == WaybillState.ISSUED
        and not fresh(aftersale.order).has_label
    )


def test_no_other_parcel_goes_under_it(aftersale, provider):  # noqa: F811
    waybill = answer(label(aftersale))
    other = taken_in(received_order(), Kind.EXCHANGE)
    with refused("label_of_other_order"):
        resend(other.pk, carriage=Carriage("ZTO", waybill.tracking_no), actor=STORE)


def test_what_is_printed_or_taken_back_for_the_order_leaves_it_alone(aftersale, provider):  # noqa: F811
    waybill = answer(label(aftersale))
    assert not list_printable([aftersale.order_id], ALL).exists()
    void_waybills(aftersale.order_id)
    assert Waybill.objects.get(pk=waybill.pk).state == WaybillState.ISSUED


def test_only_what_is_exchanged_has_one():
    aftersale = taken_in(received_order())
    with refused("wants_money"):
        label_exchange(aftersale.pk, wish=Wish("ZTO"), actor=STORE)


def test_a_courier_without_an_account_gives_none(aftersale):
    with refused("courier_not_set_up"):
        label_exchange(aftersale.pk, wish=Wish("SF"), actor=STORE)


def test_on_the_page_from_the_button_to_the_number(aftersale, provider, sent_tasks):  # noqa: F811
    client, page = browser("owner"), reverse("aftersales:detail", args=[aftersale.number])
    form = {"courier": "ZTO", "sender": Sender.objects.get().pk, "version": aftersale.version}
    pressed = client.post(reverse("aftersales:label_exchange", args=[aftersale.number]), form)
    assert pressed.status_code == 302
    waybill = Waybill.objects.get(case_number=aftersale.number)
    shown = page_with(200, client.get(page))
    assert f'data-live="waybill:{waybill.pk}"' in shown
    waybill = answer(waybill)
    shown = page_with(200, client.get(page))
    assert waybill.tracking_no[:4] in shown and "data-live-poll" not in shown
    dialog = page_with(200, client.get(reverse("aftersales:resend", args=[aftersale.number])))
    assert f'value="{waybill.tracking_no}"' in dialog

"""“Get e-waybill” in the ship dialog."""

import pytest
from django.test import Client

from orders.waybills.models import Waybill, WaybillState
from shop.clients.errors import Rejected
from shop.couriers.models import CourierAccount, Sender
from tests.cast import make_sku, prepared_order
from tests.desk.buttons import assert_done, parcel_data, post
from tests.waybills.conftest import ScriptedProvider, answer, set_up_couriers


@pytest.fixture(autouse=True)
def provider(owner: Client, sent_tasks: object, monkeypatch: pytest.MonkeyPatch) -> ScriptedProvider:
    scripted = ScriptedProvider()
    monkeypatch.setattr("orders.waybills.tasks.open_provider", lambda _name: scripted)
    set_up_couriers()
    return scripted


def press(client, order, *, parcel=0, **more):
    data = parcel_data(order, "", "", **more) | {"label": f"parcel-{parcel}-label", "version": order.version}
    return client.post(f"/console/orders/{order.number}/labels/", data, headers={"HX-Request": "true"})


def dialog_of(client, order):
    return client.get(
        f"/console/orders/{order.number}/ship/", headers={"HX-Request": "true"}
    ).content.decode()


def test_the_dialog_offers_it_where_an_account_is_complete(owner):
    assert "Get e-waybill" in dialog_of(owner, prepared_order())
    CourierAccount.objects.update(is_on=False)
    assert "Get e-waybill" not in dialog_of(owner, prepared_order())


def test_it_is_said_beforehand_by_whom_and_from_where(owner, sign_in):
    order = prepared_order()
    sender = Sender.objects.get(is_default=True)
    words = f"From {sender}, by ZTO Express unless another courier is chosen."
    assert sender.postcode in words
    assert dialog_of(owner, order).count(words) == 2, "the parcel, and the empty one of “Add a parcel”"
    assert "Change the senders" in dialog_of(owner, order)
    assert "Change the senders" not in dialog_of(sign_in("order_clerk"), order)
    press(owner, order)
    assert dialog_of(owner, order).count(words) == 1


def test_the_answer_waits_for_the_number(owner):
    order = prepared_order()
    html = press(owner, order, **{"parcel-0-weight": "1.25", "parcel-0-remark": "轻放"}).content.decode()
    waybill = Waybill.objects.select_related("order__customer").get()
    assert f'data-live="waybill:{waybill.pk}"' in html and "data-issued" not in html
    assert (waybill.courier, waybill.weight_g, waybill.remark) == ("ZTO", 1250, "轻放")


def test_the_number_stands_in_the_part_and_in_the_dialog_opened_again(owner):
    order = prepared_order()
    press(owner, order)
    waybill = answer(Waybill.objects.get())
    part = owner.get(f"/console/orders/{order.number}/labels/1/").content.decode()
    assert f'data-issued="{waybill.tracking_no}"' in part and "data-live" not in part
    assert f'value="{waybill.tracking_no}"' in dialog_of(owner, order)


def test_shipping_with_the_form_as_it_was_opened(owner):
    order = prepared_order()
    press(owner, order)
    waybill = answer(Waybill.objects.get())
    data = parcel_data(order, waybill.tracking_no, **{"parcel-0-courier": "ZTO"})
    assert_done(post(owner, order, "ship", **data), order)
    waybill.refresh_from_db()
    assert (order.stage, waybill.state) == ("shipped", WaybillState.USED)


def test_a_second_parcel_has_its_own(owner):
    order = prepared_order(basket={make_sku().pk: 2})
    line = order.lines.get().pk
    press(owner, order, **{f"parcel-0-line_{line}": 1})
    press(owner, order, parcel=1, **{f"parcel-1-line_{line}": 1})
    assert list(Waybill.objects.order_by("place").values_list("place", "contents")) == [
        (1, {str(line): 1}),
        (2, {str(line): 1}),
    ]


def test_a_refusal_is_a_sentence_in_its_place(owner, provider):
    provider.say(Rejected("105", "没有可用套餐", 200))
    order = prepared_order()
    press(owner, order)
    answer(Waybill.objects.get())
    assert "没有可用套餐" in dialog_of(owner, order)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"parcel-0-courier": "EMS"}, "Type the recipient&#39;s postcode, six digits."),
        ({"parcel-0-courier": "EMS", "parcel-0-weight": "x"}, "Weight (kg)"),
        ({"parcel-0-courier": "nobody"}, "Courier"),
    ],
)
def test_what_was_typed_wrongly_is_said_before_anybody_is_asked(owner, typed, sentence):
    assert sentence in press(owner, prepared_order(), **typed).content.decode()
    assert not Waybill.objects.exists()


def test_without_scripts_the_dialog_is_opened_again(owner):
    order = prepared_order()
    data = parcel_data(order, "") | {"label": "parcel-0-label"}
    response = owner.post(f"/console/orders/{order.number}/labels/", data)
    assert (response.status_code, response.url) == (302, f"/console/orders/{order.number}/ship/")


@pytest.mark.parametrize("pressed", ["", "parcel-x-label", "parcel-00-label", "parcel-0-tracking_no"])
def test_a_damaged_button_asks_for_nothing(owner, pressed):
    order = prepared_order()
    data = parcel_data(order, "") | {"label": pressed}
    html = owner.post(
        f"/console/orders/{order.number}/labels/", data, headers={"HX-Request": "true"}
    ).content.decode()
    assert "There is no such parcel." in html and not Waybill.objects.exists()


def test_the_dialog_costs_five_queries_more_than_without(owner, django_assert_max_num_queries):
    order = prepared_order()
    with django_assert_max_num_queries(22):
        dialog_of(owner, order)

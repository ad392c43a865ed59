"""How a parcel gets to its courier, on the order's page: the dialog, the two presses, and taking them back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.collections.models import Collection, CollectionState
from orders.desk.collections.windows import propose_window
from orders.models import Order
from orders.shipping.models import Parcel
from shop import clock
from shop.clients.errors import Rejected
from shop.couriers.models import Sender
from tests.collecting.conftest import ScriptedCaller, answer, call, sent_parcel
from tests.collecting.conftest import caller as caller  # a fixture
from tests.console import page_with
from tests.desk.buttons import assert_done, assert_refused, post
from tests.desk.conftest import SignIn
from tests.waybills.conftest import set_up_couriers


@pytest.fixture
def sender(owner: Client) -> Sender:
    return set_up_couriers()


def page_of(client: Client, order: Order) -> str:
    return page_with(200, client.get(f"/console/orders/{order.number}/"))


def wish(sender: Sender, parcel: Parcel, **typed: Any) -> dict[str, Any]:
    tomorrow = timezone.localtime(clock.now()).date() + timedelta(days=1)
    window = {"day": tomorrow.isoformat(), "start": 10, "end": 12}
    return {"parcel": parcel.pk, "sender": sender.pk, **window, **typed}


def press(client: Client, order: Order, parcel: Parcel, how: str) -> Any:
    order.refresh_from_db()
    return post(client, order, f"parcels/{parcel.pk}/hand-over", how=how)


def end(client: Client, collection: Collection) -> Any:
    data = {"version": collection.version}
    return client.post(f"/console/orders/collections/{collection.pk}/call-off/", data)


def test_the_courier_is_called_in_a_dialog_and_called_off(
    owner: Client, sender: Sender, caller: object
) -> None:
    order, parcel = sent_parcel()
    assert "call-courier/" in page_of(owner, order) and "I have called" not in page_of(owner, order)
    page_with(200, owner.get(f"/console/orders/{order.number}/call-courier/"))
    assert_done(post(owner, order, "call-courier", **wish(sender, parcel)), order)
    collection = answer(Collection.objects.get())
    html = page_of(owner, order)
    assert "Collection called" in html and "10:00–12:00" in html and "call-courier/" not in html
    assert end(owner, collection).status_code == 302
    assert answer(collection).state == CollectionState.CANCELLED
    assert "call-courier/" in page_of(owner, order)


def test_a_time_that_ends_before_it_begins_keeps_what_was_typed(owner: Client, sender: Sender) -> None:
    order, parcel = sent_parcel()
    answered = post(owner, order, "call-courier", **wish(sender, parcel, start=14, end=12))
    html = assert_refused(answered, order, 400, "ends after it begins")
    assert '<option value="14" selected>' in html


@pytest.mark.parametrize(("how", "words"), [("by_phone", "Called by phone"), ("dropped_off", "Dropped off")])
def test_what_people_have_done_is_one_press(owner: Client, sender: Sender, how: str, words: str) -> None:
    order, parcel = sent_parcel("SF")
    html = page_of(owner, order)
    assert "call-courier/" not in html and 'href="tel:95338"' in html
    assert press(owner, order, parcel, how).status_code == 302
    assert Collection.objects.get().state == how
    html = page_of(owner, order)
    assert words in html and f'value="{how}"' not in html
    assert end(owner, Collection.objects.get()).status_code == 302
    assert f'value="{how}"' in page_of(owner, order)


def test_a_stale_press_is_a_sentence(owner: Client, sender: Sender) -> None:
    order, parcel = sent_parcel("SF")
    press(owner, order, parcel, "by_phone")
    assert press(owner, order, parcel, "dropped_off").status_code == 302
    assert "Take that back first" in page_of(owner, order)
    assert press(owner, order, parcel, "nonsense").status_code == 302
    assert Collection.objects.get().state == CollectionState.BY_PHONE


def test_who_may_not_ship_sees_the_state_and_no_button(
    owner: Client, sign_in: SignIn, sender: Sender
) -> None:
    order, parcel = sent_parcel("SF")
    support = sign_in("support")
    html = page_of(support, order)
    assert 'value="dropped_off"' not in html
    assert press(support, order, parcel, "dropped_off").status_code == 403


def test_the_next_two_whole_hours_of_the_day_are_proposed() -> None:
    day = datetime(2026, 11, 30).date()
    for hour, minute, expected in (
        (6, 10, (day, 9)),
        (9, 0, (day, 10)),
        (14, 59, (day, 15)),
        (15, 1, (day, 16)),
        (16, 0, (day + timedelta(days=1), 9)),
    ):
        assert propose_window(datetime(2026, 11, 30, hour, minute)) == expected


def test_what_was_not_called_waits_on_the_home_page(
    owner: Client, sender: Sender, caller: ScriptedCaller
) -> None:
    caller.say(Rejected("105", "业务错误[不在揽收范围]", 200))
    order, parcel = sent_parcel()
    answer(call(order, parcel))
    assert "Collections to look at" in page_with(200, owner.get("/console/"))
    html = page_with(200, owner.get("/console/orders/collections/"))
    assert f"/console/orders/{order.number}/" in html and "不在揽收范围" in html
    press(owner, order, parcel, "by_phone")
    assert order.number not in page_with(200, owner.get("/console/orders/collections/"))

"""How a parcel gets to its courier, on the order's page: the dialog, the two presses, and taking them back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.collections.models import Collection, CollectionState
from orders.collections.services.ending import call_off
from orders.desk.collections.windows import propose_window
from orders.models import Order
from orders.shipping.models import Parcel
from orders.shipping.services.ship import undo_ship
from shop import clock
from shop.clients.errors import Rejected
from shop.couriers.models import Sender
from shop.live import keep_audible
from tests import cast
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


def way_of(client: Client, order: Order, parcel: Parcel, seen: object = "") -> Any:
    return client.get(f"/console/orders/{order.number}/parcels/{parcel.pk}/way/", {"seen": seen})


def test_the_page_follows_what_the_provider_says_while_it_is_asked(
    owner: Client, sign_in: SignIn, sender: Sender, caller: ScriptedCaller
) -> None:
    order, parcel = sent_parcel()
    assert 'data-live="collection:' not in page_of(owner, order)
    collection = call(order, parcel)
    html = page_of(owner, order)
    assert f'data-live="collection:{collection.pk}"' in html
    assert f"parcels/{parcel.pk}/way/?seen={collection.version}" in html
    shown = collection.version
    assert way_of(owner, order, parcel, shown).status_code == 204
    answer(collection)
    part = page_with(200, way_of(owner, order, parcel, shown))
    assert "Collection called" in part and "data-live" not in part and "<html" not in part
    assert "Call off" in part and "Call off" not in page_with(200, way_of(sign_in("support"), order, parcel))
    assert way_of(owner, sent_parcel()[0], parcel).status_code == 404


def test_who_sees_the_order_hears_of_its_collections(sender: Sender, caller: ScriptedCaller) -> None:
    topic = f"collection:{call(*sent_parcel()).pk}"
    assert keep_audible(cast.clerk("support"), [topic, "collection:987654"]) == {topic}
    assert keep_audible(cast.buyer(cast.paid_order()), [topic]) == set()


def test_a_courier_who_was_not_called_off_is_settled_by_phone(
    owner: Client, sender: Sender, caller: ScriptedCaller
) -> None:
    order, parcel = sent_parcel()
    collection = answer(call(order, parcel))
    undo_ship(parcel.pk, actor=cast.clerk())
    call_off(collection.pk, actor=cast.clerk())
    caller.say(Rejected("105", "业务错误[快递员已出发]", 200))
    collection = answer(collection)
    html = page_of(owner, order)
    assert "Not called off" in html and "快递员已出发" in html and "Called off by phone" in html
    assert order.number in page_with(200, owner.get("/console/orders/collections/"))
    data = {"version": collection.version, "how": "by_phone"}
    owner.post(f"/console/orders/collections/{collection.pk}/call-off/", data)
    collection.refresh_from_db()
    assert collection.state == CollectionState.CANCELLED
    assert (
        "Called off by phone" not in page_of(owner, order).split('id="timeline"')[0].split("<h2>Timeline")[0]
    )
    assert order.number not in page_with(200, owner.get("/console/orders/collections/"))

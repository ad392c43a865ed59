"""An order that is picked up rings as a new order does, once, with words and a sound of its own."""

import pytest
from django.test import Client

from notifications.models import Alert, AlertKind, HandledHow
from notifications.robots.messages import write_message
from notifications.robots.models import Robot
from orders.services.steps import confirm_order
from pickup.services.converting import NewDelivery, change_delivery
from shop.events.delivery import drain
from shop.events.models import Event, EventDelivery
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.console import browser, sign_in
from tests.expect import fresh

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/console/alerts/open.json"


def read_state() -> dict:
    drain()
    return browser("order_clerk").get(URL).json()


def test_it_is_the_alert_of_a_new_order_and_says_what_is_to_be_done() -> None:
    cast.paid_order()
    order = cast.paid_pickup()
    newest, other = read_state()["alerts"]
    assert (newest["kind"], newest["words"]) == ("new_pickup", "您有新的自提订单，请及时备货")
    assert (newest["number"], newest["is_voiced"]) == (order.number, True)
    assert other["kind"] == "new_order"
    assert {alert.kind for alert in Alert.objects.all()} == {AlertKind.NEW_ORDER}
    phrase = read_state()["phrases"]["new_pickup"]
    assert phrase["many"] == "您有 {n} 笔新的自提订单，请及时备货"
    assert phrase["sound"].endswith("audio/pickup-order.wav")


def test_robots_say_it_too() -> None:
    orders = [cast.paid_pickup(), cast.paid_pickup(), cast.paid_order()]
    drain()
    alerts = list(Alert.objects.select_related("order").order_by("pk"))
    assert write_message(Robot(), alerts[:1]).startswith("您有新的自提订单，请及时备货")
    digest = write_message(Robot(), alerts).splitlines()
    assert digest[:2] == ["您有新的订单，请及时处理", "您有 2 笔新的自提订单，请及时备货"]
    assert orders[2].number in digest[2]


def test_sent_instead_it_is_a_new_order_like_any_other() -> None:
    order = cast.paid_pickup()
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=cast.clerk())
    assert [alert["kind"] for alert in read_state()["alerts"]] == ["new_order"]


def test_to_be_paid_after_all_it_still_waits_for_somebody() -> None:
    order = cast.place_pickup(pay_method=PayMethod.COD)
    StoreSettings.objects.update(express_cod_on=False)
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=cast.buyer(order))
    assert len(read_state()["alerts"]) == 1
    order.refresh_from_db()
    cast.pay(order)
    assert len(read_state()["alerts"]) == 1
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    assert read_state()["alerts"] == []
    assert Alert.objects.count() == 1


def test_paid_after_all_it_rings_once_more_at_its_counter_though_it_was_handled_before() -> None:
    store = cast.make_store()
    counter = sign_in(cast.make_staff("store_clerk", stores=[store]))
    StoreSettings.objects.update(pickup_on=True, pickup_cod_on=False)
    order = cast.place(pay_method=PayMethod.COD)
    drain()
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    wanted = NewDelivery(Delivery.PICKUP, cast.HOME.person, store.pk)
    change_delivery(order.pk, wanted, actor=cast.clerk("order_clerk"))
    assert ringing(counter) == []
    cast.pay(fresh(order))
    assert ringing(counter) == [("new_pickup", order.number)]
    confirm_order(order.pk, actor=cast.clerk("order_clerk"))
    assert ringing(counter) == []
    EventDelivery.objects.filter(handler__endswith="alert_new_order").update(done_at=None)
    assert ringing(counter) == []
    alert = Alert.objects.get()
    assert (alert.handled_how, alert.event_id) == (HandledHow.MOVED, Event.objects.get(verb="order.pay").pk)


def ringing(client: Client) -> list[tuple[str, str]]:
    """What this person hears."""
    drain()
    return [(alert["kind"], alert["number"]) for alert in client.get(URL).json()["alerts"]]

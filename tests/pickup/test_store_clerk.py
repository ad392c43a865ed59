"""Who works at a store hands out what waits there, money first, and nothing that waits elsewhere."""

from django.test import Client

from orders.models import Order
from orders.payments.models import Payment
from orders.stages import Stage
from pickup.models import Verification
from pickup.services.verifying import Handout, verify_pickup
from shop.store.choices import PayMethod
from tests import cast
from tests.console import browser, page_with, sign_in
from tests.expect import fresh, refused
from tests.pickup.counter import unpaid, waiting


def clerk_of(order: Order) -> Client:
    return sign_in(cast.make_staff("store_clerk", stores=[order.pickup_store]))


def press(client: Client, order: Order, **typed: object):
    url = f"/console/orders/{order.number}/verify/"
    pieces = {f"line_{line.pk}": line.quantity for line in order.lines.all()}
    return client.post(url, {"version": order.version, **pieces, **typed}, follow=True)


def test_from_the_row_of_the_list_to_done_in_two_presses():
    order = waiting()
    clerk = clerk_of(order)
    url = f"/console/orders/{order.number}/verify/"
    assert f'href="{url}"' in page_with(200, clerk.get("/console/orders/?delivery=pickup"))
    assert "Verify and hand out" in page_with(200, clerk.get(url))
    page_with(200, press(clerk, order))
    assert fresh(order).stage == Stage.DONE
    assert Verification.objects.get().operator_name == "store_clerk 王"


def test_what_is_owed_is_taken_by_the_same_press_and_by_it_alone():
    order = unpaid(pay_method=PayMethod.COD)
    clerk = clerk_of(order)
    assert (
        clerk.post(f"/console/orders/{order.number}/collect/", {"version": order.version}).status_code == 403
    )
    assert not Payment.objects.exists()
    page_with(200, press(clerk, order, owed=order.owed_fen, means="cash"))
    assert fresh(order).stage == Stage.DONE
    payment = Payment.objects.get()
    assert (payment.store, payment.collected_by_name) == (order.pickup_store, "store_clerk 王")


def test_an_order_of_another_store_is_not_there():
    order, other = waiting(), waiting()
    clerk = clerk_of(order)
    assert clerk.get(f"/console/orders/{other.number}/verify/").status_code == 404
    assert "There is no such order" in page_with(200, press(clerk, other))
    user = cast.make_staff("store_clerk", stores=[order.pickup_store])
    with refused("not_found", 404):
        verify_pickup(other.pk, Handout(other.pickup_store_id), actor=cast.actor_of(user))
    assert not Verification.objects.exists()


def test_nothing_is_offered_to_be_done_to_many():
    order = unpaid(pay_method=PayMethod.COD)
    page = page_with(200, clerk_of(order).get("/console/orders/?delivery=pickup"))
    assert "data-bulk-action" not in page


def test_a_toast_leads_those_who_may_to_taking_it_back():
    for role, may in (("manager", True), ("order_clerk", False)):
        order = waiting()
        page = page_with(200, press(browser(role), order))
        assert (f'class="btn btn-sm" href="/console/orders/{order.number}/undo-verify/"' in page) == may
    order = waiting()
    owner = browser()
    press(owner, order)
    dialog = page_with(200, owner.get(f"/console/orders/{order.number}/undo-verify/"))
    assert "Take them back" in dialog

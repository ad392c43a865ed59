"""What is owed of a pickup order may be waived at the counter, with a reason; then it is handed out."""

import pytest

from orders.payments.changes.waiving import waive_owed
from orders.payments.models import Payment
from orders.stages import Stage
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.console import browser, page_with
from tests.expect import fresh, refused, stock_of
from tests.pickup.counter import hand_out, unpaid

CLERK = cast.clerk("order_clerk", name="李四", id_=7)


@pytest.mark.parametrize("pay_method", [PayMethod.COD, PayMethod.WECHAT])
def test_all_of_it_is_waived_and_the_goods_are_handed_out(pay_method):
    sku = cast.make_sku(on_hand=5)
    order = unpaid(basket={sku.pk: 2}, pay_method=pay_method)
    with refused("owes"):
        hand_out(order)
    waive_owed(order.pk, reason="老顾客", actor=CLERK)
    waived = fresh(order)
    assert (waived.payable_fen, waived.owed_fen, waived.stage) == (0, 0, Stage.TO_CONFIRM)
    hand_out(order)
    assert fresh(order).stage == Stage.DONE
    assert Payment.objects.count() == 0
    assert stock_of(sku.pk) == (3, 0)
    event = Event.objects.get(verb="order.waive")
    assert (event.actor_name, event.data["after"], event.words["reason"]) == ("李四", 0, "老顾客")


def test_it_takes_a_reason_and_the_right_and_stays_within_the_limit():
    order = unpaid(pay_method=PayMethod.COD)
    with refused("reason_required", 400):
        waive_owed(order.pk, reason=" ", actor=CLERK)
    with refused("forbidden", 403):
        waive_owed(order.pk, reason="x", actor=cast.clerk("support"))
    assert fresh(order).owed_fen == order.owed_fen


@pytest.mark.parametrize("pay_method", [PayMethod.COD, PayMethod.WECHAT])
def test_what_is_sent_and_not_paid_is_not_waived(pay_method):
    order = cast.place(pay_method=pay_method)
    with refused("nothing_paid"):
        waive_owed(order.pk, reason="x", actor=CLERK)


def test_the_dialog_of_verifying_leads_there_for_who_may():
    order = unpaid(pay_method=PayMethod.COD)
    clerk = browser("order_clerk")
    dialog = page_with(200, clerk.get(f"/console/orders/{order.number}/verify/"))
    assert f'href="/console/orders/{order.number}/waive/"' in dialog
    asked = page_with(200, clerk.get(f"/console/orders/{order.number}/waive/"))
    assert "Need not be paid any more" in asked
    clerk.post(
        f"/console/orders/{order.number}/waive/", {"reason": "老顾客", "version": fresh(order).version}
    )
    assert fresh(order).owed_fen == 0

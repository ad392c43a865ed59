"""Another address may cost more or less to send to."""

from dataclasses import replace

import pytest

from orders.payments.changes.addressing import change_address
from orders.payments.changes.difference import Difference
from orders.payments.changes.waiving import waive_owed
from orders.payments.models import Refund
from orders.stages import Stage
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.expect import fresh, refused

FAR = replace(cast.HOME, province="西藏自治区", city="拉萨市", district="城关区", detail="北京中路 1 号")
SETTLE = Difference.SETTLE
CLERK = cast.clerk("order_clerk")


@pytest.fixture(autouse=True)
def _two_prices(db):
    cast.open_shop()
    set_two_prices()


def set_two_prices():
    """¥10 to everywhere, ¥18 to Tibet; nothing to Xinjiang."""
    template = cast.set_freight(10_00)
    template.rules.filter(is_elsewhere=True).update(position=2)
    template.rules.create(position=0, regions=["540000"], first_fen=18_00)
    template.rules.create(position=1, regions=["650000"], is_served=False)


def move(order, to=FAR, **kwargs):
    return change_address(order.pk, to=to, **{"actor": CLERK, "difference": SETTLE} | kwargs)


def test_an_unpaid_order_costs_what_the_new_region_costs():
    order = cast.place(basket={cast.make_sku(price_fen=20_00).pk: 1})
    assert move(order).payable_fen == 38_00
    assert move(order, cast.HOME).payable_fen == 30_00
    assert cast.pay(fresh(order)).stage == Stage.TO_CONFIRM


def test_a_paid_order_owes_the_rest_until_a_time_of_its_own():
    order = cast.paid_order(basket={cast.make_sku(price_fen=20_00).pk: 1})
    moved = move(order)
    assert (moved.owed_fen, moved.pay_by is None, moved.supplement_by is not None) == (8_00, True, True)
    paid = cast.pay(fresh(order))
    assert (paid.owed_fen, paid.supplement_by, paid.stage) == (0, None, Stage.TO_CONFIRM)


def test_the_shop_may_bear_it():
    order = cast.paid_order()
    moved = move(order, difference=Difference.KEEP)
    assert (moved.city, moved.owed_fen, moved.supplement_by) == ("拉萨市", 0, None)


def test_a_cheaper_region_gives_the_freight_back():
    order = cast.place()
    move(order)
    cast.pay(fresh(order))
    move(fresh(order), cast.HOME)
    assert Refund.objects.get().amount_fen == 8_00
    assert move(fresh(order), difference=Difference.KEEP).owed_fen == 0


def test_a_cheaper_region_lowers_what_is_still_owed_before_anything_goes_back():
    order = cast.paid_order()
    move(order)
    assert move(fresh(order), cast.HOME).owed_fen == 0
    assert fresh(order).supplement_by is None
    assert not Refund.objects.exists()


def test_cash_on_delivery_collects_it_at_the_door():
    order = cast.place(pay_method=PayMethod.COD)
    moved = move(order)
    assert (moved.owed_fen, moved.supplement_by) == (order.payable_fen + 8_00, None)


def test_nothing_is_sent_where_the_shop_does_not_send():
    order = cast.paid_order()
    with refused("not_served", 400):
        move(order, replace(FAR, province="新疆维吾尔自治区", city="乌鲁木齐市", district="天山区"))


def test_another_street_asks_for_nothing_though_the_template_was_changed():
    order = cast.paid_order()
    cast.set_freight(50_00)
    assert move(order, replace(cast.HOME, detail="文三路 9 号")).owed_fen == 0


def test_own_delivery_costs_the_same_everywhere_it_goes():
    cast.open_shop(local_districts=["330106", "330108"])
    order = cast.paid_order(delivery=Delivery.LOCAL)
    assert move(order, replace(cast.HOME, district="滨江区", detail="江南大道 1 号")).owed_fen == 0


def test_an_open_payment_is_closed_before_the_price_rises(gateway):
    set_two_prices()
    order = cast.place()
    old = gateway.open(order)
    move(order)
    assert gateway.trade(old.number)["state"] == "CLOSED"
    assert gateway.open(order).amount_fen == order.payable_fen + 8_00


def test_what_is_owed_may_be_waived_by_who_may_lower_prices():
    order = cast.paid_order()
    move(order)
    with refused("forbidden", 403):
        waive_owed(order.pk, reason="老顾客", actor=cast.clerk("support"))
    waived = waive_owed(order.pk, reason="老顾客", actor=CLERK)
    assert (waived.owed_fen, waived.supplement_by, waived.payable_fen) == (0, None, order.payable_fen)
    with refused("nothing_owed"):
        waive_owed(order.pk, reason="老顾客", actor=CLERK)


def test_waiving_counts_against_the_limit_of_lowered_prices():
    order = cast.paid_order()
    move(order)
    StoreSettings.objects.update(second_person_above_fen=5_00)
    with refused("second_person_required"):
        waive_owed(order.pk, reason="老顾客", actor=CLERK)


def test_what_nobody_paid_for_is_not_waived():
    order = cast.place(pay_method=PayMethod.COD)
    with refused("nothing_paid"):
        waive_owed(order.pk, reason="老顾客", actor=CLERK)

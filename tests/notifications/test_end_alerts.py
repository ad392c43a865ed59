"""An alert ends when a person takes the order on, when the order closes, or when what it says is over."""

from datetime import timedelta

import pytest
from django.db import transaction

from notifications.models import Alert, AlertKind
from orders.collections.models import CollectionState
from orders.collections.services.asking import hand_over
from orders.collections.services.ending import call_off_by_phone
from orders.payments.changes.cancelling import cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.swapping import Swap, change_lines
from orders.payments.changes.waiving import waive_owed
from orders.printing.models import PrintJob
from orders.printing.services.asking import print_on
from orders.services.steps import confirm_order, hold_order, release_order, urge_order
from orders.shipping.services.ship import ship_order, undo_ship
from orders.stages import Stage
from orders.waybills.services.ending import give_up_waybill
from shop import clock
from shop.actor import GATEWAY
from shop.catalog.stock.changes import correct_stock
from shop.clients.errors import Rejected
from shop.clients.waybills import AlreadyUsed
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.moves.services import lock_row, move
from shop.store.choices import PayMethod, ReserveOn
from tests.cast import buyer, clerk, make_sku, open_shop, paid_order, parcel, pay, place, prepared_order
from tests.collecting.conftest import ScriptedCaller, call, caller, sent_parcel
from tests.collecting.conftest import answer as answer_call
from tests.expect import fresh
from tests.printing.conftest import make_printer
from tests.waybills.conftest import ScriptedProvider, answer, ask, provider, set_up_couriers

__all__ = ["caller", "provider"]

pytestmark = pytest.mark.django_db(transaction=True)


def the_alert(**wanted: object) -> Alert:
    drain()
    return Alert.objects.get(**wanted)


def test_confirming_handles_it_in_the_name_of_the_clerk() -> None:
    order = paid_order()
    assert the_alert().handled_at is None
    confirm_order(order.pk, actor=clerk(name="王店长", id_=3))
    alert = the_alert()
    assert (alert.handled_how, alert.handled_by_id, alert.handled_by_name) == ("moved", 3, "王店长")


def test_closing_by_staff_says_closed() -> None:
    order = paid_order()
    drain()
    cancel_paid(order.pk, reason="缺货", actor=clerk(name="王店长"))
    alert = the_alert()
    assert (alert.handled_how, alert.handled_by_name) == ("closed", "王店长")


def test_a_buyer_who_cancels_is_named_by_what_he_did() -> None:
    order = place(pay_method=PayMethod.COD)
    drain()
    cancel_unpaid(order.pk, actor=buyer(order))
    assert the_alert().handled_how == "closed"


def test_a_note_or_a_hold_does_not_silence_it() -> None:
    order = paid_order()
    drain()
    hold_order(order.pk, reason="等电话", actor=clerk())
    assert the_alert().handled_at is None


def test_a_step_that_the_shop_skips_does_not_silence_it() -> None:
    open_shop(confirm_step_on=False)
    order = paid_order()
    assert order.stage == "confirmed"
    assert the_alert().handled_at is None


def test_what_was_left_and_is_cancelled_leaves_nothing_to_hurry_for() -> None:
    open_shop(confirm_step_on=False, prepare_step_on=False)
    order = paid_order(basket={make_sku().pk: 2})
    line = order.lines.get().pk
    ship_order(order.pk, parcels=[parcel({line: 1})], actor=clerk())
    urge_order(order.pk, actor=buyer(order))
    assert Alert.objects.count() == 0
    assert the_alert(kind=AlertKind.URGE).handled_at is None
    cancel_lines(order.pk, quantities={line: 1}, reason="缺货", actor=clerk())
    assert fresh(order).stage == Stage.SHIPPED
    assert the_alert(kind=AlertKind.URGE).handled_how == "moved"
    assert the_alert(kind=AlertKind.NEW_ORDER).handled_how == "over"


def test_stock_that_came_ends_the_short_alert() -> None:
    open_shop(reserve_on=ReserveOn.PAYING)
    sku = make_sku(on_hand=1)
    first, second = place(basket={sku.pk: 1}), place(basket={sku.pk: 1})
    pay(first)
    pay(second)
    assert the_alert(kind=AlertKind.STOCK_SHORT).handled_at is None
    correct_stock(sku.pk, on_hand=5, reason="recounted", actor=clerk())
    sweep()
    assert the_alert(kind=AlertKind.STOCK_SHORT).handled_how == "over"


def test_a_waybill_that_is_left_to_people_rings_until_one_settles_it(provider: ScriptedProvider) -> None:
    set_up_couriers()
    provider.say(AlreadyUsed("which one?"), AlreadyUsed("which one?"))
    waybill = answer(ask(prepared_order()), times=2)
    assert the_alert(kind=AlertKind.WAYBILL).handled_at is None
    give_up_waybill(waybill.pk, reason="问过快递鸟，没有出单", actor=clerk())
    assert the_alert(kind=AlertKind.WAYBILL).handled_how == "over"


def test_a_receipt_of_which_nobody_knows_rings_until_it_is_seen() -> None:
    printer = make_printer(deliveries=[])
    job = print_on(paid_order().pk, printer_id=printer.pk, actor=clerk())
    move_print(job, "print.lose", {"next_try_at": None})
    assert the_alert(kind=AlertKind.PRINT).handled_at is None
    move_print(job, "print.finish", {})
    assert the_alert(kind=AlertKind.PRINT).handled_how == "over"


def test_a_courier_who_was_not_called_rings_until_somebody_says_how_the_parcel_goes(
    caller: ScriptedCaller,
) -> None:
    set_up_couriers()
    caller.say(Rejected("105", "业务错误[不在揽收范围]", 200))
    order, sent = sent_parcel()
    answer_call(call(order, sent))
    assert the_alert(kind=AlertKind.COLLECTION).handled_at is None
    hand_over(sent.pk, order_id=order.pk, how=CollectionState.DROPPED_OFF, actor=clerk())
    assert the_alert(kind=AlertKind.COLLECTION).handled_how == "over"


def test_a_courier_who_comes_for_nothing_rings_until_somebody_has_called_them(caller: ScriptedCaller) -> None:
    set_up_couriers()
    order, sent = sent_parcel()
    collection = answer_call(call(order, sent))
    undo_ship(sent.pk, actor=clerk())
    caller.say(Rejected("105", "业务错误[快递员已出发]", 200))
    drain()
    answer_call(collection)
    assert the_alert(kind=AlertKind.COLLECTION).handled_at is None
    call_off_by_phone(collection.pk, actor=clerk())
    assert the_alert(kind=AlertKind.COLLECTION).handled_how == "over"


def move_print(job: PrintJob, verb: str, changes: dict[str, object]) -> None:
    with transaction.atomic():
        move(lock_row(PrintJob, job.pk), verb, actor=GATEWAY, changes=changes)


def test_a_rest_that_is_overdue_rings_until_it_is_waived() -> None:
    order = paid_order(basket={make_sku(price_fen=20_00).pk: 1})
    swap = Swap(order.lines.get().pk, 1, make_sku(price_fen=26_00).pk, 1)
    change_lines(order.pk, swap, actor=clerk())
    with clock.at(clock.now() + timedelta(hours=25)):
        sweep()
        drain()
    assert the_alert(kind=AlertKind.SUPPLEMENT).handled_at is None
    waive_owed(order.pk, reason="老顾客", actor=clerk())
    assert the_alert(kind=AlertKind.SUPPLEMENT).handled_how == "over"


def test_an_overdue_rest_is_over_when_somebody_lets_the_order_go_on() -> None:
    order = paid_order(basket={make_sku(price_fen=20_00).pk: 1})
    swap = Swap(order.lines.get().pk, 1, make_sku(price_fen=26_00).pk, 1)
    change_lines(order.pk, swap, actor=clerk())
    with clock.at(clock.now() + timedelta(hours=25)):
        sweep()
        drain()
    release_order(order.pk, actor=clerk())
    assert the_alert(kind=AlertKind.SUPPLEMENT).handled_how == "moved"

"""Steps of the past as calls of the real verbs."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.utils import timezone

from notifications.models import Alert
from notifications.services import handle_alerts
from orders.models import OrderLine
from orders.payments.changes.addressing import change_address
from orders.payments.changes.cancelling import BuyersWhy, cancel_lines, cancel_paid, cancel_unpaid
from orders.payments.changes.pricing import choose_payment
from orders.payments.services.balance import pay_by_balance
from orders.payments.services.collecting import collect_payment
from orders.payments.services.transfers import reject_proof
from orders.services.place import NewOrder, place_order
from orders.services.postponing import postpone_order
from orders.services.recipient import reveal_recipient
from orders.services.steps import (
    add_note,
    confirm_order,
    extend_receipt,
    hold_order,
    prepare_order,
    receive_order,
    release_order,
    set_seller_remark,
    urge_order,
)
from orders.shipping.services.ship import NewParcel, arrive_parcel, ship_order, undo_ship
from orders.stages import BuyerReason
from seeding import handing, money, paper, parcels
from seeding.diary import Do
from seeding.journeys import keep_moving
from seeding.opening import recipient_of
from seeding.world import Scene
from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import Sku
from shop.catalog.stock.changes import correct_stock
from shop.customers.services import customer_actor
from shop.events.delivery import drain
from shop.events.sweeping import sweep
from shop.store.choices import Delivery, PayMethod, ReserveOn
from shop.store.pickup_stores.selectors import list_serving
from shop.store.services import change_store_settings


def _sweep() -> None:
    """What is due; parcels on their way have been heard of by then."""
    drain()
    keep_moving()
    sweep()


def act(scene: Scene) -> None:
    """Do one step. Raises Refused when the plan asks for what the shop does not allow."""
    ACTS[scene.step.do](scene)


def _place(scene: Scene) -> None:
    planned, world = scene.planned, scene.world
    wanted = NewOrder(
        basket={world.sku_ids[code]: pieces for code, pieces in planned.basket},
        delivery=planned.delivery,
        pay_method=planned.pay_method,
        to=recipient_of(scene.person, planned.delivery),
        buyer_remark=planned.remark,
        store_id=_find_store(scene) if planned.delivery == Delivery.PICKUP else None,
    )
    actor = customer_actor(scene.customer)
    order = place_order(scene.customer, wanted, client_key=f"past-{scene.index}", actor=actor)
    world.order_ids[scene.index] = order.pk


def _find_store(scene: Scene) -> int:
    stores = list_serving()
    return stores[scene.index % len(stores)].pk


def _place_scarce(scene: Scene) -> None:
    """An order can only run short while stock is reserved on paying, which the owner tries out that hour."""
    owner = scene.world.staff["owner"]
    change_store_settings({"reserve_on": ReserveOn.PAYING}, actor=owner)
    _place(scene)
    change_store_settings({"reserve_on": ReserveOn.PLACING}, actor=owner)


def _miss_one(scene: Scene) -> None:
    """Somebody counts the shelf and finds one piece fewer than the order took for granted."""
    sku = Sku.objects.get(pk=_lines(scene)[0].sku_id)
    correct_stock(sku.pk, on_hand=sku.on_hand - 1, reason="盘点：破损 1 件", actor=scene.staff)


def _change_address(scene: Scene) -> None:
    change_address(scene.order_id, to=parcels.find_new_home(scene), actor=scene.staff)


def _postpone(scene: Scene) -> None:
    ship_on = timezone.localdate(clock.now()) + timedelta(days=scene.step.data["days"])
    postpone_order(scene.order_id, ship_on=ship_on, notice=scene.step.data["notice"], actor=scene.staff)


def _hold(scene: Scene) -> None:
    hours = scene.step.data["hours"]
    release_at = clock.now() + timedelta(hours=hours) if hours else None
    hold_order(scene.order_id, reason=scene.step.data["reason"], actor=scene.staff, release_at=release_at)


def _ship(scene: Scene) -> None:
    ship_order(scene.order_id, parcels=[_pack(scene, {})], actor=scene.staff)


def _ship_part(scene: Scene) -> None:
    first = _lines(scene)[0]
    ship_order(scene.order_id, parcels=[_pack(scene, {first.pk: first.to_send})], actor=scene.staff)


def _lines(scene: Scene) -> list[OrderLine]:
    return list(OrderLine.objects.filter(order_id=scene.order_id).order_by("id"))


def _pack(scene: Scene, quantities: dict[int, int]) -> NewParcel:
    if scene.planned.delivery == Delivery.LOCAL:
        return NewParcel(quantities=quantities, driver_name="马师傅", driver_phone="13911110000")
    courier, tracking_no = scene.world.make_tracking_no()
    return NewParcel(courier, tracking_no, quantities)


def _undo_ship(scene: Scene) -> None:
    undo_ship(parcels.list_sent_parcels(scene)[-1].pk, actor=scene.staff)


def _arrive(scene: Scene) -> None:
    for parcel in parcels.list_sent_parcels(scene):
        arrive_parcel(parcel.pk, actor=scene.staff if scene.step.who else SYSTEM)


def _cancel_unpaid(scene: Scene) -> None:
    why = BuyersWhy(BuyerReason(scene.step.data["reason"]))
    cancel_unpaid(scene.order_id, actor=customer_actor(scene.customer), why=why)


def _cancel_paid(scene: Scene) -> None:
    cancel_paid(
        scene.order_id, reason=scene.step.data["reason"], notice="退款已安排，请留意到账", actor=scene.staff
    )
    if scene.step.data.get("fails"):
        money.fail_refunds(scene)
    else:
        money.finish_refunds(scene)


def _cancel_line(scene: Scene) -> None:
    """What is short of stock, else the last line."""
    lines = _lines(scene)
    quantities = {line.pk: line.short for line in lines if line.short} or {lines[-1].pk: lines[-1].to_send}
    reason = scene.step.data["reason"]
    cancel_lines(scene.order_id, quantities=quantities, reason=reason, actor=scene.staff)
    money.finish_refunds(scene)


def _handle_alerts(scene: Scene) -> None:
    drain()
    waiting = Alert.objects.filter(order_id=scene.order_id, handled_at__isnull=True)
    handle_alerts(list(waiting.values_list("pk", flat=True)), actor=scene.staff)


def _by_staff(verb: Callable[..., object]) -> Callable[[Scene], None]:
    """What the step's role does to the order, with the step's data as it stands."""

    def do(scene: Scene) -> None:
        verb(scene.order_id, actor=scene.staff, **scene.step.data)

    return do


def _by_buyer(verb: Callable[..., object]) -> Callable[[Scene], None]:
    def do(scene: Scene) -> None:
        verb(scene.order_id, actor=customer_actor(scene.customer))

    return do


ACTS: dict[Do, Callable[[Scene], object]] = {
    Do.PLACE: _place,
    Do.PLACE_SCARCE: _place_scarce,
    Do.MISS_ONE: _miss_one,
    Do.PAY: money.pay,
    Do.GIVE_UP_PAYING: money.give_up_paying,
    Do.PAY_LATE: money.pay_late,
    Do.CHOOSE_COD: _by_buyer(partial(choose_payment, method=PayMethod.COD)),
    Do.SEND_PROOF: money.show_question,
    Do.REJECT_PROOF: _by_staff(reject_proof),
    Do.RECORD_TRANSFER: money.find_transfer,
    Do.TOP_UP: money.top_up,
    Do.PAY_BY_BALANCE: _by_buyer(pay_by_balance),
    Do.PAY_OUT: money.pay_out,
    Do.CHANGE_PRICE: money.lower_price,
    Do.CONFIRM: _by_staff(confirm_order),
    Do.PREPARE: _by_staff(prepare_order),
    Do.NOTE: _by_staff(add_note),
    Do.REMARK: _by_staff(set_seller_remark),
    Do.REVEAL: _by_staff(partial(reveal_recipient, purpose="copy")),
    Do.CHANGE_ADDRESS: _change_address,
    Do.HOLD: _hold,
    Do.RELEASE: _by_staff(release_order),
    Do.URGE: _by_buyer(urge_order),
    Do.SHIP_PART: _ship_part,
    Do.SHIP: _ship,
    Do.GET_LABEL: parcels.get_label,
    Do.GET_DOUBTFUL_LABEL: parcels.get_doubtful_label,
    Do.VOID_LABEL: parcels.void_label,
    Do.SHIP_LABELLED: parcels.send_labelled,
    Do.MERGE: parcels.merge_companions,
    Do.SHIP_TOGETHER: parcels.send_together,
    Do.PHOTOGRAPH: parcels.photograph,
    Do.CORRECT_NUMBER: parcels.correct_number,
    Do.RELABEL: parcels.relabel,
    Do.ASK_INTERCEPT: parcels.ask_intercept,
    Do.FINISH_INTERCEPT: parcels.finish_intercept,
    Do.CALL_COURIER: handing.call_courier,
    Do.CALL_COURIER_OFF: handing.call_courier_off,
    Do.SAY_HANDED_OVER: handing.say_handed_over,
    Do.PRINT_RECEIPT: paper.print_receipt,
    Do.PRINT_IN_DOUBT: paper.print_in_doubt,
    Do.CHANGE_GOODS: money.change_goods,
    Do.POSTPONE: _postpone,
    Do.UNDO_SHIP: _undo_ship,
    Do.ARRIVE: _arrive,
    Do.REFUSE: parcels.refuse,
    Do.CLOSE_RETURNED: parcels.close_with_damage,
    Do.COLLECT: _by_staff(collect_payment),
    Do.EXTEND: _by_buyer(extend_receipt),
    Do.RECEIVE: _by_buyer(receive_order),
    Do.CANCEL_UNPAID: _cancel_unpaid,
    Do.CANCEL_PAID: _cancel_paid,
    Do.CANCEL_LINE: _cancel_line,
    Do.HANDLE_ALERTS: _handle_alerts,
    Do.SWEEP: lambda _scene: _sweep(),
}

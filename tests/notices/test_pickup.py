"""What a buyer who picks up is told: that the goods wait, that they still wait, and that somebody has them."""

from orders.models import Order
from orders.services.steps import confirm_order, prepare_order, undo_prepare
from pickup.services.converting import NewDelivery, change_delivery
from pickup.services.verifying import undo_verify
from pickup.uncollected.services import remind_pickup
from shop.events.delivery import drain
from shop.events.models import EventDelivery
from shop.store.choices import Delivery, PayMethod
from shop.store.models import StoreSettings
from tests import cast
from tests.gateway import Gateway
from tests.notices.conftest import PICKUP, kinds_and_states, left, messages, set_up, subscribe, tell
from tests.pickup.counter import hand_out

CLERK, MANAGER = cast.clerk("order_clerk"), cast.clerk("manager")


def ready(**kwargs: object) -> Order:
    set_up(template_pickup=PICKUP)
    order = cast.paid_pickup(**kwargs)
    for step in (confirm_order, prepare_order):
        step(order.pk, actor=CLERK)
    order.refresh_from_db()
    return order


def test_ready_when_the_goods_are_put_ready_with_store_and_address(wechat: Gateway) -> None:
    order = ready()
    subscribe(order, wechat)
    (notice,) = left(order)
    assert (notice.kind, tell(notice).state) == ("ready", "sent")
    (message,) = messages(wechat)
    for words in (order.number, order.pickup_store.name, "文三路 478 号", "待自提", "请凭核销码到店自提"):
        assert words in message["content"]
    assert order.recipient not in message["content"]


def test_a_step_that_is_left_out_makes_it_ready_too() -> None:
    set_up(template_pickup=PICKUP)
    StoreSettings.objects.update(confirm_step_on=False, prepare_step_on=False)
    paid, at_store = cast.paid_pickup(), cast.place_pickup(pay_method=PayMethod.COD)
    assert kinds_and_states(paid) == kinds_and_states(at_store) == [("ready", "waiting")]


def test_ready_is_told_once_while_it_is_true() -> None:
    order = ready()
    assert kinds_and_states(order) == [("ready", "waiting")]
    undo_prepare(order.pk, actor=CLERK)
    assert kinds_and_states(order) == [("ready", "dropped")]
    prepare_order(order.pk, actor=CLERK)
    assert kinds_and_states(order) == [("ready", "dropped"), ("ready", "waiting")]


def test_handed_out_before_anybody_was_told_only_that_is_told() -> None:
    order = ready()
    drain()
    hand_out(order)
    assert kinds_and_states(order) == [("ready", "dropped"), ("handed_out", "waiting")]
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    assert kinds_and_states(order)[1] == ("handed_out", "dropped")


def test_each_part_is_told() -> None:
    order = ready(basket={cast.make_sku().pk: 2})
    line = order.lines.get().pk
    hand_out(order, {line: 1})
    hand_out(order, {line: 1})
    assert [kind for kind, _state in kinds_and_states(order)].count("handed_out") == 2


def test_reminded_while_the_goods_wait() -> None:
    order = ready()
    drain()
    remind_pickup(order.pk, actor=CLERK)
    assert kinds_and_states(order)[-1] == ("uncollected", "waiting")
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=MANAGER)
    assert kinds_and_states(order) == [
        ("ready", "dropped"),
        ("uncollected", "dropped"),
        ("owes", "waiting"),
    ]


def test_what_is_sent_is_never_ready_for_pickup() -> None:
    set_up(template_pickup=PICKUP)
    assert left(cast.prepared_order()) == []


def who_hears(order: Order, verb: str) -> set[str]:
    """The rooms that have a delivery of this event."""
    rows = EventDelivery.objects.filter(event__order_id=order.pk, event__verb=verb)
    return {row.handler.partition(".handlers.")[0] for row in rows}


def test_the_steps_of_an_order_that_is_sent_cost_nothing_for_the_sake_of_pickup() -> None:
    sent, picked_up = cast.prepared_order(), ready()
    undo_prepare(sent.pk, actor=CLERK)
    for verb in ("order.prepare", "order.undo_prepare"):
        assert who_hears(sent, verb) == {"notifications"}
    assert who_hears(sent, "order.pay") & {"orders.notices", "pickup.uncollected"} == {"orders.notices"}
    assert who_hears(picked_up, "order.prepare") == {"notifications", "orders.notices"}
    assert "pickup.uncollected" in who_hears(picked_up, "order.pay")


def test_turned_into_pickup_it_hears_of_being_ready_and_turned_back_no_more() -> None:
    set_up(template_pickup=PICKUP)
    order, store = cast.paid_order(), cast.make_store()
    StoreSettings.objects.update(pickup_on=True)
    change_delivery(order.pk, NewDelivery(Delivery.PICKUP, cast.HOME.person, store.pk), actor=MANAGER)
    for step in (confirm_order, prepare_order):
        step(order.pk, actor=CLERK)
    assert kinds_and_states(order) == [("changed", "waiting"), ("ready", "waiting")]
    change_delivery(order.pk, NewDelivery(Delivery.EXPRESS, cast.HOME), actor=MANAGER)
    assert kinds_and_states(order)[1] == ("ready", "dropped")

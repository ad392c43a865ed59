"""Of what is picked up WeChat is told when nothing is left at the counter, and not before."""

from orders.models import Order
from orders.payments.changes.cancelling import cancel_lines
from orders.services.steps import confirm_order
from orders.wechat_report.models import ReportState
from orders.wechat_report.services.following import follow_order
from pickup.services.verifying import undo_verify
from shop.store.choices import PayMethod
from tests import cast
from tests.gateway import Gateway
from tests.pickup.counter import hand_out
from tests.wechat_report.conftest import content, know, left, shipments, tell, the_only, verbs

MANAGER = cast.clerk("manager")


def paid(wechat: Gateway, pieces: int = 1) -> Order:
    order = cast.paid_pickup(basket={cast.make_sku().pk: pieces})
    know(order, wechat)
    return order


def test_told_as_picked_up_by_the_buyer_after_verifying(wechat: Gateway) -> None:
    order = paid(wechat, 2)
    assert left(order) == []
    hand_out(order)
    assert tell(the_only(order)).state == ReportState.TOLD
    assert (content(wechat)["logistics_type"], content(wechat)["delivery_mode"]) == (4, 1)
    line = order.lines.get()
    assert content(wechat)["shipping_list"] == [{"item_desc": f"{line.product_name}×2"}]
    assert shipments(wechat)[0]["is_finished"] == 1


def test_parts_are_told_with_the_last_one(wechat: Gateway) -> None:
    order = paid(wechat, 2)
    line = order.lines.get().pk
    hand_out(order, {line: 1})
    assert left(order) == []
    hand_out(order, {line: 1})
    assert tell(the_only(order)).state == ReportState.TOLD
    assert content(wechat)["shipping_list"][0]["item_desc"].endswith("×2")


def test_what_is_left_cancelled_the_rest_is_told(wechat: Gateway) -> None:
    order = paid(wechat, 2)
    line = order.lines.get().pk
    hand_out(order, {line: 1})
    cancel_lines(order.pk, quantities={line: 1}, reason="缺货", actor=MANAGER)
    assert tell(the_only(order)).state == ReportState.TOLD
    assert content(wechat)["shipping_list"][0]["item_desc"].endswith("×1")


def test_undone_before_wechat_was_told_nothing_is_told(wechat: Gateway) -> None:
    order = paid(wechat)
    hand_out(order)
    report = the_only(order)
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    report = the_only(order)
    assert (report.state, report.next_try_at, verbs(report)) == ("dropped", None, ["leave", "drop"])
    hand_out(order)
    assert tell(the_only(order)).state == ReportState.TOLD


def test_undone_and_handed_out_again_wechat_is_told_once(wechat: Gateway) -> None:
    order = paid(wechat)
    hand_out(order)
    assert tell(the_only(order)).state == ReportState.TOLD
    undo_verify(order.pk, reason="拿错了", actor=MANAGER)
    hand_out(order)
    report = the_only(order)
    assert (report.state, report.next_try_at) == (ReportState.TOLD, None)
    assert len(shipments(wechat)) == 1


def test_what_was_not_paid_by_wechat_is_nothing_to_it(wechat: Gateway) -> None:
    order = cast.place_pickup(pay_method=PayMethod.COD)
    confirm_order(order.pk, actor=MANAGER)
    follow_order(order.pk)
    assert left(order) == []

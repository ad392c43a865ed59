"""Each kind of notice in one row: what leaves it, what the message says, and when it is over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orders.models import Order
from orders.notices.models import OF_PARCELS, BuyerNotice, NoticeKind, NoticeState
from orders.stages import IN_HAND, Stage
from shop.actor import ActorKind
from shop.events.models import Event
from shop.store.choices import Delivery, Notice

_DEAR = ("order.change_lines", "order.change_address", "order.change_delivery")
_ENDING = (
    *("order.cancel_paid", "order.cancel_unpaid", "order.cancel_unsent"),
    *("order.close_empty", "order.close_returned"),
)
_PAYING = ("order.pay", "order.collect", "order.waive")
_HANDING_OUT = ("order.verify", "order.verify_part", "order.all_handed_out")
_SENDING = ("order.ship", "order.ship_part", "order.all_shipped")
PARCEL_VERBS = ("order.ship", "order.ship_part", "order.replace_number", "order.undo_ship", "order.arrive")
"""After these a buyer is told what their parcels are now."""


def _owes(order: Order) -> bool:
    return order.supplement_by is not None


@dataclass(frozen=True)
class Row:
    """All that is to be said of one kind of notice.

    `template` is whose words the message has; `words` and `phrase` (at most 20 and 5 characters) are what it says of
    itself: Chinese whatever language a page is in, as the templates are. It is `left_by` events of these verbs that
    the buyer did not cause, `when` that holds of the order and `about` of the event, with what `read` takes from it.
    After `lasts`, and after one of `ended_by` if `is_over` then says so, nobody need hear of it.
    """

    template: Notice
    phrase: str
    words: str
    lasts: timedelta
    left_by: tuple[str, ...] = ()
    when: Callable[[Order], bool] = lambda _order: True
    about: Callable[[Event], bool] = lambda _event: True
    read: Callable[[Event], Mapping[str, Any]] = lambda _event: {}
    ended_by: tuple[str, ...] = ()
    is_over: Callable[[Order, BuyerNotice], bool] = lambda _order, _notice: False

    def is_left_by(self, event: Event, order: Order) -> bool:
        is_news = event.verb in self.left_by and event.actor_kind != ActorKind.CUSTOMER
        return is_news and self.about(event) and self.when(order)


def _is_postponed_no_more(order: Order, notice: BuyerNotice) -> bool:
    later = BuyerNotice.objects.filter(order=order, kind=notice.kind, event_id__gt=notice.event_id)
    return order.stage not in IN_HAND or later.exists()


def _waits_at_counter(order: Order) -> bool:
    return order.delivery == Delivery.PICKUP and order.stage == Stage.PREPARING


def _is_first_ready(order: Order) -> bool:
    """Goods that are put back and ready again are no news."""
    earlier = BuyerNotice.objects.filter(order=order, kind=NoticeKind.READY)
    return _waits_at_counter(order) and not earlier.exclude(state=NoticeState.DROPPED).exists()


def _waits_no_more(order: Order, _notice: BuyerNotice) -> bool:
    return not _waits_at_counter(order)


def _is_taken_back(order: Order, notice: BuyerNotice) -> bool:
    """What is taken back is what was handed out last."""
    later = BuyerNotice.objects.filter(order=order, kind=notice.kind, event_id__gt=notice.event_id)
    return not later.exists()


KINDS: dict[NoticeKind, Row] = {
    NoticeKind.SHIPPED: Row(Notice.SHIPPED, "已发货", "您的包裹已发出，请留意查收", timedelta(days=3)),
    NoticeKind.RENUMBERED: Row(Notice.SHIPPED, "单号更正", "运单号已更换，请以新单号为准", timedelta(days=3)),
    NoticeKind.REDIRECTED: Row(
        Notice.CHANGED,
        "包裹变更",
        "快递已拦截或改寄您的包裹",
        timedelta(days=1),
        left_by=("intercept.finish",),
    ),
    NoticeKind.POSTPONED: Row(
        Notice.CHANGED,
        "备货中",
        "商品备货中，请看新的发货日期",
        timedelta(days=1),
        left_by=("order.postpone",),
        read=lambda event: {"day": event.data["after"]},
        ended_by=(*_SENDING, *_ENDING, "order.postpone"),
        is_over=_is_postponed_no_more,
    ),
    NoticeKind.CHANGED: Row(
        Notice.CHANGED,
        "订单变更",
        "订单内容有变更，请查看订单",
        timedelta(days=1),
        left_by=(*_DEAR, "order.cancel_lines"),
        when=lambda order: not _owes(order),
        ended_by=_ENDING,
        is_over=lambda order, _notice: order.stage == Stage.CLOSED,
    ),
    NoticeKind.CANCELLED: Row(
        Notice.CHANGED,
        "已取消",
        "订单已取消，退款将原路退回",
        timedelta(days=1),
        left_by=("order.cancel_paid",),
    ),
    NoticeKind.OWES: Row(
        Notice.UNPAID,
        "待补款",
        "订单变更后需要补款，请及时支付",
        timedelta(days=1),
        left_by=_DEAR,
        when=_owes,
        ended_by=(*_PAYING, *_DEAR, *_ENDING),
        is_over=lambda order, _notice: not _owes(order),
    ),
    NoticeKind.READY: Row(
        Notice.PICKUP,
        "待自提",
        "商品已备好，请凭核销码到店自提",
        timedelta(days=1),
        left_by=("order.prepare", "order.skip_prepare"),
        when=_is_first_ready,
        ended_by=(*_HANDING_OUT, *_ENDING, "order.change_delivery", "order.undo_prepare"),
        is_over=_waits_no_more,
    ),
    NoticeKind.UNCOLLECTED: Row(
        Notice.PICKUP,
        "待自提",
        "商品还在门店等您，请尽快到店自提",
        timedelta(days=1),
        left_by=("order.remind_pickup",),
        ended_by=(*_HANDING_OUT, *_ENDING, "order.change_delivery"),
        is_over=lambda order, _notice: order.delivery != Delivery.PICKUP or order.stage not in IN_HAND,
    ),
    NoticeKind.HANDED_OUT: Row(
        Notice.PICKUP,
        "已取货",
        "商品已核销取走，如非本人请联系商家",
        timedelta(days=1),
        left_by=("order.verify", "order.verify_part"),
        when=lambda order: order.pieces_shipped > 0,
        ended_by=("order.undo_verify",),
        is_over=_is_taken_back,
    ),
    NoticeKind.RETURN_AGREED: Row(
        Notice.CHANGED,
        "待寄回",
        "已同意退货，请按退货地址寄回",
        timedelta(days=1),
        left_by=("aftersale.agree_return",),
    ),
    NoticeKind.RETURN_DUE: Row(
        Notice.CHANGED,
        "待寄回",
        "退货期限将到，请尽快寄回商品",
        timedelta(hours=12),
        left_by=("aftersale.near_due",),
        about=lambda event: event.data["waits_for"] == "buyer",
    ),
    NoticeKind.REFUND_AGREED: Row(
        Notice.CHANGED,
        "退款中",
        "已同意退款，款项将原路退回",
        timedelta(days=1),
        left_by=("aftersale.agree_refund", "aftersale.refund", "aftersale.refund_difference"),
        # Of goods that were not sent the order's own change tells.
        when=lambda order: order.pieces_shipped > 0,
    ),
    NoticeKind.REFUSED: Row(
        Notice.CHANGED,
        "未通过",
        "商家未同意售后申请，请查看原因",
        timedelta(days=1),
        left_by=("aftersale.refuse", "aftersale.turn_away"),
    ),
    NoticeKind.EXCHANGED: Row(
        Notice.CHANGED,
        "已换出",
        "换货商品已发出，请留意查收",
        timedelta(days=1),
        left_by=("aftersale.resend",),
    ),
    NoticeKind.VERDICT: Row(
        Notice.CHANGED,
        "已裁决",
        "售后纠纷已裁决，请查看结果",
        timedelta(days=1),
        left_by=("aftersale.decide_for_buyer", "aftersale.decide_for_shop"),
        # What was not answered yet is by the verdict, and the answer tells of it.
        about=lambda event: (
            event.before != "asked"
            and not (
                event.verb == "aftersale.decide_for_buyer"
                and event.before in ("refused", "lapsed", "received")
            )
        ),
    ),
    NoticeKind.CORRECTION: Row(
        Notice.CHANGED,
        "待确认",
        "商家请您确认售后原因是否正确",
        timedelta(days=1),
        left_by=("aftersale.ask_correction",),
    ),
}


def _list_verbs(*, of_pickup: bool) -> dict[str, None]:
    rows = [row for row in KINDS.values() if (row.template == Notice.PICKUP) is of_pickup]
    return dict.fromkeys(verb for row in rows for verb in (*row.left_by, *row.ended_by))


VERBS = tuple(dict.fromkeys((*PARCEL_VERBS, *_list_verbs(of_pickup=False))))
PICKUP_VERBS = tuple(verb for verb in _list_verbs(of_pickup=True) if verb not in VERBS)
"""Of these nobody hears but who picks an order up."""
OF_EVENTS = tuple(kind for kind in KINDS if kind not in OF_PARCELS)

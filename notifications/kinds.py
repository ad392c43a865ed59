"""Each kind of alert in one row: what is said, whose it is, what raises it, and when it is over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from notifications import endings
from notifications.endings import FindEnding
from notifications.models import Alert, AlertKind
from orders.scope import scope_key
from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from orders.tracking.moves import HEARD
from shop.access import ROLES, has_any
from shop.actor import PEOPLE, Actor, ActorKind
from shop.events.models import Event
from shop.moves.table import SUBJECTS
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.store.choices import Delivery

_DESK = ("alerts.handle",)
_MONEY = ("orders.refund", "alerts.handle")
_TENDING_REFUNDS = ("order.retry_refund", "order.refund_done", "order.pay_out")
_TENDING_PARCELS = (
    *HEARD.values(),
    *("tracking.move_on", "tracking.snooze", "tracking.settle", "tracking.end"),
)
_RUNG = frozenset({*IN_HAND, Stage.SHIPPED})
_TAKING_ON = tuple(
    rule.verb
    for rule in MOVES.values()
    if any(before in _RUNG and after != before for before, after in rule.steps.items())
    and (rule.who & PEOPLE or not set(rule.steps.values()).issubset(IN_HAND))
)
"""Verbs by which a person takes an order on, or by which nothing of it is left to send."""


_REDIRECTING = ("order.change_address", "order.change_delivery")


def _enters_desk(event: Event) -> bool:
    return event.before == Stage.UNPAID and event.after != Stage.UNPAID


def _newly_in_trouble(event: Event) -> bool:
    """Whether this news has put the parcel onto the board, which it does once for each kind of trouble."""
    return "trouble" in event.data


def _is_for_others(event: Event) -> bool:
    """What staff open for a buyer they have before them."""
    return event.verb != "aftersale.open" or event.actor_kind == ActorKind.CUSTOMER


@dataclass(frozen=True)
class Row:
    """All that is to be said of one kind of alert.

    `one` and `many` are spoken: Chinese whatever language a page is in, as the shipped clip is, because the voice
    speaks to everybody in the room; `{n}` is how many there are. Who holds one of `whose` sees, hears and handles it.
    It is `raised_by` events of these verbs, `when` that holds.

    It is over by itself after one of `ended_by`: one of an order where `ending` then says so, one about another subject
    by the verb alone. Without them it waits until somebody presses it. What is about no order has a `sentence`, which
    may hold the `name` of its subject and those columns of it that `facts` names; `is_of_shop` stands on top of the
    home page: everybody's work hangs on it.
    """

    one: str
    many: str
    tone: str
    whose: tuple[str, ...]
    raised_by: tuple[str, ...]
    when: Callable[[Event], bool] = lambda _event: True
    ending: FindEnding | None = None
    ended_by: tuple[str, ...] = ()
    sentence: Any = ""
    facts: tuple[str, ...] = ()
    is_of_shop: bool = False


KINDS: dict[AlertKind, Row] = {
    AlertKind.NEW_ORDER: Row(
        "您有新的订单，请及时处理",
        "您有 {n} 笔新订单，请及时处理",
        "move",
        _DESK,
        ("order.pay", "order.accept", "order.collect"),
        when=_enters_desk,
        ending=endings.after_new_order,
        ended_by=_TAKING_ON,
    ),
    AlertKind.STOCK_SHORT: Row(
        "有订单缺货，请及时处理",
        "有 {n} 笔订单缺货，请及时处理",
        "overdue",
        _DESK,
        ("order.run_short",),
        ending=endings.after_shortage,
        ended_by=("order.restock",),
    ),
    AlertKind.LATE_PAYMENT: Row(
        "收到一笔需退回的款项，请核对",
        "收到 {n} 笔需退回的款项，请核对",
        "soon",
        _MONEY,
        ("order.late_payment", "order.excess_transfer"),
    ),
    AlertKind.MISMATCH: Row(
        "有付款金额不符，请及时核对",
        "有 {n} 笔付款金额不符，请及时核对",
        "overdue",
        _MONEY,
        ("order.payment_mismatch",),
    ),
    AlertKind.REFUND_FAILED: Row(
        "有退款失败，请及时处理",
        "有 {n} 笔退款失败，请及时处理",
        "overdue",
        _MONEY,
        ("order.refund_fail",),
        ending=endings.after_failed_refund,
        ended_by=_TENDING_REFUNDS,
    ),
    AlertKind.REFUND_STUCK: Row(
        "有退款迟迟未到账，请及时处理",
        "有 {n} 笔退款迟迟未到账，请及时处理",
        "overdue",
        _MONEY,
        ("order.refund_stuck",),
        ending=endings.after_stuck_refund,
        ended_by=_TENDING_REFUNDS,
    ),
    AlertKind.REFUND_TWICE: Row(
        "有退款重复到账，请及时处理",
        "有 {n} 笔退款重复到账，请及时处理",
        "overdue",
        _MONEY,
        ("order.refund_twice",),
    ),
    AlertKind.REFUND_OUTSIDE: Row(
        "有款项在店铺之外退回，请核对",
        "有 {n} 笔款项在店铺之外退回，请核对",
        "soon",
        _MONEY,
        ("order.refund_outside",),
        ending=endings.after_outside_refund,
    ),
    AlertKind.ATTEMPT_STUCK: Row(
        "有付款结果未知，请及时核对",
        "有 {n} 笔付款结果未知，请及时核对",
        "overdue",
        _MONEY,
        ("order.attempt_stuck",),
        ending=endings.after_unknown_payment,
        ended_by=("order.attempt_heard",),
    ),
    AlertKind.GATEWAY_SILENT: Row(
        "微信支付没有响应，请留意",
        "微信支付没有响应，请留意",
        "overdue",
        _MONEY,
        ("gateway.silent",),
        ended_by=("gateway.answer", "gateway.gone"),
        sentence=_(
            "Buyers may be unable to pay, and refunds wait. Unpaid orders stay open until WeChat Pay answers again."
        ),
        is_of_shop=True,
    ),
    AlertKind.BOOKS_BROKEN: Row(
        "账目核对有差异，请联系维护人员",
        "账目核对有差异，请联系维护人员",
        "overdue",
        _DESK,
        ("books.broken",),
        sentence=_(
            "The comparing of the books found rows that contradict each other. The record names them: tell whoever "
            "looks after the system before anything is corrected."
        ),
        is_of_shop=True,
    ),
    AlertKind.SUPPLEMENT: Row(
        "有订单未补差价，已暂停发货，请及时处理",
        "有 {n} 笔订单未补差价，已暂停发货，请及时处理",
        "soon",
        _DESK,
        ("order.supplement_overdue",),
        ending=endings.after_supplement,
        ended_by=("order.pay", "order.collect", "order.waive", "order.release", *_REDIRECTING),
    ),
    AlertKind.WAYBILL: Row(
        "有电子面单需要人工处理",
        "有 {n} 张电子面单需要人工处理",
        "overdue",
        ("orders.ship",),
        ("waybill.dispute", "waybill.keep"),
        ending=endings.after_waybill,
        ended_by=(
            *("waybill.issue", "waybill.enter", "waybill.give_up", "waybill.void"),
            *("waybill.voided", "waybill.use"),
        ),
    ),
    AlertKind.PRINT: Row(
        "有小票未打印，请检查打印机",
        "有 {n} 张小票未打印，请检查打印机",
        "soon",
        ("orders.print",),
        ("print.fail", "print.lose"),
        ending=endings.after_print,
        ended_by=("print.finish", "print.retry", "print.repeat", "print.settle", "print.cancel"),
    ),
    AlertKind.COLLECTION: Row(
        "有上门取件需要人工处理",
        "有 {n} 个上门取件需要人工处理",
        "overdue",
        ("orders.ship",),
        ("collection.fail", "collection.linger", "collection.keep"),
        ending=endings.after_collection,
        ended_by=(
            *("collection.ask", "collection.called", "collection.by_phone", "collection.drop_off"),
            *("collection.cancel", "collection.cancelled", "collection.cancel_by_phone"),
            *("order.undo_ship", "order.arrive", "order.replace_number", "order.receive"),
            *("order.undo_exchange", "order.exchange_arrive"),
            *("order.turn_back", "order.close_returned"),
        ),
    ),
    AlertKind.WECHAT_UNTOLD: Row(
        "有发货信息未能上报微信，请及时处理",
        "有 {n} 笔订单的发货信息未能上报微信，请及时处理",
        "soon",
        ("orders.ship",),
        ("report.fail", "report.fix"),
        ending=endings.after_report,
        ended_by=("report.retry", "report.let_be", "report.renew", "report.spare", "report.drop"),
    ),
    AlertKind.PARCEL_STUCK: Row(
        "有包裹停滞不动，请联系快递公司",
        "有 {n} 个包裹停滞不动，请联系快递公司",
        "soon",
        ("orders.ship",),
        ("tracking.stall",),
        ending=endings.after_tracking,
        ended_by=_TENDING_PARCELS,
    ),
    AlertKind.PARCEL_PROBLEM: Row(
        "有包裹派送异常，请及时处理",
        "有 {n} 个包裹派送异常，请及时处理",
        "overdue",
        ("orders.ship",),
        ("tracking.problem", "tracking.report", "tracking.refused", "tracking.returning"),
        when=_newly_in_trouble,
        ending=endings.after_tracking,
        ended_by=_TENDING_PARCELS,
    ),
    AlertKind.PARCEL_BACK: Row(
        "有包裹已退回，请及时处理",
        "有 {n} 个包裹已退回，请及时处理",
        "soon",
        ("orders.ship",),
        ("tracking.returned",),
        when=_newly_in_trouble,
        ending=endings.after_tracking,
        ended_by=_TENDING_PARCELS,
    ),
    AlertKind.URGE: Row(
        "有买家催单，请及时处理",
        "有 {n} 笔订单被催单，请及时处理",
        "soon",
        _DESK,
        ("order.urge",),
        ending=endings.after_urge,
        ended_by=_TAKING_ON,
    ),
    AlertKind.TRANSFER: Row(
        "有转账待核对",
        "有 {n} 笔转账待核对",
        "move",
        ("orders.collect", "alerts.handle"),
        ("order.send_proof",),
        ending=endings.after_transfer,
        ended_by=("order.reject_proof",),
    ),
    AlertKind.SHIP_SOON: Row(
        "有订单即将超时未发货，请尽快发货",
        "有 {n} 笔订单即将超时未发货，请尽快发货",
        "soon",
        ("orders.ship",),
        ("order.ship_soon",),
        ending=endings.after_ship_soon,
        ended_by=(*_TAKING_ON, "order.hold", "order.postpone", "order.change_delivery", "order.ship_over"),
    ),
    AlertKind.SHIP_OVER: Row(
        "有订单已超时未发货，请立即处理",
        "有 {n} 笔订单已超时未发货，请立即处理",
        "overdue",
        ("orders.ship", "orders.edit"),
        ("order.ship_over",),
        ending=endings.after_ship_over,
        ended_by=(*_TAKING_ON, "order.hold", "order.postpone", "order.change_delivery"),
    ),
    AlertKind.UNCOLLECTED: Row(
        "有自提订单超期未取，请联系买家",
        "有 {n} 笔自提订单超期未取，请联系买家",
        "soon",
        ("pickup.verify",),
        ("order.note_uncollected",),
        ending=endings.after_uncollected,
        ended_by=(*_TAKING_ON, "order.change_delivery", "order.remind_pickup", "order.snooze_pickup"),
    ),
    AlertKind.AFTERSALE: Row(
        "有新的售后申请，请及时处理",
        "有 {n} 个新的售后申请，请及时处理",
        "move",
        ("aftersales.handle",),
        ("aftersale.open", "aftersale.reopen"),
        when=_is_for_others,
        ending=endings.after_aftersale,
        ended_by=(
            *("aftersale.agree_refund", "aftersale.agree_return", "aftersale.refuse"),
            "aftersale.withdraw",
        ),
    ),
    AlertKind.RETURN_HERE: Row(
        "买家退货已送达，请及时验收",
        "有 {n} 件买家退货已送达，请及时验收",
        "move",
        ("aftersales.receive",),
        ("aftersale.arrive",),
        ending=endings.after_return,
        ended_by=("aftersale.take_in", "aftersale.turn_away", "aftersale.withdraw"),
    ),
    AlertKind.AFTERSALE_DUE: Row(
        "有售后即将超时，请立即处理",
        "有 {n} 个售后即将超时，请立即处理",
        "overdue",
        ("aftersales.handle", "aftersales.receive"),
        ("aftersale.near_due", "aftersale.be_due"),
        ending=endings.after_aftersale_due,
        ended_by=(
            *("aftersale.agree_refund", "aftersale.agree_return", "aftersale.refuse", "aftersale.withdraw"),
            *("aftersale.lapse", "aftersale.send_back", "aftersale.arrive", "aftersale.take_in"),
            "aftersale.turn_away",
            *("aftersale.refund", "aftersale.resend", "aftersale.dispute"),
        ),
    ),
    AlertKind.DISPUTE: Row(
        "有售后纠纷待裁决，请及时处理",
        "有 {n} 个售后纠纷待裁决，请及时处理",
        "overdue",
        ("aftersales.supervise",),
        ("aftersale.dispute", "aftersale.near_verdict", "aftersale.be_undecided"),
        ending=endings.after_dispute,
        ended_by=(
            *("aftersale.decide_for_buyer", "aftersale.decide_for_shop", "aftersale.withdraw_dispute"),
            "aftersale.withdraw",
        ),
    ),
    AlertKind.LOW_STOCK: Row(
        "有商品库存不足，请及时补货",
        "有 {n} 种商品库存不足，请及时补货",
        "soon",
        ("products.view",),
        ("sku.run_low",),
        ended_by=("sku.restocked",),
        sentence=_("%(name)s: %(sellable)s left to sell. Order more, or correct the stock."),
        facts=("sellable",),
    ),
    AlertKind.ROBOT: Row(
        "群机器人发不出消息，请检查设置",
        "有 {n} 个群机器人发不出消息，请检查设置",
        "overdue",
        ("settings.edit",),
        ("robot.refuse",),
        ended_by=("robot.test", "robot.change", "robot.drop", "robot.remove"),
        sentence=_("The robot “%(name)s” says nothing any more. %(refusal)s"),
        facts=("refusal",),
    ),
    AlertKind.BILL_DIFFERS: Row(
        "有对账差异，请及时核对",
        "有 {n} 天的账单存在差异，请及时核对",
        "overdue",
        ("money.match",),
        ("bill.differ",),
        ended_by=("bill.agree", "bill.match", "bill.empty"),
        sentence=_("%(name)s: the platform says something else than the shop. Look at each difference."),
    ),
    AlertKind.BILL_FAILED: Row(
        "有账单未能取回，请重新获取或手动上传",
        "有 {n} 份账单未能取回，请重新获取或手动上传",
        "overdue",
        ("money.match",),
        ("bill.fail",),
        ended_by=("bill.again", "bill.upload"),
        sentence=_(
            "%(name)s could not be had: %(last_error)s Fetch it again, or upload what the merchant platform gives you."
        ),
        facts=("last_error",),
    ),
    AlertKind.BRUTE_FORCE: Row(
        "有人连续猜测核销码，已暂时锁定，请核实",
        "有 {n} 处在猜测核销码，已暂时锁定，请核实",
        "overdue",
        ("pickup.setup",),
        ("guess.lock",),
        sentence=_(
            "Many codes were tried that no order has: %(name)s. For an hour none is looked up there. Ask who it was;"
            " a verifier whom you do not trust is switched off at once."
        ),
    ),
}


class Spoken(NamedTuple):
    """What is said of one alert, and of `{n}` of them."""

    one: str
    many: str


NEW_PICKUP = "new_pickup"
SPOKEN: dict[str, Spoken] = {
    **{kind.value: Spoken(row.one, row.many) for kind, row in KINDS.items()},
    NEW_PICKUP: Spoken("您有新的自提订单，请及时备货", "您有 {n} 笔新的自提订单，请及时备货"),
}


def name_spoken(alert: Alert) -> str:
    """Under which name of `SPOKEN` an alert is said: a new order that is picked up has words of its own."""
    is_picked_up = alert.order is not None and alert.order.delivery == Delivery.PICKUP
    return NEW_PICKUP if is_picked_up and alert.kind == AlertKind.NEW_ORDER else str(alert.kind)


Kinds = tuple[str, ...]
ALL_KINDS: Kinds = tuple(KINDS)
"""What the version after this one may have raised is no kind that this one can tell of."""


def make_sentence(alert: Alert) -> str:
    """What the page says of an alert about no order: the kind alone where its subject is gone."""
    row, facts = KINDS[AlertKind(alert.kind)], {}
    if subject := alert.subject:
        facts = {name: getattr(subject, name) for name in row.facts}
        facts["name"] = SUBJECTS[alert.subject_kind].name(subject)
    try:
        return str(row.sentence) % facts
    except KeyError:
        return str(AlertKind(alert.kind).label)


def kinds_of(actor: Actor) -> Kinds:
    """The kinds this actor may handle, which are those that are shown and spoken to them."""
    return tuple(kind.value for kind, row in KINDS.items() if has_any(actor, row.whose))


def list_roles(kind: AlertKind) -> list[str]:
    """The roles to which a kind belongs."""
    return [role for role, rights in ROLES.items() if rights & set(KINDS[kind].whose)]


class Audience(NamedTuple):
    """Pages to which the same is shown and spoken: of the same kinds, role and scope of orders."""

    kinds: Kinds
    role: str
    scope: str


def audience_of(user: StaffUser) -> Audience:
    actor = staff_actor(user)
    return Audience(kinds_of(actor), user.role, scope_key(actor))

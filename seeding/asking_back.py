"""After-sales of the last days, one in each state that they can be in, one of them disputed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from aftersales.choices import About, Contact, Kind
from aftersales.models import Aftersale
from aftersales.services.answering import (
    agree_refund,
    agree_return,
    note_contact,
    refuse_aftersale,
    reopen_aftersale,
)
from aftersales.services.applying import Claim, ask_correction, open_aftersale, withdraw_aftersale
from aftersales.services.deadlines import look_at_aftersale
from aftersales.services.disputing import open_dispute
from aftersales.services.returns import send_back
from aftersales.services.settling import resend, take_in
from aftersales.services.verdicts import decide_for_shop
from aftersales.terms.models import Reason
from aftersales.terms.services.addresses import add_address
from aftersales.terms.services.reasons import add_reason
from aftersales.terms.services.terms import change_terms
from orders.models import Order
from orders.shipping.exchanges.sending import Carriage
from orders.shipping.models import Parcel
from orders.shipping.returns.landing import land_return
from orders.stages import AftersaleMark, Stage
from seeding.world import World
from shop import clock
from shop.actor import GATEWAY
from shop.customers.services import customer_actor
from shop.demo.drawing.packing import draw_packing
from shop.files.services import store_picture
from shop.store.choices import Delivery, PayMethod

REASONS = (
    ("不想要了", False),
    ("拍错规格", False),
    ("收到时已破损", True),
    ("与描述不符", True),
    ("少发漏发", True),
)
ADDRESS = {
    "name": "山野集售后",
    "phone": "0571-88990013",
    "province": "浙江省",
    "city": "杭州市",
    "district": "余杭区",
    "address": "良渚街道勾运路 8 号 2 号仓",
    "note": "请附上订单号，勿发到付",
}
HOUR = timedelta(hours=1)
WINDOW_DAYS = 30
WINDOW = timedelta(days=WINDOW_DAYS - 2)
MOST = 100
"""So many received orders are looked through: by the hour of the day the newest may all have come just now."""


def ask_back(world: World) -> None:
    """What small a past has no order for is left out."""
    owner = world.staff["owner"]
    with clock.at(world.plan.opened_at):
        for name, is_quality in REASONS:
            add_reason({"name": name, "is_quality": is_quality}, actor=owner)
        add_address(ADDRESS, actor=owner)
        change_terms({"window_days": WINDOW_DAYS}, actor=owner)
    received = list(_list_received(world))
    for tell, ago in _STORIES:
        order = next((order for order in received if _was_here(order, world.plan.ends_at - ago)), None)
        if order:
            received.remove(order)
            tell(world, order, ago)
    _refund_at_once(world)
    _ask_to_cancel(world)


def _was_here(order: Order, moment: datetime) -> bool:
    return order.received_at is not None and order.received_at < moment


def _list_received(world: World) -> Iterator[Order]:
    """Received lately and asked about by nobody, the newest first."""
    rows = Order.objects.filter(stage=Stage.DONE, delivery=Delivery.EXPRESS, paid_fen__gt=0, refunded_fen=0)
    rows = rows.filter(received_at__gt=world.plan.ends_at - WINDOW, pieces_returned=0)
    yield from rows.exclude(pay_method=PayMethod.BALANCE).select_related("customer").order_by("-pk")[:MOST]


def _ask(world: World, order: Order, kind: Kind, reason: str, ago: timedelta, words: str = "") -> Aftersale:
    chosen = Reason.objects.get(name=reason)
    with clock.at(world.plan.ends_at - ago):
        pieces = {line.pk: 1 for line in order.lines.order_by("pk")[:1]}
        claim = Claim(
            kind,
            pieces,
            chosen.pk,
            words=words,
            picture_ids=_show(order) if chosen.is_quality else (),
        )
        return open_aftersale(order.pk, claim, actor=customer_actor(order.customer))


def _show(order: Order, what: str = "") -> list[int]:
    """Two pictures that the buyer has sent."""
    rng = Random(order.number + what)
    return [store_picture(draw_packing(rng), customer_id=order.customer_id).pk for _picture in range(2)]


def _wait(world: World, order: Order, ago: timedelta) -> None:
    aftersale = _ask(world, order, Kind.REFUND, "少发漏发", ago, "少了一包，帮忙看看")
    with clock.at(world.plan.ends_at - HOUR / 3):
        note_contact(
            aftersale.pk, contact=Contact.CALL, words="已电话核实，仓库在查", actor=world.staff["support"]
        )


def _wait_long(world: World, order: Order, ago: timedelta) -> None:
    """The time to answer is nearly over."""
    aftersale = _ask(world, order, Kind.RETURN, "与描述不符", ago, "颜色和图片差太多")
    with clock.at(world.plan.ends_at - HOUR / 2):
        look_at_aftersale(aftersale.pk)


def _agree(world: World, order: Order, kind: Kind, ago: timedelta) -> Aftersale:
    aftersale = _ask(world, order, kind, "收到时已破损", ago, "打开就碎了，已拍照")
    with clock.at(world.plan.ends_at - ago + HOUR):
        return agree_return(aftersale.pk, notice="请寄回，收到后马上处理", actor=world.staff["support"])


def _agree_to_return(world: World, order: Order, ago: timedelta) -> None:
    _agree(world, order, Kind.RETURN, ago)


def _send_back(world: World, order: Order, ago: timedelta, kind: Kind = Kind.RETURN) -> Aftersale:
    """Sent back by the buyer."""
    aftersale = _agree(world, order, kind, ago)
    courier, tracking_no = world.make_tracking_no()
    with clock.at(world.plan.ends_at - ago + 3 * HOUR):
        send_back(
            aftersale.pk, courier=courier, tracking_no=tracking_no, actor=customer_actor(order.customer)
        )
    return aftersale


def _send(world: World, order: Order, kind: Kind, ago: timedelta) -> Aftersale:
    """Brought to the shop two hours ago."""
    aftersale = _send_back(world, order, ago, kind)
    parcel = Parcel.objects.get(case_number=aftersale.number)
    with clock.at(world.plan.ends_at - 2 * HOUR):
        land_return(parcel.pk, number=(parcel.courier, parcel.tracking_no), actor=GATEWAY)
    return aftersale


def _come_back(world: World, order: Order, ago: timedelta) -> None:
    _send(world, order, Kind.RETURN, ago)


def _exchange(world: World, order: Order, ago: timedelta) -> None:
    aftersale = _send(world, order, Kind.EXCHANGE, ago)
    courier, tracking_no = world.make_tracking_no()
    pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    with clock.at(world.plan.ends_at - HOUR):
        take_in(aftersale.pk, restock={}, scrap=pieces, note="外箱压坏，报损", actor=world.staff["warehouse"])
    with clock.at(world.plan.ends_at - HOUR / 2):
        resend(aftersale.pk, carriage=Carriage(courier, tracking_no), actor=world.staff["warehouse"])


def _refuse(world: World, order: Order, ago: timedelta) -> None:
    aftersale = _ask(world, order, Kind.RETURN, "不想要了", ago)
    with clock.at(world.plan.ends_at - ago + HOUR):
        refuse_aftersale(aftersale.pk, reason="食品开封后不支持退货，敬请谅解", actor=world.staff["support"])


def _dispute(world: World, order: Order, ago: timedelta) -> None:
    """Refused, which the buyer does not accept."""
    aftersale = _ask(world, order, Kind.REFUND, "与描述不符", ago, "页面写的是特级，收到的明显不是")
    with clock.at(world.plan.ends_at - ago + HOUR):
        refuse_aftersale(aftersale.pk, reason="经核对为同一批次特级品", actor=world.staff["support"])
    with clock.at(world.plan.ends_at - HOUR):
        open_dispute(
            aftersale.pk,
            about=About.NOT_AS_DESCRIBED,
            words="请主管看一下照片，和页面图片对比",
            picture_ids=_show(order, "dispute"),
            actor=customer_actor(order.customer),
        )


def _decide(world: World, order: Order, ago: timedelta) -> None:
    """A dispute that a supervisor has decided for the shop."""
    buyer = customer_actor(order.customer)
    aftersale = _ask(world, order, Kind.REFUND, "收到时已破损", ago, "罐子压扁了")
    with clock.at(world.plan.ends_at - ago + HOUR):
        refuse_aftersale(aftersale.pk, reason="签收时未提出", actor=world.staff["support"])
    with clock.at(world.plan.ends_at - ago + 2 * HOUR):
        open_dispute(
            aftersale.pk,
            about=About.OTHER,
            words="驿站代收，没法当面验",
            actor=buyer,
        )
    with clock.at(world.plan.ends_at - ago + 5 * HOUR):
        decide_for_shop(
            aftersale.pk, words="打包照片与称重记录完好，维持原处理", actor=world.staff["manager"]
        )


def _reopen(world: World, order: Order, ago: timedelta) -> None:
    aftersale = _ask(world, order, Kind.REFUND, "不想要了", ago, "其实是少发了一包")
    with clock.at(world.plan.ends_at - ago + HOUR):
        refuse_aftersale(aftersale.pk, reason="食品不支持无理由退款", actor=world.staff["support"])
    with clock.at(world.plan.ends_at - HOUR):
        reopen_aftersale(aftersale.pk, reason="买家补充说明少发，重新核实", actor=world.staff["manager"])
        ask_correction(aftersale.pk, actor=world.staff["support"])


def _withdraw(world: World, order: Order, ago: timedelta) -> None:
    aftersale = _ask(world, order, Kind.EXCHANGE, "拍错规格", ago)
    with clock.at(world.plan.ends_at - ago + HOUR / 2):
        withdraw_aftersale(aftersale.pk, actor=customer_actor(order.customer))


def _lapse(world: World, order: Order, ago: timedelta) -> None:
    """Agreed to, and never sent back."""
    aftersale = _agree(world, order, Kind.RETURN, ago)
    with clock.at(aftersale.due_at or world.plan.ends_at):
        look_at_aftersale(aftersale.pk)


def _take_in(world: World, order: Order, ago: timedelta) -> None:
    """Looked at, and to be refunded."""
    aftersale = _send(world, order, Kind.RETURN, ago)
    pieces = dict(aftersale.lines.values_list("order_line_id", "pieces"))
    with clock.at(world.plan.ends_at - HOUR / 2):
        take_in(aftersale.pk, restock={}, scrap=pieces, note="确实破损", actor=world.staff["warehouse"])


_STORIES = (
    (_wait_long, 25 * HOUR),
    (_come_back, 12 * HOUR),
    (_dispute, 22 * HOUR),
    (_wait, HOUR / 2),
    (_agree_to_return, 20 * HOUR),
    (_exchange, 30 * HOUR),
    (_refuse, 28 * HOUR),
    (_send_back, 18 * HOUR),
    (_take_in, 21 * HOUR),
    (_reopen, 16 * HOUR),
    (_decide, 27 * HOUR),
    (_withdraw, 9 * HOUR),
    (_lapse, 196 * HOUR),
)
"""Each with how long ago it was asked, for an order that had been received by then."""


def _refund_at_once(world: World) -> None:
    """What was paid from a balance is back at once."""
    rows = Order.objects.filter(stage=Stage.DONE, pay_method=PayMethod.BALANCE, refunded_fen=0, invoices=None)
    rows = rows.filter(received_at__gt=world.plan.ends_at - WINDOW).select_related("customer")
    if order := rows.order_by("-pk").first():
        aftersale = _ask(world, order, Kind.REFUND, "少发漏发", 30 * HOUR)
        with clock.at(world.plan.ends_at - 29 * HOUR):
            agree_refund(aftersale.pk, notice="已退回余额", actor=world.staff["manager"])


def _ask_to_cancel(world: World) -> None:
    rows = Order.objects.filter(
        stage=Stage.CONFIRMED, delivery=Delivery.EXPRESS, is_held=False, paid_fen__gt=0
    )
    rows = rows.filter(aftersale_mark=AftersaleMark.NONE, has_label=False, bundle=None)
    if order := rows.select_related("customer").order_by("pk").first():
        _ask(world, order, Kind.CANCEL, "拍错规格", HOUR / 4, "规格拍错了，麻烦取消")

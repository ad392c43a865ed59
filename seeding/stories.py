"""What may happen to an order: parts that write steps into its diary, and how many of 1,000 orders have which fate."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from seeding.diary import Diary, Do, Minutes
from shop.store.choices import ONLINE, Delivery, PayMethod

HOUR, DAY = 60.0, 1440.0
RECEIVE_DAYS = 7
PAY_MINUTES = 30

CLERK, WAREHOUSE, SUPPORT, MANAGER, FINANCE = "order_clerk", "warehouse", "support", "manager", "finance"

NOTES = ("老顾客，多送一包试饮装", "已电话确认收货时间", "易碎，多加一层气泡膜", "赠品已备好", "发票随货寄出")
REMARKS = ("优先发货", "礼盒装，不放价格单", "常客，周末在家", "要求顺丰", "送货前先打电话")
HOLD_REASONS = ("等买家确认地址", "买家要求月底再发", "等补货一起发", "联系不上收件人")
CANCEL_REASONS = ("买家拍错规格", "买家不想要了", "无法送达该地区", "与买家协商一致")
BUYERS_REASONS = ("unwanted", "wrong_goods", "wrong_address", "price")
PRICE_REASONS = ("老顾客优惠", "满两件减免", "客服承诺的优惠")
REJECT_REASONS = (
    "图片看不清金额，请重新上传",
    "还没有收到这笔转账，请核对收款账号",
    "金额与订单不符，请补足差额",
)
LABELS = ("SF", "ZTO", "YTO")
"""Couriers of whom e-waybills are asked for: these want neither weight nor postcode."""

LOCAL = Delivery.LOCAL
COD, BALANCE, TRANSFER = PayMethod.COD, PayMethod.BALANCE, PayMethod.TRANSFER

Tell = Callable[[Diary], None]


@dataclass(frozen=True)
class Story:
    """A kind of fate: how many of 1,000 orders have it, and what the order must be like for it.

    Orders of the same `companions` are one buyer's.
    """

    tell: Tell
    per_mille: int = 0
    delivery: Delivery = Delivery.EXPRESS
    pay_method: PayMethod = PayMethod.WECHAT
    lines: int = 0
    is_scarce: bool = False
    is_presale: bool = False
    companions: str = ""


def tell(*parts: Tell) -> Tell:
    """One part after the other."""

    def tell_all(diary: Diary) -> None:
        for part in parts:
            part(diary)

    return tell_all


def step(do: Do, after: Minutes, who: str = "", *, at_work: bool = False, **data: Any) -> Tell:
    """A story of one step; where its data is a tuple, one of these is drawn."""

    def write(diary: Diary) -> None:
        drawn = {name: diary.rng.choice(v) if isinstance(v, tuple) else v for name, v in data.items()}
        diary.write(do, after, who, at_work=at_work, **drawn)

    return write


at_work = partial(step, at_work=True)
place = step(Do.PLACE, (0, 0))


def place_and_pay(diary: Diary, after: Minutes = (0.3, 8)) -> None:
    place(diary)
    if diary.pay_method in ONLINE:
        diary.write(Do.PAY, after)


def confirm(diary: Diary) -> None:
    with_note = diary.rng.random() < 0.06
    note = diary.rng.choice(NOTES) if with_note else ""
    who = diary.rng.choice((CLERK, CLERK, MANAGER))
    diary.write(Do.CONFIRM, (4, 50), who, at_work=True, note=note)


def prepare(diary: Diary) -> None:
    diary.write(Do.PREPARE, (3, 70), CLERK, at_work=True)
    if diary.rng.random() < 0.08:
        at_work(Do.REMARK, (0.5, 4), SUPPORT, text=REMARKS)(diary)
    if diary.rng.random() < 0.08:
        at_work(Do.NOTE, (1, 9), SUPPORT, text=NOTES)(diary)


def ship(diary: Diary, after: Minutes = (15, 260)) -> None:
    if diary.rng.random() < 0.15:
        diary.write(Do.REVEAL, (3, 30), WAREHOUSE, at_work=True)
    diary.write(Do.SHIP, after, WAREHOUSE, at_work=True)


def collect_and_receive(diary: Diary) -> None:
    is_local, is_cod = diary.delivery == Delivery.LOCAL, diary.pay_method == PayMethod.COD
    if is_local or diary.rng.random() < 0.45:
        way = (40, 4 * HOUR) if is_local else (1.2 * DAY, 4 * DAY)
        diary.write(Do.ARRIVE, way, WAREHOUSE if is_local else "")
    there_at = diary.time
    if is_cod:
        paid_in = (2, 90) if is_local else (2 * DAY, 5 * DAY)
        diary.write(Do.COLLECT, paid_in, FINANCE, at_work=not is_local)
    diary.time = there_at
    if diary.rng.random() < 0.62:
        diary.write(Do.RECEIVE, (HOUR, 4 * DAY))
    else:
        diary.write(Do.SWEEP, (RECEIVE_DAYS * DAY, RECEIVE_DAYS * DAY))


get_label = at_work(Do.GET_LABEL, (2, 40), WAREHOUSE, courier=LABELS)
send_off = tell(prepare, ship, collect_and_receive)
fulfil = tell(confirm, send_off)
"""From the money, or the promise of cash, to the buyer's door."""


def time_out(diary: Diary) -> None:
    place(diary)
    placed_at = diary.time
    if diary.rng.random() < 0.3:
        diary.write(Do.GIVE_UP_PAYING, (1, 12))
    diary.time = placed_at
    diary.write(Do.SWEEP, (PAY_MINUTES, PAY_MINUTES))


def hold(diary: Diary) -> None:
    hours = diary.rng.choice((0, 6, 20))
    at_work(Do.HOLD, (5, 90), SUPPORT, reason=HOLD_REASONS, hours=hours)(diary)
    if hours:
        diary.write(Do.SWEEP, (hours * HOUR, hours * HOUR))
    else:
        diary.write(Do.RELEASE, (2 * HOUR, 20 * HOUR), SUPPORT, at_work=True)


def choose_cash(diary: Diary) -> None:
    diary.write(Do.CHOOSE_COD, (2, 15))
    diary.pay_method = PayMethod.COD


place_and_send_proof = tell(place, step(Do.SEND_PROOF, (8, 5 * HOUR)))
record_transfer = at_work(Do.RECORD_TRANSFER, (15, 3 * HOUR), FINANCE)
cancel = at_work(Do.CANCEL_PAID, (20, 5 * HOUR), MANAGER, reason=CANCEL_REASONS)
top_up_and_pay = tell(
    step(Do.TOP_UP, (0, 0), FINANCE), step(Do.PLACE, (3, 9)), step(Do.PAY_BY_BALANCE, (0.3, 1))
)


def confirm_or_not(diary: Diary) -> None:
    if diary.rng.random() < 0.6:
        confirm(diary)


_plain = tell(place_and_pay, fulfil)
_cancel_unpaid = tell(place, step(Do.CANCEL_UNPAID, (1, 20), reason=BUYERS_REASONS))
_cancel_paid = at_work(Do.CANCEL_PAID, (10, 5 * HOUR), MANAGER, reason=CANCEL_REASONS)
_two_parcels = tell(
    *(place_and_pay, confirm, prepare, at_work(Do.SHIP_PART, (20, 3 * HOUR), WAREHOUSE)),
    *(partial(ship, after=(HOUR, 20 * HOUR)), collect_and_receive),
)
_lower_price = step(Do.CHANGE_PRICE, (1, 6), CLERK, percent_off=(3, 5, 8, 10), reason=PRICE_REASONS)
_cancel_line = at_work(Do.CANCEL_LINE, (5, 120), SUPPORT, reason=CANCEL_REASONS)
_ship_again = tell(step(Do.UNDO_SHIP, (5, 25), WAREHOUSE), step(Do.SHIP, (5, 40), WAREHOUSE))
# The order is closed when the money comes: it goes back by itself, and somebody sees to the alert.
_pay_too_late = tell(
    step(Do.GIVE_UP_PAYING, (20, 28)),
    step(Do.SWEEP, (PAY_MINUTES - 20, PAY_MINUTES - 20)),
    step(Do.PAY_LATE, (0.5, 30)),
    at_work(Do.HANDLE_ALERTS, (5, 40), MANAGER),
)
# A piece turns out to be missing before the order is paid; it is cancelled and refunded, the rest sent.
_run_short = tell(
    step(Do.PLACE_SCARCE, (0, 0)),
    step(Do.MISS_ONE, (1, 2), WAREHOUSE),
    step(Do.PAY, (1, 5)),
    confirm,
    at_work(Do.CANCEL_LINE, (20, 90), SUPPORT, reason="库存不足，退回差额"),
    send_off,
)
_urge = tell(
    step(Do.URGE, (3 * HOUR, 20 * HOUR)), prepare, partial(ship, after=(10, 90)), collect_and_receive
)
_extend = tell(step(Do.EXTEND, (3 * DAY, 6 * DAY)), step(Do.RECEIVE, (DAY, 3 * DAY)))
_send_better_proof = tell(
    at_work(Do.REJECT_PROOF, (15, 2 * HOUR), FINANCE, reason=REJECT_REASONS),
    step(Do.SEND_PROOF, (5, 6 * HOUR)),
)
_pay_out = at_work(Do.PAY_OUT, (HOUR, DAY), FINANCE)

PLAIN = Story(_plain)
PLAIN_BY_ALIPAY = Story(_plain, pay_method=PayMethod.ALIPAY)
HISTORY: tuple[Story, ...] = (
    Story(_plain, 85, pay_method=COD),
    Story(_plain, 65, LOCAL),
    Story(_plain, 40, LOCAL, COD),
    Story(time_out, 65),
    Story(_cancel_unpaid, 30),
    Story(_cancel_unpaid, 8, pay_method=COD),
    Story(tell(place_and_pay, confirm_or_not, _cancel_paid), 32),
    Story(_two_parcels, 35, lines=2),
    Story(tell(place_and_pay, confirm, hold, send_off), 16),
    Story(tell(place, _lower_price, step(Do.PAY, (0.5, 10)), fulfil), 24),
    Story(tell(place_and_pay, confirm, _cancel_line, send_off), 18, lines=2),
    Story(tell(place_and_pay, confirm, prepare, ship, _ship_again, collect_and_receive), 6),
    Story(tell(place_and_pay, confirm, at_work(Do.CHANGE_ADDRESS, (5, 60), SUPPORT), send_off), 10),
    Story(tell(place, choose_cash, fulfil), 6),
    Story(tell(place, _pay_too_late), 4),
    Story(_run_short, is_scarce=True),
    Story(tell(place_and_pay, confirm, _urge), 14),
    Story(tell(place_and_pay, confirm, prepare, ship, _extend), 12),
    Story(tell(place_and_send_proof, record_transfer, fulfil), 14, pay_method=TRANSFER),
    Story(tell(place_and_send_proof, _send_better_proof, record_transfer, fulfil), 6, pay_method=TRANSFER),
    Story(tell(place_and_send_proof, record_transfer, cancel, _pay_out), 5, pay_method=TRANSFER),
    Story(
        tell(
            *(place_and_pay, confirm, prepare, get_label),
            *(at_work(Do.SHIP_LABELLED, (10, 200), WAREHOUSE), collect_and_receive),
        ),
        40,
    ),
    Story(
        tell(
            *(place_and_pay, confirm, prepare, partial(ship, after=(15, 90))),
            *(step(Do.PHOTOGRAPH, (1, 3), WAREHOUSE), collect_and_receive),
        ),
        14,
    ),
    Story(tell(top_up_and_pay, fulfil), 30, pay_method=BALANCE),
    Story(tell(top_up_and_pay, cancel), 6, pay_method=BALANCE),
)
"""What is missing to 1,000 are plain orders."""

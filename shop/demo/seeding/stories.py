"""What may happen to an order: each story writes the steps of one order into its diary."""

from collections.abc import Callable
from dataclasses import dataclass

from shop.demo.seeding.diary import Diary, Do, Minutes
from shop.store.choices import Delivery, PayMethod

HOUR, DAY = 60.0, 1440.0
RECEIVE_DAYS = 7
PAY_MINUTES = 30

CLERK, WAREHOUSE, SUPPORT, MANAGER, FINANCE = "order_clerk", "warehouse", "support", "manager", "finance"

NOTES = ("老顾客，多送一包试饮装", "已电话确认收货时间", "易碎，多加一层气泡膜", "赠品已备好", "发票随货寄出")
REMARKS = ("优先发货", "礼盒装，不放价格单", "常客，周末在家", "要求顺丰", "送货前先打电话")
HOLD_REASONS = ("等买家确认地址", "买家要求月底再发", "等补货一起发", "联系不上收件人")
BUYERS_REASONS = ("unwanted", "wrong_goods", "wrong_address", "price")
CANCEL_REASONS = ("买家拍错规格", "买家不想要了", "无法送达该地区", "与买家协商一致")
PRICE_REASONS = ("老顾客优惠", "满两件减免", "客服承诺的优惠")

Tell = Callable[[Diary], None]


@dataclass(frozen=True)
class Story:
    """A kind of fate: how many of 1,000 orders have it, and what the order must be like for it."""

    tell: Tell
    per_mille: int = 0
    delivery: Delivery = Delivery.EXPRESS
    pay_method: PayMethod = PayMethod.WECHAT
    lines: int = 0
    is_scarce: bool = False
    is_presale: bool = False


def place_and_pay(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    if diary.pay_method == PayMethod.WECHAT:
        diary.write(Do.PAY, after=(0.3, 8))


def _confirm(diary: Diary) -> None:
    with_note = diary.rng.random() < 0.06
    note = diary.rng.choice(NOTES) if with_note else ""
    diary.write(
        Do.CONFIRM, after=(4, 50), who=diary.rng.choice((CLERK, CLERK, MANAGER)), at_work=True, note=note
    )


def _prepare(diary: Diary) -> None:
    diary.write(Do.PREPARE, after=(3, 70), who=CLERK, at_work=True)
    if diary.rng.random() < 0.08:
        diary.write(Do.REMARK, after=(0.5, 4), who=SUPPORT, at_work=True, text=diary.rng.choice(REMARKS))
    if diary.rng.random() < 0.08:
        diary.write(Do.NOTE, after=(1, 9), who=SUPPORT, at_work=True, text=diary.rng.choice(NOTES))


def _ship(diary: Diary, after: Minutes = (15, 260)) -> None:
    if diary.rng.random() < 0.15:
        diary.write(Do.REVEAL, after=(3, 30), who=WAREHOUSE, at_work=True)
    diary.write(Do.SHIP, after=after, who=WAREHOUSE, at_work=True)


def _collect_and_receive(diary: Diary) -> None:
    is_local, is_cod = diary.delivery == Delivery.LOCAL, diary.pay_method == PayMethod.COD
    if is_local or diary.rng.random() < 0.45:
        way = (40, 4 * HOUR) if is_local else (1.2 * DAY, 4 * DAY)
        diary.write(Do.ARRIVE, after=way, who=WAREHOUSE if is_local else "")
    there_at = diary.time
    if is_cod:
        paid_in = (2, 90) if is_local else (2 * DAY, 5 * DAY)
        diary.write(Do.COLLECT, after=paid_in, who=FINANCE, at_work=not is_local)
    diary.time = there_at
    if diary.rng.random() < 0.62:
        diary.write(Do.RECEIVE, after=(HOUR, 4 * DAY))
    else:
        diary.write(Do.SWEEP, after=(RECEIVE_DAYS * DAY, RECEIVE_DAYS * DAY))


def fulfil(diary: Diary) -> None:
    """From the money, or the promise of cash, to the buyer's door."""
    _confirm(diary)
    _prepare(diary)
    _ship(diary)
    _collect_and_receive(diary)


def tell_plain(diary: Diary) -> None:
    place_and_pay(diary)
    fulfil(diary)


def tell_timed_out(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    placed_at = diary.time
    if diary.rng.random() < 0.3:
        diary.write(Do.GIVE_UP_PAYING, after=(1, 12))
    diary.time = placed_at
    diary.write(Do.SWEEP, after=(PAY_MINUTES, PAY_MINUTES))


def tell_cancelled_by_buyer(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    diary.write(Do.CANCEL_UNPAID, after=(1, 20), reason=diary.rng.choice(BUYERS_REASONS))


def tell_cancelled_paid(diary: Diary) -> None:
    place_and_pay(diary)
    if diary.rng.random() < 0.6:
        _confirm(diary)
    diary.write(
        Do.CANCEL_PAID,
        after=(10, 5 * HOUR),
        who=MANAGER,
        at_work=True,
        reason=diary.rng.choice(CANCEL_REASONS),
    )


def tell_two_parcels(diary: Diary) -> None:
    place_and_pay(diary)
    _confirm(diary)
    _prepare(diary)
    diary.write(Do.SHIP_PART, after=(20, 3 * HOUR), who=WAREHOUSE, at_work=True)
    _ship(diary, (HOUR, 20 * HOUR))
    _collect_and_receive(diary)


def tell_held(diary: Diary) -> None:
    place_and_pay(diary)
    _confirm(diary)
    hours = diary.rng.choice((0, 6, 20))
    reason = diary.rng.choice(HOLD_REASONS)
    diary.write(Do.HOLD, after=(5, 90), who=SUPPORT, at_work=True, reason=reason, hours=hours)
    if hours:
        diary.write(Do.SWEEP, after=(hours * HOUR, hours * HOUR))
    else:
        diary.write(Do.RELEASE, after=(2 * HOUR, 20 * HOUR), who=SUPPORT, at_work=True)
    _prepare(diary)
    _ship(diary)
    _collect_and_receive(diary)


def tell_price_changed(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    off = diary.rng.choice((3, 5, 8, 10))
    diary.write(
        Do.CHANGE_PRICE, after=(1, 6), who=CLERK, percent_off=off, reason=diary.rng.choice(PRICE_REASONS)
    )
    diary.write(Do.PAY, after=(0.5, 10))
    fulfil(diary)


def tell_line_cancelled(diary: Diary) -> None:
    place_and_pay(diary)
    _confirm(diary)
    diary.write(
        Do.CANCEL_LINE, after=(5, 120), who=SUPPORT, at_work=True, reason=diary.rng.choice(CANCEL_REASONS)
    )
    _prepare(diary)
    _ship(diary)
    _collect_and_receive(diary)


def tell_shipped_again(diary: Diary) -> None:
    place_and_pay(diary)
    _confirm(diary)
    _prepare(diary)
    _ship(diary)
    diary.write(Do.UNDO_SHIP, after=(5, 25), who=WAREHOUSE)
    diary.write(Do.SHIP, after=(5, 40), who=WAREHOUSE)
    _collect_and_receive(diary)


def tell_address_changed(diary: Diary) -> None:
    place_and_pay(diary)
    _confirm(diary)
    diary.write(Do.CHANGE_ADDRESS, after=(5, 60), who=SUPPORT, at_work=True)
    _prepare(diary)
    _ship(diary)
    _collect_and_receive(diary)


def tell_urged(diary: Diary) -> None:
    """The buyer cannot wait; the parcel leaves soon after."""
    place_and_pay(diary)
    _confirm(diary)
    diary.write(Do.URGE, after=(3 * HOUR, 20 * HOUR))
    _prepare(diary)
    _ship(diary, (10, 90))
    _collect_and_receive(diary)


def tell_extended(diary: Diary) -> None:
    """The buyer is away and asks for more days before the order completes by itself."""
    place_and_pay(diary)
    _confirm(diary)
    _prepare(diary)
    _ship(diary)
    diary.write(Do.EXTEND, after=(3 * DAY, 6 * DAY))
    diary.write(Do.RECEIVE, after=(DAY, 3 * DAY))


def tell_chose_cash(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    diary.write(Do.CHOOSE_COD, after=(2, 15))
    diary.pay_method = PayMethod.COD
    fulfil(diary)


def tell_paid_too_late(diary: Diary) -> None:
    """The order is closed when the money comes: it goes back by itself, and somebody sees to the alert."""
    diary.write(Do.PLACE, after=(0, 0))
    diary.write(Do.GIVE_UP_PAYING, after=(20, 28))
    diary.write(Do.SWEEP, after=(PAY_MINUTES - 20, PAY_MINUTES - 20))
    diary.write(Do.PAY_LATE, after=(0.5, 30))
    diary.write(Do.HANDLE_ALERTS, after=(5, 40), who=MANAGER, at_work=True)


def tell_short(diary: Diary) -> None:
    """A piece turns out to be missing before the order is paid; it is cancelled and refunded, the rest sent."""
    diary.write(Do.PLACE_SCARCE, after=(0, 0))
    diary.write(Do.MISS_ONE, after=(1, 2), who=WAREHOUSE)
    diary.write(Do.PAY, after=(1, 5))
    _confirm(diary)
    diary.write(Do.CANCEL_LINE, after=(20, 90), who=SUPPORT, at_work=True, reason="库存不足，退回差额")
    _prepare(diary)
    _ship(diary)
    _collect_and_receive(diary)


LOCAL, COD = Delivery.LOCAL, PayMethod.COD

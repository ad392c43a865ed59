"""What is said aloud of each kind, and when the shop wants silence.

The sentences are Chinese whatever language a page is in, as the shipped clip is: the voice speaks to
everybody in the room, not to the one who reads the page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from notifications.models import AlertKind
from shop.store.models import StoreSettings


@dataclass(frozen=True)
class Phrase:
    """`{n}` in `many` stands for how many there are."""

    one: str
    many: str


PHRASES: dict[str, Phrase] = {
    AlertKind.NEW_ORDER: Phrase("您有新的订单，请及时处理", "您有 {n} 笔新订单，请及时处理"),
    AlertKind.STOCK_SHORT: Phrase("有订单缺货，请及时处理", "有 {n} 笔订单缺货，请及时处理"),
    AlertKind.LATE_PAYMENT: Phrase("收到一笔需退回的款项，请核对", "收到 {n} 笔需退回的款项，请核对"),
    AlertKind.MISMATCH: Phrase("有付款金额不符，请及时核对", "有 {n} 笔付款金额不符，请及时核对"),
    AlertKind.REFUND_FAILED: Phrase("有退款失败，请及时处理", "有 {n} 笔退款失败，请及时处理"),
    AlertKind.REFUND_STUCK: Phrase("有退款迟迟未到账，请及时处理", "有 {n} 笔退款迟迟未到账，请及时处理"),
    AlertKind.REFUND_TWICE: Phrase("有退款重复到账，请及时处理", "有 {n} 笔退款重复到账，请及时处理"),
    AlertKind.REFUND_OUTSIDE: Phrase("有款项在店铺之外退回，请核对", "有 {n} 笔款项在店铺之外退回，请核对"),
    AlertKind.ATTEMPT_STUCK: Phrase("有付款结果未知，请及时核对", "有 {n} 笔付款结果未知，请及时核对"),
    AlertKind.GATEWAY_SILENT: Phrase("微信支付没有响应，请留意", "微信支付没有响应，请留意"),
    AlertKind.BOOKS_BROKEN: Phrase("账目核对有差异，请联系维护人员", "账目核对有差异，请联系维护人员"),
    AlertKind.URGE: Phrase("有买家催单，请及时处理", "有 {n} 笔订单被催单，请及时处理"),
    AlertKind.TRANSFER: Phrase("有转账待核对", "有 {n} 笔转账待核对"),
    AlertKind.LOW_STOCK: Phrase("有商品库存不足，请及时补货", "有 {n} 种商品库存不足，请及时补货"),
}


def is_quiet(store: StoreSettings, at: datetime) -> bool:
    """Whether `at` lies in the quiet hours, which may run over midnight; they are in the store's time zone."""
    start, end = store.quiet_from, store.quiet_until
    if start is None or end is None:
        return False
    moment = timezone.localtime(at).time()
    return start <= moment < end if start <= end else moment >= start or moment < end


def describe_settings(store: StoreSettings, at: datetime, *, is_voice_on: bool) -> dict[str, Any]:
    """The settings a page needs to know when to speak; `repeat_s` in seconds, `is_voice_on` of new orders."""
    return {
        "is_voice_on": is_voice_on,
        "repeat_s": store.voice_repeat_seconds,
        "is_quiet": is_quiet(store, at),
        "quiet_until": store.quiet_until.strftime("%H:%M") if store.quiet_until else "",
    }

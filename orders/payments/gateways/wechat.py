"""WeChat Pay: payments in the mini-program, codes on a screen, and phone browsers."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings

from orders.payments.gateways.interface import Announced, Gateway
from orders.payments.models import Channel, PayAttempt, Refund
from shop.actor import GATEWAY
from shop.clients.errors import BadCredentials, BadSignature
from shop.clients.payment_facts import Notice
from shop.clients.payment_facts import Refund as GatewayRefund
from shop.clients.wechat_pay import Credentials, WeChatPay
from shop.store.choices import PayMethod
from shop.store.credentials import WECHAT_SETS

REFUND_NOTICE_PATH = "/hooks/wechat-pay/refunds"


class WeChatGateway(Gateway[Credentials, WeChatPay]):
    method = PayMethod.WECHAT
    channel = Channel.JSAPI
    actor = GATEWAY
    sets = WECHAT_SETS
    pay_notice_path = "/hooks/wechat-pay/payments"
    used_codes = frozenset({"OUT_TRADE_NO_USED", "ORDER_CLOSED", "ORDERCLOSED", "ORDERPAID"})
    is_made_by_opening = False

    def open(self, made: Credentials) -> WeChatPay:
        return WeChatPay(made, base_url=settings.WECHAT_PAY_URL)

    def announce(self, client: WeChatPay, attempt: PayAttempt, told: Announced) -> str:
        if attempt.channel == Channel.NATIVE:
            return client.create_native_order(**told.facts)
        if attempt.channel == Channel.H5:
            return client.create_h5_order(payer_ip=told.payer_ip, **told.facts)
        return client.create_jsapi_order(openid=attempt.openid, **told.facts)

    def hand_out(self, client: WeChatPay, attempt: PayAttempt, told: Announced) -> dict[str, str]:
        return client.client_parameters(attempt.prepay_id)

    def lead(self, attempt: PayAttempt, told: Announced, back_url: str) -> str:
        return f"{attempt.code_url}&redirect_url={quote(back_url, safe='')}"

    def refund(self, client: WeChatPay, refund: Refund) -> GatewayRefund:
        # Without a reason, which WeChat would show: what the buyer is told stands on the timeline.
        return client.refund(
            trade_no=refund.payment.trade_no,
            refund_number=refund.number,
            refund_fen=refund.amount_fen,
            total_fen=refund.payment.amount_fen,
            notify_url=settings.BASE_URL + REFUND_NOTICE_PATH,
        )

    def query_refund(self, client: WeChatPay, refund: Refund) -> GatewayRefund | None:
        return client.query_refund(refund.number)


WECHAT = WeChatGateway()
Content = TypeVar("Content")


def read_notice(
    read: Callable[[WeChatPay, Mapping[str, str], bytes], Notice[Content]],
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[Notice[Content], str]:
    """A callback read with the set of credentials that it was made for, and that set's merchant number.

    Raises as `read` does with the shop's present credentials when none fits; Refused `wechat_not_set_up`.
    """
    serial = {name.lower(): value for name, value in headers.items()}.get("wechatpay-serial", "")
    sets = WECHAT_SETS.list_all()
    for made in sets:
        if serial not in made.platform_keys:
            continue
        with suppress(BadSignature, BadCredentials):
            return read(WECHAT.open(made), headers, body), made.mchid
    return read(WECHAT.open(sets[0]), headers, body), sets[0].mchid

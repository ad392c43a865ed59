"""The gateways that the shop knows, by the method of an attempt or a payment."""

from orders.payments.gateways.alipay import ALIPAY
from orders.payments.gateways.interface import AnyGateway
from orders.payments.gateways.wechat import WECHAT
from shop.store.choices import PayMethod

GATEWAYS: dict[str, AnyGateway] = {gateway.method: gateway for gateway in (WECHAT, ALIPAY)}


def gateway_of(method: PayMethod | str) -> AnyGateway:
    """The gateway of a method that has one, of which `ONLINE` is the list."""
    return GATEWAYS[method]

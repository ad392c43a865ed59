"""The providers of e-waybills as the shop is set up to use them, and what is asked of them."""

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.waybills.models import Waybill
from shop.clients.waybills import Account, Goods, Party, WaybillProvider, WaybillRequest
from shop.couriers.gateway import make_client
from shop.couriers.known import find_courier
from shop.couriers.models import CourierAccount, Sender
from shop.couriers.selectors import get_provider_account
from shop.errors import Refused

_SHORT = {"北京市": "北京", "天津市": "天津", "上海市": "上海", "重庆市": "重庆"}
"""快递鸟 calls municipalities so where it asks for a province."""
_CHANNELS = {"ZTO": "ztoOpen", "STO": "44"}
"""Which interface of the courier 快递100 has to take (sheet 电子面单参数)."""


def open_provider(name: str) -> WaybillProvider:
    """A client with the shop's credentials. Raises Refused `provider_not_set_up`."""
    account = get_provider_account(name)
    if account is None or not account.key:
        raise Refused("provider_not_set_up", _("The provider of e-waybills has no credentials yet."))
    return make_client(account)


def make_request(waybill: Waybill) -> WaybillRequest:
    """What the provider is asked for; the recipient is the order's as it stands."""
    return WaybillRequest(
        code=waybill.code,
        account=make_account(waybill.courier),
        sender=make_sender(waybill.sender),
        receiver=make_receiver(waybill.order, waybill.postcode),
        goods=_list_goods(waybill),
        weight_g=waybill.weight_g,
        remark=waybill.remark,
    )


def make_account(code: str) -> Account:
    """The shop's account at a courier. Raises Refused `courier_not_set_up`."""
    row, courier = CourierAccount.objects.filter(code=code).first(), find_courier(code)
    if row is None or courier is None:
        raise Refused("courier_not_set_up", _("This courier has no account for e-waybills yet."))
    return Account(
        courier=code,
        customer_name=row.customer_name,
        customer_pwd=row.customer_pwd,
        month_code=row.month_code,
        send_site=row.send_site,
        send_staff=row.send_staff,
        warehouse=row.warehouse,
        pay_type=row.pay_type,
        product=row.product,
        label_size=row.label_size,
        delivery_method=row.delivery_method,
        trans_type=row.trans_type,
        provider_courier=courier.kuaidi100,
        provider_channel=_CHANNELS.get(code, ""),
    )


def make_sender(sender: Sender) -> Party:
    """From where a parcel goes."""
    return Party(
        name=sender.name,
        phone=sender.phone,
        province=_SHORT.get(sender.province, sender.province),
        city=sender.city,
        district=sender.district,
        address=sender.address,
        postcode=sender.postcode,
        company=sender.company,
    )


def make_receiver(order: Order, postcode: str = "") -> Party:
    """To whom it goes: the order's recipient as it stands."""
    return Party(
        name=order.recipient,
        phone=order.phone,
        province=_SHORT.get(order.province, order.province),
        city=order.city,
        district=order.district,
        address=order.address_detail,
        postcode=postcode,
    )


def _list_goods(waybill: Waybill) -> list[Goods]:
    lines = OrderLine.objects.in_bulk([int(pk) for pk in waybill.contents])
    return [
        Goods(f"{lines[int(pk)].product_name} {lines[int(pk)].sku_name}".strip(), pieces)
        for pk, pieces in waybill.contents.items()
    ]

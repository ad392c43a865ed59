"""The providers that have couriers called, and what is asked of them."""

from django.utils.translation import gettext_lazy as _

from orders.collections.models import Collection
from orders.waybills.providers import make_account, make_receiver, make_sender
from shop.clients.collections import CollectionRequest, CourierCaller
from shop.clients.waybills import Goods
from shop.couriers.gateway import make_caller
from shop.couriers.selectors import get_provider_account
from shop.errors import Refused


def open_caller(name: str) -> CourierCaller:
    """A client with the shop's credentials. Raises Refused `provider_not_set_up`."""
    account = get_provider_account(name)
    caller = make_caller(account) if account and account.key else None
    if caller is None:
        raise Refused("provider_not_set_up", _("The provider of e-waybills has no credentials yet."))
    return caller


def make_request(collection: Collection) -> CollectionRequest:
    """What the provider is asked for. Raises Refused `bad_window` for one that no provider was to be asked about."""
    if collection.sender is None or collection.start is None or collection.end is None:
        raise Refused("bad_window", _("No time was chosen for this collection."))
    return CollectionRequest(
        code=collection.code,
        account=make_account(collection.courier),
        sender=make_sender(collection.sender),
        receiver=make_receiver(collection.order),
        goods=_list_goods(collection),
        tracking_no=collection.parcel.tracking_no,
        start=collection.start,
        end=collection.end,
    )


def _list_goods(collection: Collection) -> list[Goods]:
    lines = collection.parcel.lines.select_related("order_line").order_by("pk")
    return [
        Goods(f"{row.order_line.product_name} {row.order_line.sku_name}".strip(), row.quantity)
        for row in lines
    ]

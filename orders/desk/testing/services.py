"""Test orders: the shop places one itself, hears it ring, and walks it through the desk.

It has one piece of real stock and costs nothing, so no money can ever be in it. It is in no list and no count, and
goes by itself after a day.
"""

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.models import Order
from orders.moves import lock_order, move
from orders.quotes import Quote, QuotedLine
from orders.selectors import find_test_order
from orders.services.fulfilment import cancel_everything, close_changes
from orders.services.place import NewOrder, Recipient, lock_buyer, write_order
from orders.shipping.models import ParcelState
from orders.shipping.selectors import list_parcels
from orders.shipping.services.ship import undo_ship
from orders.stages import CloseReason, Source
from shop.access import require
from shop.actor import SYSTEM, Actor
from shop.catalog.models import Sku
from shop.customers.models import TEST_OPENID
from shop.customers.services import get_or_create_customer
from shop.errors import Refused
from shop.store.choices import Delivery, PayMethod
from shop.store.selectors import get_store_settings, list_deliveries


def place_test_order(*, actor: Actor) -> Order:
    """Place one for a piece of what is on sale; it rings as an order of a buyer does.

    Raises Refused `forbidden`, `test_order_open` while there is one, `nothing_on_sale`.
    """
    require(actor, "settings.edit")
    with transaction.atomic():
        buyer = get_or_create_customer(TEST_OPENID, nickname=_("Test buyer"))
        lock_buyer(buyer)
        _refuse_second()
        sku = _choose_sku()
        quote = Quote((QuotedLine(sku, 1),))
        key = f"test-{uuid4()}"
        return write_order(
            buyer, _ask_for(sku), quote, get_store_settings(), client_key=key, actor=actor
        ).order


def _refuse_second() -> None:
    if order := find_test_order():
        message = _("There is a test order already: %(number)s. Remove it first.")
        raise Refused("test_order_open", message % {"number": order.number}, order=order.number)


def _choose_sku() -> Sku:
    on_sale = Sku.objects.filter(is_on_sale=True, product__is_on_sale=True, is_presale=False)
    sku = on_sale.filter(on_hand__gt=F("reserved")).select_related("product__picture").order_by("pk").first()
    if sku is None:
        message = _("A test order needs a product on sale with a piece in stock.")
        raise Refused("nothing_on_sale", message)
    sku.price_fen = 0  # Of this row in memory: what the order costs.
    return sku


def _ask_for(sku: Sku) -> NewOrder:
    offered = list_deliveries(get_store_settings()) or [Delivery.EXPRESS]
    return NewOrder(
        {sku.pk: 1},
        delivery=offered[0],
        pay_method=PayMethod.WECHAT,
        to=Recipient(_("Test order"), "13800000000", "北京市", "北京市", "东城区", _("Please do not send")),
        buyer_remark=_("This is a test order. Please do not send anything."),
        source=Source.TEST,
    )


def remove_test_order(order_id: int, *, actor: Actor, expected_version: int | None = None) -> Order:
    """Close it, with its parcels taken back and its piece in stock again. Raises Refused `no_test`."""
    with transaction.atomic():
        order = lock_order(order_id, "order.remove_test", actor=actor, expected_version=expected_version)
        for parcel in list_parcels(order).filter(state=ParcelState.SENT):
            undo_ship(parcel.pk, actor=SYSTEM)
        order = lock_order(order_id, "order.remove_test", actor=actor)
        changes: dict[str, Any] = close_changes(CloseReason.TEST) | cancel_everything(order, actor=actor)
        move(order, "order.remove_test", actor=actor, changes=changes)
    return order

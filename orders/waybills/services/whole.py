"""The e-waybill of an order that is asked for together with many others: all that is left to send, in one parcel."""

from dataclasses import replace

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from orders.companions import find_first, list_companions
from orders.models import Order, OrderLine
from orders.moves import locked_order
from orders.waybills.models import Waybill, WaybillState
from orders.waybills.selectors import find_held_or_last
from orders.waybills.services.asking import MAX_WEIGHT_G, Wish, ask_for_place
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.errors import Refused

_PLACE = 1


def request_whole(order_id: int, *, wish: Wish, actor: Actor) -> Waybill:
    """Ask for the label of all that is left of an order; whatever label waits for a parcel of it is the answer.

    What goes together has one label, at the first of these orders.

    It weighs what its SKUs weigh, where each says it. Postcode and weight that were typed for one that was refused are
    used again. Raises Refused as `request_waybill` does.
    """
    with locked_order(order_id, "order.label", actor) as order:
        held, last = find_held_or_last(order, _PLACE)
        if held:
            return held
        first = find_first(order)
        if first == order_id:
            return ask_for_place(order, _PLACE, last, _fill_in(wish, order, last), actor)
    return request_whole(first, wish=wish, actor=actor)


def _fill_in(wish: Wish, order: Order, last: Waybill | None) -> Wish:
    """The wish with what this order alone knows. Raises Refused where the courier wants what nobody has typed."""
    refused = last if last and last.state == WaybillState.FAILED else None
    weight_g = weigh(order) or (refused.weight_g if refused else 0)
    postcode = refused.postcode if refused else ""
    courier = find_courier(wish.courier)
    if courier and courier.needs_postcode and not postcode:
        message = _(
            "This courier wants the recipient's postcode: ask for this one in the order's own ship dialog."
        )
        raise Refused("postcode_required", message, 400)
    if courier and courier.needs_weight and not weight_g:
        message = _(
            "This courier wants the weight, which not every product says: ask for this one in the order's own ship "
            "dialog."
        )
        raise Refused("weight_required", message, 400)
    return replace(wish, weight_g=weight_g, postcode=postcode)


def weigh(order: Order) -> int:
    """What is left to send, of all that goes together, weighs so many grams.

    0 where a SKU does not say it, or for more than a parcel can weigh.
    """
    orders = [order, *list_companions(order)]
    prefetch_related_objects(orders, Prefetch("lines", OrderLine.objects.select_related("sku")))
    lines = [line for each in orders for line in each.lines.all() if line.to_send and not line.short]
    if not all(line.sku.weight_g for line in lines):
        return 0
    grams = sum(line.to_send * line.sku.weight_g for line in lines)
    return grams if grams <= MAX_WEIGHT_G else 0

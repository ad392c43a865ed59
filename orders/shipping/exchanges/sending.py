"""Goods that are sent again in exchange for what came back, at no price, as long as their parcel has not moved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import check_move, move
from orders.shipping.models import Parcel, ParcelLine, ParcelState, Purpose
from orders.shipping.services.attaching import attach_photos
from orders.shipping.services.lapsing import lapse_intercept
from orders.shipping.services.numbers import lock_numbers
from orders.shipping.services.ship import describe_parcel, find_duplicate, read_number
from orders.states import MOVES
from orders.waybills.selectors import has_held
from orders.waybills.services.ending import free_waybill, use_waybill
from shop import clock
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.stock.changes import exchange_stock, unexchange_stock
from shop.database.inserts import insert_rows, insert_unless_there
from shop.errors import Refused
from shop.words import fill

Wanted = Mapping[int, tuple[int, int]]
"""Line id → the SKU that is sent for it, and pieces."""


@dataclass(frozen=True)
class Carriage:
    """How an exchange goes: with a courier and a tracking number, or brought by ourselves."""

    courier: str = ""
    tracking_no: str = ""
    driver_name: str = ""
    driver_phone: str = ""
    photo_ids: Sequence[int] = ()


def ship_exchange(
    order: Order, pieces: Wanted, *, carriage: Carriage, actor: Actor, case_number: str
) -> Parcel:
    """Send goods for what came back of a locked order: of each line its own SKU, or another one of the same product.

    They leave from what no order has reserved. Raises Refused as `check_move`, `nothing_chosen` (400), `not_found`
    (404), `more_than_came_back`, `other_product` (400), `not_enough_stock` naming the SKU; of the number
    `tracking_required` and `courier_required` (400), `duplicate_tracking`; of e-waybills `label_of_other_order`,
    `label_of_other_parcel`, `label_not_ready`; of photos `too_many_photos`, `bad_photos`.
    """
    check_move(order, MOVES["order.ship_exchange"], actor, is_part=True)
    lines = {line.pk: line for line in order.lines.select_related("sku").order_by("pk")}
    chosen = _check_pieces(lines, pieces)
    skus = _read_skus(lines, chosen)
    parcel = _make_parcel(order, carriage, actor, case_number)
    insert_rows([_make_line(parcel, lines[pk], sku_id, n) for pk, (sku_id, n) in chosen.items()])
    if carriage.photo_ids:
        attach_photos(parcel, carriage.photo_ids, actor)
    sent: Counter[int] = Counter()
    for pk, (sku_id, n) in chosen.items():
        lines[pk].resent += n
        lines[pk].save(update_fields=["resent"])
        sent[sku_id] += n
    exchange_stock(sent, order_id=order.pk, actor=actor)
    changes = {"pieces_resent": order.pieces_resent + sent.total(), "has_label": has_held(order)}
    data = _describe(parcel) | _describe_goods(lines, chosen, skus)
    move(order, "order.ship_exchange", actor=actor, changes=changes, data=data | {"pieces": sent.total()})
    return parcel


def _check_pieces(lines: Mapping[int, OrderLine], pieces: Wanted) -> dict[int, tuple[int, int]]:
    chosen = {pk: wanted for pk, wanted in sorted(pieces.items()) if wanted[1]}
    if not chosen:
        raise Refused("nothing_chosen", _("Choose what goes into the parcel."), 400)
    for pk, (_sku_id, n) in chosen.items():
        line = lines.get(pk)
        if line is None:
            raise Refused("not_found", _("There is no such line in this order."), 404)
        if not 0 < n <= line.returned - line.resent:
            message = _("Of “%(line)s” only %(left)d came back that nothing was sent for.")
            words = {"line": line.product_name, "left": line.returned - line.resent}
            raise Refused("more_than_came_back", fill(message, words))
    return chosen


def _read_skus(lines: Mapping[int, OrderLine], chosen: Wanted) -> dict[int, Sku]:
    """What is sent, by id. Raises Refused `other_product`."""
    skus = Sku.objects.in_bulk({sku_id for sku_id, _n in chosen.values()})
    for pk, (sku_id, _n) in chosen.items():
        if sku_id not in skus or skus[sku_id].product_id != lines[pk].sku.product_id:
            message = _("Only the same product can be sent in exchange: choose one of its specifications.")
            raise Refused("other_product", message, 400)
    return skus


def _make_parcel(order: Order, carriage: Carriage, actor: Actor, case_number: str) -> Parcel:
    parcel = Parcel(
        sent_at=clock.now(), purpose=Purpose.EXCHANGE, case_number=case_number, **_carry(carriage)
    )
    number = {"courier": parcel.courier, "tracking_no": parcel.tracking_no}
    use_waybill([order], **number, actor=actor, case_number=case_number)
    lock_numbers([(parcel.courier, parcel.tracking_no)])
    if not insert_unless_there(parcel):
        raise find_duplicate(parcel)
    return parcel


def _carry(carriage: Carriage) -> dict[str, str]:
    if carriage.courier or carriage.tracking_no:
        number = read_number(carriage.courier, carriage.tracking_no)
        return {"courier": carriage.courier, "tracking_no": number}
    name, phone = carriage.driver_name.strip()[:40], carriage.driver_phone.strip()[:20]
    return {"driver_name": name, "driver_phone": phone}


def _make_line(parcel: Parcel, line: OrderLine, sku_id: int, pieces: int) -> ParcelLine:
    other = None if sku_id == line.sku_id else sku_id
    return ParcelLine(parcel=parcel, order_line=line, sku_id=other, quantity=pieces)


def undo_exchange(order: Order, parcel_id: int, *, actor: Actor) -> Parcel:
    """Take an exchange of a locked order back before it moves; its pieces are on hand again, for anybody.

    Raises Refused as `check_move`, `not_found` (404), `parcel_undone`, `parcel_moved`, `goods_came_back`.
    """
    check_move(order, MOVES["order.undo_exchange"], actor, is_part=True)
    numbers = Parcel.objects.filter(pk=parcel_id).values_list("courier", "tracking_no")
    lock_numbers(numbers)
    parcel = _lock(order, parcel_id)
    parcel.state, parcel.undone_at = ParcelState.UNDONE, clock.now()
    parcel.save(update_fields=["state", "undone_at"])
    lapse_intercept(parcel, actor)
    back = _take_lines(parcel)
    unexchange_stock(back, order_id=order.pk, actor=actor)
    free_waybill(courier=parcel.courier, tracking_no=parcel.tracking_no, actor=actor)
    changes = {"pieces_resent": order.pieces_resent - back.total(), "has_label": has_held(order)}
    move(order, "order.undo_exchange", actor=actor, changes=changes, data=_describe(parcel))
    return parcel


def _lock(order: Order, parcel_id: int) -> Parcel:
    own = ParcelLine.objects.filter(parcel=parcel_id, order_line__order=order)
    rows = Parcel.objects.select_for_update(no_key=True).filter(pk=parcel_id, purpose=Purpose.EXCHANGE)
    parcel = rows.first() if own.exists() else None
    if parcel is None:
        raise Refused("not_found", _("There is no such parcel."), 404)
    if parcel.state == ParcelState.UNDONE:
        raise Refused("parcel_undone", _("This parcel has already been undone."))
    if parcel.has_moved or parcel.state != ParcelState.SENT:
        raise Refused("parcel_moved", _("This parcel is already on its way."))
    return parcel


def _take_lines(parcel: Parcel) -> Counter[int]:
    """Count its pieces as not sent; SKU id → pieces. Raises Refused `goods_came_back`."""
    back: Counter[int] = Counter()
    for row in parcel.lines.select_related("order_line"):
        line = row.order_line
        if line.returned > line.shipped + line.resent - row.quantity:
            raise Refused("goods_came_back", _("Goods of this parcel have come back already."))
        line.resent -= row.quantity
        line.save(update_fields=["resent"])
        back[row.sent_sku_id] += row.quantity
    return back


def _describe(parcel: Parcel) -> dict[str, Any]:
    return {"parcels": [describe_parcel(parcel)], "case_number": parcel.case_number}


def _describe_goods(
    lines: Mapping[int, OrderLine], chosen: Wanted, skus: Mapping[int, Sku]
) -> dict[str, Any]:
    """The pieces by line; and by their names those of which another SKU is sent than came back."""
    told: dict[str, Any] = {"lines": {str(pk): n for pk, (_sku_id, n) in chosen.items()}}
    other = {pk: wanted for pk, wanted in chosen.items() if wanted[0] != lines[pk].sku_id}
    if other:
        told["sku_ids"] = {str(pk): sku_id for pk, (sku_id, _n) in other.items()}
        told["instead"] = [f"{skus[sku_id].name} ×{n}" for sku_id, n in other.values()]
    return told

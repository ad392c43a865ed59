"""Shipping: parcels by line quantities, undone until they move, arriving."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.moves import lock_order, lock_row, locked_order, move
from orders.services.fulfilment import recover_ship_by, shipped_changes
from orders.shipping.models import Parcel, ParcelLine, ParcelState
from orders.shipping.selectors import list_parcels
from orders.stages import Stage
from orders.waybills.models import Waybill
from orders.waybills.selectors import has_held, list_held
from orders.waybills.services.ending import free_waybill, use_waybill
from shop import clock
from shop.actor import Actor
from shop.catalog.stock import lock_stock, ship_stock, unship_stock
from shop.couriers.known import clean_tracking_no, find_courier
from shop.errors import Refused
from shop.store.deliveries import WAYS

MAX_TRACKING_NO = 40


@dataclass(frozen=True)
class NewParcel:
    """One parcel to send; empty `quantities` (line id → pieces) mean all that is left."""

    courier: str = ""
    tracking_no: str = ""
    quantities: Mapping[int, int] = field(default_factory=dict)
    driver_name: str = ""
    driver_phone: str = ""


def ship_order(
    order_id: int, *, parcels: Sequence[NewParcel], actor: Actor, expected_version: int | None = None
) -> Order:
    """Send parcels: the order is shipped when nothing is left to send, else shipped in part.

    Raises Refused: `held`, `owes`, `aftersale_open`, `nothing_chosen`, `more_than_left`, `line_short`,
    `courier_required`, `tracking_required`, `duplicate_tracking` naming the other order, `already_done`; of
    e-waybills `label_of_other_order`, `label_not_ready`, `label_left`.
    """
    if not parcels:
        raise Refused("nothing_chosen", _("Choose what goes into the parcel."), 400)
    with locked_order(order_id, "order.ship_part", actor, expected_version) as order:
        _ship(order, parcels, actor)
    return order


def ship_labelled(order_id: int, *, actor: Actor) -> Order:
    """Send a parcel for each e-waybill of the order that waits for one, with what it was asked for.

    Raises Refused `label_missing`, `label_not_ready`, and as `ship_order` does.
    """
    with locked_order(order_id, "order.ship_part", actor) as order:
        held = list_held(order_id)
        if not held:
            raise Refused("label_missing", _("This order has no e-waybill yet."))
        _ship(order, [_make_parcel(waybill) for waybill in held], actor)
    return order


def _make_parcel(waybill: Waybill) -> NewParcel:
    if not waybill.tracking_no:
        raise Refused("label_not_ready", _("The e-waybill of this order has no number yet."))
    contents = {int(line_id): pieces for line_id, pieces in waybill.contents.items()}
    return NewParcel(waybill.courier, waybill.tracking_no, contents)


def _ship(order: Order, parcels: Sequence[NewParcel], actor: Actor) -> None:
    """Send parcels of the locked order."""
    for parcel in parcels:
        number = clean_tracking_no(parcel.tracking_no)
        use_waybill(order, courier=parcel.courier, tracking_no=number, actor=actor)
    lines = {line.pk: line for line in order.lines.order_by("id")}
    contents = [_take(parcel.quantities, lines) for parcel in parcels]
    sent = [_send(order, *each) for each in zip(parcels, contents, strict=True)]
    OrderLine.objects.bulk_update(lines.values(), ["shipped", "reserved"])
    pieces: Counter[int] = Counter()
    for line_id, quantity in (pair for content in contents for pair in content.items()):
        pieces[lines[line_id].sku_id] += quantity
    ship_stock(pieces, order_id=order.pk, actor=actor)
    _move_shipped(order, sent, pieces.total(), actor)


def _send(order: Order, new: NewParcel, quantities: Mapping[int, int]) -> Parcel:
    parcel = Parcel(sent_at=clock.now(), **_carrier(order, new))
    try:
        with transaction.atomic():
            parcel.save()
    except IntegrityError as error:
        raise _duplicate(parcel) from error
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, order_line_id=line_id, quantity=n) for line_id, n in quantities.items()
    )
    return parcel


def _take(wanted: Mapping[int, int], lines: dict[int, OrderLine]) -> dict[int, int]:
    """Check and take the pieces of one parcel out of what is left of the lines."""
    chosen = {pk: n for pk, n in (wanted or {pk: line.to_send for pk, line in lines.items()}).items() if n}
    if not chosen:
        raise Refused("nothing_chosen", _("Choose what goes into the parcel."), 400)
    for pk, pieces in chosen.items():
        line = lines.get(pk)
        if line is None:
            raise Refused("not_found", _("There is no such line in this order."), 404)
        if line.short:
            raise Refused("line_short", _("“%(line)s” is short of stock.") % {"line": line.product_name})
        if not 0 < pieces <= line.to_send:
            message = _("Of “%(line)s” only %(left)d are left to send.")
            raise Refused("more_than_left", message % {"line": line.product_name, "left": line.to_send})
        line.shipped += pieces
        line.reserved -= pieces
    return chosen


def _carrier(order: Order, new: NewParcel) -> dict[str, Any]:
    if not WAYS[order.delivery].has_number:
        return {"driver_name": new.driver_name.strip()[:40], "driver_phone": new.driver_phone.strip()[:20]}
    number = clean_tracking_no(new.tracking_no)
    if not number or len(number) > MAX_TRACKING_NO or not number.isascii():
        raise Refused("tracking_required", _("Type or scan the tracking number."), 400)
    if find_courier(new.courier) is None:
        raise Refused("courier_required", _("Choose the courier."), 400)
    return {"courier": new.courier, "tracking_no": number}


def _duplicate(parcel: Parcel) -> Refused:
    other = Parcel.objects.exclude(state=ParcelState.UNDONE).filter(
        courier=parcel.courier, tracking_no=parcel.tracking_no
    )
    number = other.values_list("lines__order_line__order__number", flat=True).first()
    message = _("%(parcel)s has already been used, for order %(number)s.")
    words = {"parcel": f"{parcel.courier_name} {parcel.tracking_no}", "number": number}
    return Refused("duplicate_tracking", message % words, order=number)


def _move_shipped(order: Order, sent: Sequence[Parcel], pieces: int, actor: Actor) -> None:
    changes: dict[str, Any] = {
        "pieces_shipped": order.pieces_shipped + pieces,
        "has_label": has_held(order.pk),
    }
    is_all = pieces == order.pieces_to_send
    if is_all:
        _check_nothing_held(changes["has_label"])
        changes |= shipped_changes(order)
    data = {"pieces": pieces, "parcels": [_describe(parcel) for parcel in sent]}
    move(order, "order.ship" if is_all else "order.ship_part", actor=actor, changes=changes, data=data)


def _check_nothing_held(has_label: bool) -> None:
    if has_label:
        message = _("Another e-waybill of this order waits for a parcel. Use its number, or void it first.")
        raise Refused("label_left", message)


def _describe(parcel: Parcel) -> dict[str, Any]:
    return {"id": parcel.pk, "courier": parcel.courier, "tracking_no": parcel.tracking_no}


Seen = Mapping[int, int]
"""Order id → version of the page on which a verb of a parcel was pressed."""
_NO_PAGE: Seen = {}


def lock_orders_of_parcel(parcel_id: int, verb: str, *, actor: Actor, seen: Seen) -> list[Order]:
    """Lock every order that has goods in the parcel, in pk order, for one verb of the parcel; the one seen is first.

    Others that are over are passed over when the parcel arrives. Raises Refused `not_found`, and as `lock_order` does.
    """
    lines = OrderLine.objects.filter(parcel_lines__parcel=parcel_id).order_by("order_id")
    orders = [lock_row(pk) for pk in lines.values_list("order_id", flat=True).distinct()]
    if not orders:
        raise Refused("not_found", _("There is no such parcel."), 404)
    if verb == "order.arrive":
        over = (Stage.DONE, Stage.CLOSED)
        orders = [order for order in orders if order.pk in seen or order.stage not in over] or orders
    ids = sorted((order.pk for order in orders), key=lambda pk: pk not in seen)
    return [lock_order(pk, verb, actor=actor, expected_version=seen.get(pk)) for pk in ids]


@contextmanager
def _locked_parcel(
    parcel_id: int, verb: str, actor: Actor, seen: Seen
) -> Iterator[tuple[Parcel, list[Order]]]:
    with transaction.atomic():
        orders = lock_orders_of_parcel(parcel_id, verb, actor=actor, seen=seen)
        parcel = Parcel.objects.select_for_update().get(pk=parcel_id)
        if parcel.state == ParcelState.MADE:
            raise Refused("parcel_not_sent", _("This parcel has not been handed over yet."))
        yield parcel, orders


def undo_ship(parcel_id: int, *, actor: Actor, seen: Seen = _NO_PAGE) -> Order:
    """Take one parcel back before it moves; its pieces are on hand and reserved again, as urgent as they were.

    All its orders are moved, the one seen or the first is returned. One that is late and would close by itself is left
    for `UNDO_GRACE`, to be sent anew. Raises Refused `not_found`, `parcel_undone`, `parcel_not_sent`, `parcel_moved`.
    """
    with _locked_parcel(parcel_id, "order.undo_ship", actor, seen) as (parcel, orders):
        if parcel.state == ParcelState.UNDONE:
            raise Refused("parcel_undone", _("This parcel has already been undone."))
        if parcel.has_moved or parcel.state == ParcelState.ARRIVED:
            raise Refused("parcel_moved", _("This parcel is already on its way."))
        parcel.state, parcel.undone_at = ParcelState.UNDONE, clock.now()
        parcel.save()
        pieces = _take_back(orders, parcel, actor)
        free_waybill(courier=parcel.courier, tracking_no=parcel.tracking_no, actor=actor)
        for order in orders:
            changes = {
                "has_label": has_held(order.pk),
                "pieces_shipped": order.pieces_shipped - pieces[order.pk],
                "shipped_at": None,
                "receive_by": None,
                "ship_by": order.ship_by or recover_ship_by(order),
                "undone_at": parcel.undone_at,
            }
            data = {"parcels": [_describe(parcel)]}
            move(order, "order.undo_ship", actor=actor, changes=changes, data=data)
    return orders[0]


def _take_back(orders: Sequence[Order], parcel: Parcel, actor: Actor) -> dict[int, int]:
    """Reserve its pieces again; order id → pieces."""
    back: dict[int, Counter[int]] = {order.pk: Counter() for order in orders}
    for parcel_line in parcel.lines.select_related("order_line"):
        line = parcel_line.order_line
        line.shipped -= parcel_line.quantity
        line.reserved += parcel_line.quantity
        line.save(update_fields=["shipped", "reserved"])
        back[line.order_id][line.sku_id] += parcel_line.quantity
    lock_stock(set().union(*back.values()))
    for order_id, pieces in back.items():
        unship_stock(pieces, order_id=order_id, actor=actor)
    return {order_id: pieces.total() for order_id, pieces in back.items()}


def arrive_parcel(parcel_id: int, *, actor: Actor, seen: Seen = _NO_PAGE) -> Order:
    """A parcel was delivered; for each of its orders of which it was the last one out, the receive clock starts anew.

    All its orders are moved, the one seen or the first is returned. Raises Refused `not_found`, `parcel_not_sent`,
    `parcel_arrived`.
    """
    with _locked_parcel(parcel_id, "order.arrive", actor, seen) as (parcel, orders):
        if parcel.state != ParcelState.SENT:
            raise Refused("parcel_arrived", _("This parcel has already been delivered or undone."))
        parcel.state, parcel.arrived_at, parcel.has_moved = ParcelState.ARRIVED, clock.now(), True
        parcel.save()
        for order in orders:
            data = {"parcels": [_describe(parcel)]}
            move(order, "order.arrive", actor=actor, changes=_arrived_changes(order), data=data)
    return orders[0]


def _arrived_changes(order: Order) -> dict[str, Any]:
    if order.pieces_to_send or list_parcels(order).filter(state=ParcelState.SENT).exists():
        return {"has_moved": True}
    moment = clock.now()
    clocks = {"arrived_at": moment, "receive_by": moment + timedelta(days=order.receive_days)}
    return {"has_moved": True, "receive_stopped_at": order.receive_stopped_at and moment, **clocks}

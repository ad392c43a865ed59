"""Shipping: parcels by line quantities, undone until they move, arriving."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from orders.bundles import part
from orders.models import Order, OrderLine
from orders.moves import lock_order, lock_row, locked_order, move
from orders.services.fulfilment import recover_ship_by, shipped_changes
from orders.services.taking import sum_by_sku, take_pieces
from orders.shipping.models import Direction, Parcel, ParcelLine, ParcelState, Purpose
from orders.shipping.selectors import has_turned_back, list_order_ids, list_parcels
from orders.shipping.services.attaching import attach_photos
from orders.shipping.services.bundled import find_left
from orders.shipping.services.joining import find_live_parcel, lock_to_join, may_join
from orders.shipping.services.lapsing import lapse_intercept
from orders.shipping.services.numbers import Number, lock_numbers
from orders.stages import OVER, AftersaleMark, Stage
from orders.waybills.selectors import has_held
from orders.waybills.services.ending import free_waybill, use_waybill
from shop import clock
from shop.actor import Actor
from shop.catalog.stock.changes import lock_stock, ship_stock, unship_stock
from shop.couriers.known import clean_tracking_no, find_courier
from shop.database.inserts import insert_rows, insert_unless_there
from shop.database.kept import KeptQuery, KeptUpdate, Param
from shop.database.prepared import prepared
from shop.errors import Refused
from shop.store.deliveries import WAYS

MAX_TRACKING_NO = 40
_ID = models.BigIntegerField()
_LINES = KeptQuery(lambda: OrderLine.objects.filter(order_id=Param("order", _ID)).order_by("id"))


def _write_line() -> tuple[models.QuerySet[OrderLine], dict[str, Any]]:
    pieces = models.PositiveIntegerField()
    changes = {name: Param(name, pieces) for name in ("shipped", "reserved")}
    return OrderLine.objects.filter(pk=Param("pk", _ID)), changes


_WRITE_LINE = KeptUpdate(_write_line)


@dataclass(frozen=True)
class NewParcel:
    """One parcel to send; empty `quantities` (line id → pieces) mean all that is left.

    `may_join`: where a live parcel of the same buyer has this number, the goods go into that. `photo_ids` are pictures
    that its packer has sent.
    """

    courier: str = ""
    tracking_no: str = ""
    quantities: Mapping[int, int] = field(default_factory=dict)
    driver_name: str = ""
    driver_phone: str = ""
    may_join: bool = False
    photo_ids: Sequence[int] = ()


def ship_order(
    order_id: int, *, parcels: Sequence[NewParcel], actor: Actor, expected_version: int | None = None
) -> Order:
    """Send parcels: the order is shipped when nothing is left to send, else shipped in part.

    Raises Refused: `held`, `owes`, `line_in_aftersale`, `nothing_chosen`, `more_than_left`, `line_short`,
    `courier_required`, `tracking_required`, `duplicate_tracking` naming the other order, and whether its goods
    `may_join`, `already_done`; `goes_together` while there is an e-waybill for all of its bundle, which it leaves
    otherwise; of e-waybills `label_of_other_order`, `label_not_ready`, `label_left`; of photos
    `too_many_photos`, `bad_photos`.
    """
    with prepared(), locked_order(order_id, "order.ship_part", actor, expected_version) as order:
        send_parcels(order, parcels, actor=actor, left=find_left([order]))
    return order


def send_parcels(
    order: Order,
    parcels: Sequence[NewParcel],
    *,
    actor: Actor,
    together: Sequence[Order] = (),
    left: Collection[int] = (),
) -> None:
    """As `ship_order` for a locked order; `together` are locked others that go with it.

    An order leaves its bundle where that is among `left`.
    """
    nothing = _("Choose what goes into the parcel.")
    if not parcels:
        raise Refused("nothing_chosen", nothing, 400)
    for parcel in parcels:
        number = clean_tracking_no(parcel.tracking_no)
        use_waybill([order, *together], courier=parcel.courier, tracking_no=number, actor=actor)
    lock_numbers([_name_number(parcel) for parcel in parcels])
    lines = {line.pk: line for line in _LINES.fetch(order=order.pk)}
    contents = [take_pieces(parcel.quantities, lines, nothing=nothing) for parcel in parcels]
    # Parcels by their numbers, then goods: who waits for the number of another holds nothing they need.
    by_number = sorted(zip(parcels, contents, strict=True), key=lambda pair: _name_number(pair[0]))
    sent = [_send(order, *each, actor) for each in by_number]
    for line in (lines[line_id] for line_id in sorted(set().union(*contents))):
        _WRITE_LINE.run(pk=line.pk, shipped=line.shipped, reserved=line.reserved)
    pieces = sum_by_sku(lines, contents)
    if together:
        lock_stock(OrderLine.objects.filter(order__in=[order, *together]).values_list("sku_id", flat=True))
    ship_stock(pieces, order_id=order.pk, actor=actor)
    changes = part(order) if order.bundle in left else {}
    _move_shipped(order, sent, pieces.total(), actor, together, changes)


def _name_number(new: NewParcel) -> Number:
    return new.courier, clean_tracking_no(new.tracking_no)


def _send(order: Order, new: NewParcel, quantities: Mapping[int, int], actor: Actor) -> Parcel:
    parcel = Parcel(sent_at=clock.now(), **_carrier(order, new))
    if insert_unless_there(parcel):
        _fill(parcel, quantities)
    elif new.may_join:
        parcel = lock_to_join(order, parcel)
        _add(parcel, quantities)
    else:
        raise find_duplicate(parcel, order)
    if new.photo_ids:
        attach_photos(parcel, new.photo_ids, actor)
    return parcel


def _fill(parcel: Parcel, quantities: Mapping[int, int]) -> None:
    insert_rows(
        [ParcelLine(parcel=parcel, order_line_id=line_id, quantity=n) for line_id, n in quantities.items()]
    )


def _add(parcel: Parcel, quantities: Mapping[int, int]) -> None:
    """As `_fill` for a parcel that may hold pieces of the same lines."""
    for line in parcel.lines.filter(order_line__in=quantities):
        line.quantity += quantities[line.order_line_id]
        line.save(update_fields=["quantity"])
    held = parcel.lines.values_list("order_line_id", flat=True)
    _fill(parcel, {pk: n for pk, n in quantities.items() if pk not in held})


def _carrier(order: Order, new: NewParcel) -> dict[str, Any]:
    if not WAYS[order.delivery].has_number:
        return {"driver_name": new.driver_name.strip()[:40], "driver_phone": new.driver_phone.strip()[:20]}
    return {"courier": new.courier, "tracking_no": read_number(new.courier, new.tracking_no)}


def read_number(courier: str, tracking_no: str) -> str:
    """The number as it is stored. Raises Refused `tracking_required`, `courier_required`."""
    number = clean_tracking_no(tracking_no)
    if not number or len(number) > MAX_TRACKING_NO or not number.isascii():
        raise Refused("tracking_required", _("Type or scan the tracking number."), 400)
    if find_courier(courier) is None:
        raise Refused("courier_required", _("Choose the courier."), 400)
    return number


def find_duplicate(parcel: Parcel, order: Order | None = None) -> Refused:
    """The refusal that names the order whose live parcel has this number, and whether an order's goods may join it."""
    other = find_live_parcel(parcel).order_by("lines__order_line__order")
    number = other.values_list("lines__order_line__order__number", flat=True).first()
    message = _("%(parcel)s has already been used, for order %(number)s.")
    words = {"parcel": parcel.name, "number": number}
    offer = {"may_join": True} if order and may_join(order, other.first()) else {}
    return Refused("duplicate_tracking", message % words, order=number, **offer)


def _move_shipped(
    order: Order,
    sent: Sequence[Parcel],
    pieces: int,
    actor: Actor,
    together: Sequence[Order],
    changes: dict[str, Any],
) -> None:
    changes |= {
        "pieces_shipped": order.pieces_shipped + pieces,
        "has_label": order.has_label and has_held(order),
    }
    # While an after-sale is open the goods rule waits, and says afterwards that all was sent.
    is_all = pieces == order.pieces_to_send and order.aftersale_mark != AftersaleMark.OPEN
    if is_all:
        _check_nothing_held(changes["has_label"])
        changes |= shipped_changes(order)
    data = {"pieces": pieces, "parcels": [describe_parcel(parcel) for parcel in sent]}
    data |= {"together": [other.number for other in together]} if together else {}
    move(order, "order.ship" if is_all else "order.ship_part", actor=actor, changes=changes, data=data)


def _check_nothing_held(has_label: bool) -> None:
    if has_label:
        message = _("Another e-waybill of this order waits for a parcel. Use its number, or void it first.")
        raise Refused("label_left", message)


def describe_parcel(parcel: Parcel) -> dict[str, Any]:
    """What events say of it."""
    return {"id": parcel.pk, "courier": parcel.courier, "tracking_no": parcel.tracking_no}


Seen = Mapping[int, int]
"""Order id → version of the page on which a verb of a parcel was pressed."""
NO_PAGE: Seen = {}
_PASSED_OVER = {
    "order.arrive": OVER,
    "order.exchange_arrive": (Stage.CLOSED,),
    "order.turn_back": (Stage.CLOSED,),
    "order.undo_turn_back": (Stage.CLOSED,),
}


def lock_orders_of_parcel(parcel_id: int, verb: str, *, actor: Actor, seen: Seen) -> list[Order]:
    """Lock every order that has goods in the parcel, in pk order, for one verb of the parcel; the one seen is first.

    Others that are over are passed over when the parcel arrives, those that are closed when it is refused. Raises
    Refused `not_found`, and as `lock_order` does.
    """
    orders = [lock_row(pk) for pk in list_order_ids(parcel_id)]
    if not orders:
        raise Refused("not_found", _("There is no such parcel."), 404)
    passed = _PASSED_OVER.get(verb, ())
    orders = [order for order in orders if order.pk in seen or order.stage not in passed] or orders
    ids = sorted((order.pk for order in orders), key=lambda pk: pk not in seen)
    return [lock_order(pk, verb, actor=actor, expected_version=seen.get(pk)) for pk in ids]


@contextmanager
def locked_parcel(
    parcel_id: int, verb: str, actor: Actor, seen: Seen, wanted: Sequence[Number] = ()
) -> Iterator[tuple[Parcel, list[Order]]]:
    """A transaction with all orders of a parcel locked for a verb, then its number and those `wanted`, then it.

    Raises as `lock_orders_of_parcel`.
    """
    with transaction.atomic():
        known = list_order_ids(parcel_id)
        orders = lock_orders_of_parcel(parcel_id, verb, actor=actor, seen=seen)
        lock_numbers([*Parcel.objects.filter(pk=parcel_id).values_list("courier", "tracking_no"), *wanted])
        parcel = Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)
        if list_order_ids(parcel_id) != known:
            raise Refused(
                "parcel_changed", _("Goods are being added to this parcel. Try again."), retry_after=1
            )
        if parcel.state == ParcelState.MADE:
            raise Refused("parcel_not_sent", _("This parcel has not been handed over yet."))
        if parcel.direction != Direction.OUT:
            raise Refused("parcel_comes_back", _("This parcel comes back to us."))
        yield parcel, orders


def undo_ship(parcel_id: int, *, actor: Actor, seen: Seen = NO_PAGE) -> Order:
    """Take one parcel back before it moves; its pieces are on hand and reserved again, as urgent as they were.

    All its orders are moved, the one seen or the first is returned. One that is late and would close by itself is left
    for `UNDO_GRACE`, to be sent anew. Raises Refused `not_found`, `parcel_undone`, `parcel_not_sent`, `parcel_moved`,
    `goods_came_back`, and `is_exchange` for one that is undone where it was sent.
    """
    with locked_parcel(parcel_id, "order.undo_ship", actor, seen) as (parcel, orders):
        if parcel.purpose == Purpose.EXCHANGE:
            raise Refused("is_exchange", _("This parcel is an exchange: undo it in its after-sale."))
        if parcel.state == ParcelState.UNDONE:
            raise Refused("parcel_undone", _("This parcel has already been undone."))
        if parcel.has_moved or parcel.state == ParcelState.ARRIVED:
            raise Refused("parcel_moved", _("This parcel is already on its way."))
        parcel.state, parcel.undone_at = ParcelState.UNDONE, clock.now()
        parcel.save()
        lapse_intercept(parcel, actor)
        pieces = _take_back(orders, parcel, actor)
        free_waybill(courier=parcel.courier, tracking_no=parcel.tracking_no, actor=actor)
        for order in orders:
            changes = {
                "has_label": has_held(order),
                "pieces_shipped": order.pieces_shipped - pieces[order.pk],
                "shipped_at": None,
                "receive_by": None,
                "ship_by": order.ship_by or recover_ship_by(order),
                "undone_at": parcel.undone_at,
            }
            data = {"parcels": [describe_parcel(parcel)]}
            move(order, "order.undo_ship", actor=actor, changes=changes, data=data)
    return orders[0]


def _take_back(orders: Sequence[Order], parcel: Parcel, actor: Actor) -> dict[int, int]:
    """Reserve its pieces again; order id → pieces."""
    back: dict[int, Counter[int]] = {order.pk: Counter() for order in orders}
    for parcel_line in parcel.lines.select_related("order_line"):
        line = parcel_line.order_line
        if line.returned > line.shipped + line.resent - parcel_line.quantity:
            raise Refused("goods_came_back", _("Goods of this parcel have come back already."))
        line.shipped -= parcel_line.quantity
        line.reserved += parcel_line.quantity
        line.save(update_fields=["shipped", "reserved"])
        back[line.order_id][line.sku_id] += parcel_line.quantity
    lock_stock(set().union(*back.values()))
    for order_id, pieces in back.items():
        unship_stock(pieces, order_id=order_id, actor=actor)
    return {order_id: pieces.total() for order_id, pieces in back.items()}


def arrive_parcel(parcel_id: int, *, actor: Actor, seen: Seen = NO_PAGE) -> Order:
    """A parcel was delivered; for each of its orders of which it was the last one out, the receive clock starts anew.

    An exchange arrives at an order that is completed, too. All its orders are moved, the one seen or the first is
    returned. Raises Refused `not_found`, `parcel_not_sent`, `parcel_arrived`.
    """
    is_exchange = Parcel.objects.filter(pk=parcel_id, purpose=Purpose.EXCHANGE).exists()
    verb = "order.exchange_arrive" if is_exchange else "order.arrive"
    with locked_parcel(parcel_id, verb, actor, seen) as (parcel, orders):
        if parcel.state != ParcelState.SENT:
            raise Refused("parcel_arrived", _("This parcel has already been delivered or undone."))
        parcel.state, parcel.arrived_at, parcel.has_moved = ParcelState.ARRIVED, clock.now(), True
        parcel.turned_back_at = None
        if not is_exchange:
            parcel.case_number = ""
        parcel.save()
        lapse_intercept(parcel, actor)
        data: dict[str, Any] = {"parcels": [describe_parcel(parcel)]}
        data |= {"case_number": parcel.case_number} if is_exchange else {}
        for order in orders:
            move(order, verb, actor=actor, changes=_arrived_changes(order), data=data)
    return orders[0]


def _arrived_changes(order: Order) -> dict[str, Any]:
    moved = {"has_moved": True, "is_coming_back": order.is_coming_back and has_turned_back(order)}
    if order.stage == Stage.DONE:
        return moved
    if order.pieces_to_send or list_parcels(order).filter(state=ParcelState.SENT).exists():
        return moved
    moment = clock.now()
    clocks = {"arrived_at": moment, "receive_by": moment + timedelta(days=order.receive_days)}
    return {**moved, "receive_stopped_at": order.receive_stopped_at and moment, **clocks}

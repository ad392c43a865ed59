"""Stock changes: guarded single statements in SKU order, each with its movement rows.

Callers hold the order's lock; SKUs are taken in id order so that two orders never deadlock.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import Actor
from shop.catalog.models import MovementKind, Sku, StockMovement
from shop.catalog.stock.low import record_level, record_levels
from shop.database.inserts import insert_rows
from shop.errors import Refused
from shop.moves.services import locked, move

Quantities = Mapping[int, int]


def reserve_stock(quantities: Quantities, *, order_id: int, actor: Actor) -> None:
    """Reserve all of `quantities` (SKU id → pieces) or raise Refused `out_of_stock` naming the SKU."""
    crossed = []
    for sku_id, quantity in sorted(quantities.items()):
        has_crossed = _take_free(sku_id, quantity)
        if has_crossed is None:
            raise _out_of_stock(sku_id)
        crossed += [sku_id] if has_crossed else []
    _record(MovementKind.RESERVE, quantities, (0, 1), order_id=order_id, actor=actor)
    record_levels(crossed)


_HAS_CROSSED = "RETURNING (on_hand - reserved <= low_at) <> has_run_low"
"""Asked in the statement that changes the stock, so that a level that is not crossed costs no query."""


def _take_free(sku_id: int, quantity: int) -> bool | None:
    """Reserve pieces if so many are free: guard and change in one statement, which every order runs.

    Says whether the SKU's low level was crossed, or None when fewer are free.
    """
    return _update(
        f"UPDATE catalog_sku SET reserved = reserved + %s WHERE id = %s AND on_hand >= reserved + %s {_HAS_CROSSED}",  # noqa: S608 - no input
        [quantity, sku_id, quantity],
    )


def _add(sku_id: int, on_hand: int, reserved: int) -> bool | None:
    """Change the pieces of a SKU by so many; says whether its low level was crossed."""
    return _update(
        f"UPDATE catalog_sku SET on_hand = on_hand + %s, reserved = reserved + %s WHERE id = %s {_HAS_CROSSED}",  # noqa: S608 - no input
        [on_hand, reserved, sku_id],
    )


def _update(sql: str, values: list[int]) -> bool | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return bool(rows[0][0]) if rows else None


def check_stock(quantities: Quantities) -> None:
    """Raise Refused `out_of_stock` unless all of `quantities` is there now; nothing is reserved."""
    for sku in Sku.objects.filter(pk__in=list(quantities)).order_by("pk"):
        if sku.sellable < quantities[sku.pk]:
            raise _out_of_stock(sku.pk)


def _out_of_stock(sku_id: int) -> Refused:
    sku = Sku.objects.select_related("product").get(pk=sku_id)
    message = _("“%(sku)s” has only %(left)d left.") % {"sku": sku, "left": sku.sellable}
    return Refused("out_of_stock", message, sku_id=str(sku_id), left=sku.sellable)


def reserve_what_is_there(quantities: Quantities, *, order_id: int, actor: Actor) -> dict[int, int]:
    """Reserve as much of each SKU as there is; returns SKU id → pieces reserved (a paid order may be short)."""
    locked = lock_stock(quantities)
    taken = {sku_id: min(quantity, locked[sku_id].sellable) for sku_id, quantity in quantities.items()}
    taken = {sku_id: quantity for sku_id, quantity in sorted(taken.items()) if quantity > 0}
    _change(MovementKind.RESERVE, taken, (0, 1), order_id=order_id, actor=actor)
    return taken


def release_stock(quantities: Quantities, *, order_id: int, actor: Actor, is_recounted: bool = False) -> None:
    """Give reserved pieces back for sale; `is_recounted`: the level is recorded by the count that follows."""
    crossed = _move(MovementKind.RELEASE, quantities, (0, -1), order_id=order_id, actor=actor)
    if not is_recounted:
        record_levels(crossed)


def ship_stock(quantities: Quantities, *, order_id: int, actor: Actor) -> None:
    """Reserved pieces leave the house."""
    _change(MovementKind.SHIP, quantities, (-1, -1), order_id=order_id, actor=actor)


def lock_stock(ids: Iterable[int]) -> dict[int, Sku]:
    """Lock SKUs in id order, where the verb changes their stock for several orders one after the other."""
    rows = Sku.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {sku.pk: sku for sku in rows}


def unship_stock(quantities: Quantities, *, order_id: int, actor: Actor) -> None:
    """Pieces of an undone parcel are back and reserved as before."""
    _change(MovementKind.UNSHIP, quantities, (1, 1), order_id=order_id, actor=actor)


def return_stock(quantities: Quantities, scrapped: Quantities, *, order_id: int, actor: Actor) -> None:
    """Pieces that were sent are back; of these `scrapped` are fit for nobody and leave again at once."""
    crossed = _move(MovementKind.RETURN, quantities, (1, 0), order_id=order_id, actor=actor)
    crossed += _move(MovementKind.SCRAP, scrapped, (-1, 0), order_id=order_id, actor=actor)
    record_levels(crossed)


def exchange_stock(quantities: Quantities, *, order_id: int, actor: Actor) -> None:
    """Pieces leave in exchange for what came back, of those that nobody has reserved.

    Raises Refused `not_enough_stock` naming the SKU.
    """
    crossed = []
    for sku_id, quantity in sorted(quantities.items()):
        has_crossed = _take_unreserved(sku_id, quantity)
        if has_crossed is None:
            raise _not_enough_stock(sku_id)
        crossed += [sku_id] if has_crossed else []
    _record(MovementKind.EXCHANGE, quantities, (-1, 0), order_id=order_id, actor=actor)
    record_levels(crossed)


def _take_unreserved(sku_id: int, quantity: int) -> bool | None:
    """As `_take_free` for pieces that leave the house at once."""
    return _update(
        f"UPDATE catalog_sku SET on_hand = on_hand - %s WHERE id = %s AND on_hand >= reserved + %s {_HAS_CROSSED}",  # noqa: S608 - no input
        [quantity, sku_id, quantity],
    )


def _not_enough_stock(sku_id: int) -> Refused:
    sku = Sku.objects.select_related("product").get(pk=sku_id)
    message = _("Of “%(sku)s” only %(left)d are on hand that no order has reserved.")
    left = sku.on_hand - sku.reserved
    words = {"sku": sku, "left": left}
    return Refused("not_enough_stock", message % words, sku_id=str(sku_id), left=left)


def unexchange_stock(quantities: Quantities, *, order_id: int, actor: Actor) -> None:
    """Pieces of an exchange that was undone are on hand again, for anybody."""
    _change(MovementKind.UNEXCHANGE, quantities, (1, 0), order_id=order_id, actor=actor)


def _change(
    kind: MovementKind, quantities: Quantities, signs: tuple[int, int], *, order_id: int, actor: Actor
) -> None:
    record_levels(_move(kind, quantities, signs, order_id=order_id, actor=actor))


def _move(
    kind: MovementKind, quantities: Quantities, signs: tuple[int, int], *, order_id: int, actor: Actor
) -> list[int]:
    """Change pieces with their movements; returns the SKUs whose low level was crossed."""
    crossed = [
        sku_id
        for sku_id, quantity in sorted(quantities.items())
        if _add(sku_id, signs[0] * quantity, signs[1] * quantity)
    ]
    _record(kind, quantities, signs, order_id=order_id, actor=actor)
    return crossed


def _record(
    kind: MovementKind, quantities: Quantities, signs: tuple[int, int], *, order_id: int, actor: Actor
) -> None:
    moment = clock.now()
    rows = [
        StockMovement(
            sku_id=sku_id,
            kind=kind,
            on_hand_delta=signs[0] * quantity,
            reserved_delta=signs[1] * quantity,
            order_id=order_id,
            actor_kind=actor.kind,
            actor_name=actor.name,
            at=moment,
        )
        for sku_id, quantity in sorted(quantities.items())
        if quantity
    ]
    insert_rows(rows)


def correct_stock(
    sku_id: int, *, on_hand: int, reason: str, actor: Actor, expected_version: int | None = None
) -> Sku:
    """Set what was counted on the shelf, with a reason.

    Raises Refused `below_reserved` when fewer are counted than orders have reserved, `reason_required`, and as
    `lock_subject` does.
    """
    reason = require_reason(reason)
    with locked(Sku, sku_id, "stock.correct", actor, expected_version) as sku:
        if on_hand < sku.reserved:
            message = _(
                "%(reserved)d are reserved by orders. A stock-take takes them from the newest orders."
            )
            raise Refused("below_reserved", message % {"reserved": sku.reserved}, reserved=sku.reserved)
        set_on_hand(sku, on_hand, reason=reason, actor=actor)
    return sku


def require_reason(reason: str) -> str:
    """The reason as it is stored. Raises Refused `reason_required`."""
    if not reason.strip():
        raise Refused("reason_required", _("Say why the stock is corrected."), 400)
    return reason.strip()[:200]


def set_on_hand(
    sku: Sku, on_hand: int, *, reason: str, actor: Actor, data: dict[str, Any] | None = None
) -> None:
    """Write a count to a locked SKU that has not more reserved, with its movement and event, if it differs."""
    was, sku.on_hand = sku.on_hand, on_hand
    if was != on_hand:
        _write_count(sku, was, reason=reason, actor=actor, data=data or {})
    record_level(sku)


def _write_count(sku: Sku, was: int, *, reason: str, actor: Actor, data: dict[str, Any]) -> None:
    StockMovement.objects.create(
        sku=sku,
        kind=MovementKind.CORRECT,
        on_hand_delta=sku.on_hand - was,
        actor_kind=actor.kind,
        actor_name=actor.name,
        reason=reason,
        at=clock.now(),
    )
    facts = {"before": was, "after": sku.on_hand, "reason": reason}
    move(sku, "stock.correct", actor=actor, changes={"on_hand": sku.on_hand}, data=facts | data)

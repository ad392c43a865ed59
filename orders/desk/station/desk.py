"""What stands before the packer: the order, its box, and the next thing to do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from orders.companions import name_companions
from orders.models import Order
from orders.moves import check_move
from orders.packing.models import Packing
from orders.packing.selectors import Box, find_open_packing, read_box
from orders.packing.services.opening import VERB
from orders.packing.services.sending import find_carrier, find_waybill
from orders.scope import orders_in_scope
from orders.selectors import with_secrets
from orders.services.marks import list_marks
from orders.services.postponing import find_postponed
from orders.states import MOVES
from orders.waybills.models import Waybill, WaybillState
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.errors import Refused
from shop.spelling import normalise
from shop.store.deliveries import WAYS


@dataclass(frozen=True)
class Desk:
    """`marks`: what must not be overlooked; `obstacle`: why the order may not be packed at all.

    `waybill`: the one that its parcel goes under.
    """

    order: Order | None = None
    packing: Packing | None = None
    box: Box = Box(())  # noqa: RUF009 - it is frozen
    is_mine: bool = False
    marks: tuple[str, ...] = ()
    obstacle: Any = ""
    waybill: Waybill | None = None
    courier: str = ""
    number: str = ""
    companions: Sequence[str] = ()

    @property
    def has_begun(self) -> bool:
        """Whether something of this person's would be left lying about."""
        return self.is_mine and self.box.packed > 0

    @property
    def is_ready_for_number(self) -> bool:
        return self.stage in ("number", "waiting", "courier", "ready")

    @property
    def courier_name(self) -> str:
        courier = find_courier(self.courier)
        return courier.name if courier else ""

    @property
    def stage(self) -> str:
        """Which next thing to do stands there in large type."""
        if self.order is None:
            return "empty"
        if self.obstacle or not self.is_mine:
            return "look"
        if not self.box.is_complete:
            return "pack"
        return self._find_sending_stage(self.order)

    def _find_sending_stage(self, order: Order) -> str:
        if not WAYS[order.delivery].has_number:
            return "ready"
        if self.number:
            return "ready" if self.courier else "courier"
        return "waiting" if self.waybill and self.waybill.is_waiting else "number"

    @property
    def can_print(self) -> bool:
        """Whether the label of the parcel is there."""
        return bool(self.waybill and self.waybill.state == WaybillState.ISSUED)


def find_order(code: str, actor: Actor) -> Order | None:
    """The actor's order that a code names."""
    number = normalise(code)
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    return with_secrets(orders_in_scope(actor)).filter(number=number).first()


def read_desk(number: str, actor: Actor) -> Desk:
    """The desk with this order on it; an empty one where there is none that the actor may see."""
    order = find_order(number, actor)
    if order is None:
        return Desk()
    packing = find_open_packing(order.pk)
    desk = Desk(
        order,
        packing,
        read_box(order, packing),
        marks=tuple(list_marks(order, is_postponed=bool(find_postponed([order.pk])))),
        obstacle=_find_obstacle(order, actor),
        companions=name_companions(order),
    )
    if packing is None or packing.packer_id != actor.id:
        return desk
    courier, tracking_no = find_carrier(order, packing)
    return replace(desk, is_mine=True, waybill=find_waybill(order), courier=courier, number=tracking_no)


def _find_obstacle(order: Order, actor: Actor) -> Any:
    try:
        check_move(order, MOVES[VERB], actor)
    except Refused as refused:
        return refused.message
    return ""

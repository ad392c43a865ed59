"""Who packs an order: beginning, taking over, leaving."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.guards import not_short
from orders.models import Order
from orders.moves import locked_order
from orders.packing.models import Packing, PackingScan, Verdict
from orders.packing.selectors import (
    count_wrong_scans,
    find_last_scan_at,
    find_open_packing,
    is_free,
    read_box,
)
from shop import clock
from shop.actor import Actor
from shop.errors import Refused
from shop.moves import services
from shop.words import fill

VERB = "order.ship_part"
"""What packing leads to: who may not do it now has no reason to pack."""


@dataclass(frozen=True)
class Press:
    """One scan as it was sent: `key` stays the same whenever it is sent again."""

    key: str
    actor: Actor

    @property
    def staff_id(self) -> int:
        return self.actor.id or 0


def open_packing(order_id: int, press: Press, *, agreed: str = "") -> Packing:
    """Begin to pack an order, go on with it, or take it over from somebody who has gone.

    From somebody who has not it is taken over with `agreed`, the `ask` of the refusal. Raises Refused `being_packed`,
    `nothing_to_pack`, `short`, and as `lock_order` does for shipping.
    """
    actor = press.actor
    with locked_order(order_id, VERB, actor) as order:
        _check_goods(order)
        packing = find_open_packing(order_id)
        if packing is None:
            packing = _begin(order, actor)
        else:
            packing = services.lock_row(Packing, packing.pk)
            _take_over(packing, actor, agreed)
        write_scan(packing, press, Verdict.ORDER)
    return packing


def _check_goods(order: Order) -> None:
    box = read_box(order, None)
    if box.needed:
        return
    if box.places and (refused := not_short(order)):
        raise refused
    raise Refused("nothing_to_pack", _("Nothing of this order is left to send."))


def _begin(order: Order, actor: Actor) -> Packing:
    packing = Packing(order=order, packer_id=actor.id or 0, packer_name=actor.name[:80], taken_at=clock.now())
    services.begin(packing, "packing.begin", actor=actor)
    return packing


def _take_over(packing: Packing, actor: Actor, agreed: str) -> None:
    if packing.packer_id == actor.id:
        return
    if not is_free(packing) and agreed != make_ask(packing):
        raise _refuse_other(packing, _("%(who)s is packing this order (last scan %(at)s)."))
    changes = {"packer_id": actor.id, "packer_name": actor.name[:80], "taken_at": clock.now()}
    data = {"taken_from": packing.packer_name}
    services.move(packing, "packing.take_over", actor=actor, changes=changes, data=data)


def make_ask(packing: Packing) -> str:
    """What somebody agrees to who takes over: this packing as it stood when they were asked."""
    return f"take:{packing.pk}.{packing.version}"


def _refuse_other(packing: Packing, sentence: Any) -> Refused:
    at = timezone.localtime(find_last_scan_at(packing))
    words = {"who": packing.packer_name, "at": f"{at:%H:%M}"}
    return Refused("being_packed", fill(sentence, words), ask=make_ask(packing))


def leave_packing(order_id: int, press: Press) -> None:
    """Give up what is packed so far: the goods go back to their shelves. Raises Refused `not_packed`."""
    with transaction.atomic():
        services.lock_row(Order, order_id, actor=press.actor)
        packing = _lock_own(order_id, press.actor, "packing.leave")
        data = {"wrong_scans": count_wrong_scans(packing)}
        services.move(packing, "packing.leave", actor=press.actor, changes=make_end(), data=data)


@contextmanager
def locked_own(order_id: int, press: Press) -> Iterator[tuple[Order, Packing]]:
    """A transaction with an order that may be shipped, and its packing by this person, both locked.

    Raises Refused `not_packed`, `being_packed`, and as `lock_order` does.
    """
    with locked_order(order_id, VERB, press.actor) as order:
        yield order, _lock_own(order_id, press.actor, "packing.wrong")


def _lock_own(order_id: int, actor: Actor, verb: str) -> Packing:
    packing = find_open_packing(order_id)
    if packing is None:
        raise Refused("not_packed", _("Nobody packs this order. Scan its slip."))
    packing = services.lock_subject(Packing, packing.pk, verb, actor=actor)
    if packing.packer_id != actor.id:
        raise _refuse_other(packing, _("%(who)s has taken this order over (last scan %(at)s)."))
    return packing


def make_end() -> dict[str, Any]:
    """The columns of a packing that is over."""
    return {"ended_at": clock.now()}


def write_scan(packing: Packing, press: Press, verdict: Verdict, **columns: Any) -> PackingScan:
    """Keep one scan of a locked packing."""
    return PackingScan.objects.create(
        packing=packing,
        key=press.key,
        staff_id=press.staff_id,
        verdict=verdict,
        at=clock.now(),
        **columns,
    )

"""Every order that waits to be shipped, as rows of the sheet that ships them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.db.models import Q

from orders.models import Order, OrderLine
from orders.scope import real_orders_in_scope
from orders.selectors import with_secrets
from orders.stages import TO_SHIP, Stage
from orders.states import MOVES
from orders.waybills.models import HELD, Waybill
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.crypto import mask_address, mask_name, mask_phone
from shop.jobs.sheets.kinds import MAX_ROWS
from shop.store.deliveries import WAYS

_AT_ONCE = 500
_Labels = dict[int, list[tuple[str, str]]]
_BY_COURIER = [name for name, way in WAYS.items() if way.has_number]


@dataclass
class Waiting:
    """The rows, in constant memory, and how many there were; `is_full` shows recipients unmasked."""

    actor: Actor
    is_full: bool = False
    count: int = 0

    def list_rows(self) -> Iterator[list[Any]]:
        """The oldest of each stage first, as many as a sheet may have; what cannot be shipped now is left out."""
        orders = chain.from_iterable(self._list_orders(stage) for stage in reversed(TO_SHIP))
        for cells in islice(orders, MAX_ROWS):
            self.count += 1
            yield cells

    def _list_orders(self, stage: Stage) -> Iterator[list[Any]]:
        last = 0
        while batch := self._read_batch(stage, last):
            last = batch[-1].pk
            may_go = [order for order in batch if self._may_go(order)]
            labels = _map_labels([order for order in may_go if order.has_label])
            yield from self._make_rows([order for order in may_go if _has_numbers(order, labels)], labels)

    def _read_batch(self, stage: Stage, after: int) -> list[Order]:
        waiting = real_orders_in_scope(self.actor).filter(stage=stage, delivery__in=_BY_COURIER, pk__gt=after)
        return list(with_secrets(waiting).order_by("pk")[:_AT_ONCE])

    def _may_go(self, order: Order) -> bool:
        return not order.is_short and not any(MOVES["order.ship_part"].list_refusals(order, self.actor.kind))

    def _make_rows(self, orders: Sequence[Order], labels: _Labels) -> Iterator[list[Any]]:
        lines = _map_lines([order.pk for order in orders])
        for order in orders:
            own = labels.get(order.pk, ())
            label = own[0] if len(own) == 1 else ("", "")
            yield [order.number, *label, "", "", *self._describe(order, lines)]

    def _describe(self, order: Order, lines: dict[int, list[str]]) -> list[str]:
        goods = "；".join(lines.get(order.pk, ()))
        remark = str(order.buyer_remark)
        if self.is_full:
            address = f"{order.region}{order.address_detail}"
            return [goods, str(order.recipient), str(order.phone), address, remark]
        address = f"{order.region}{mask_address(order.address_detail)}"
        return [goods, mask_name(order.recipient), mask_phone(order.phone), address, remark]


def _map_lines(order_ids: Sequence[int]) -> dict[int, list[str]]:
    """Order id → what is left to send, in words; one query."""
    found: dict[int, list[str]] = {}
    for line in OrderLine.objects.filter(order__in=order_ids).select_related("sku").order_by("pk"):
        if line.to_send:
            words = f"{line.sku.code} {line.product_name} {line.sku_name} ×{line.to_send}"
            found.setdefault(line.order_id, []).append(words)
    return found


def _map_labels(orders: Sequence[Order]) -> _Labels:
    """Order id → courier and number of each e-waybill that waits for its parcel, also one of all that goes together."""
    if not orders:
        return {}
    by_bundle: dict[int | None, list[int]] = defaultdict(list)
    for order in orders:
        if order.bundle:
            by_bundle[order.bundle].append(order.pk)
    found: _Labels = defaultdict(list)
    theirs = Q(order__in=[order.pk for order in orders]) | Q(bundle__in=list(by_bundle))
    waybills = Waybill.objects.filter(HELD, theirs)
    for order_id, bundle, code, number in waybills.values_list(
        "order_id", "bundle", "courier", "tracking_no"
    ):
        courier = find_courier(code)
        for pk in {order_id, *by_bundle[bundle]}:
            found[pk].append((courier.name_zh if courier else code, number))
    return found


def _has_numbers(order: Order, labels: _Labels) -> bool:
    """Whether none of its e-waybills is still to get its number, before which it cannot be shipped by a sheet."""
    return all(number for _courier, number in labels.get(order.pk, ()))

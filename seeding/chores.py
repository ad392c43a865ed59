"""Errands of the past as calls of the real verbs."""

from collections.abc import Callable

from orders.models import OrderLine
from orders.services.stocktake import Count, count_stock, plan_taking
from orders.stages import IN_HAND
from seeding.errands import Errand, Task
from seeding.world import World
from shop.catalog.models import Sku
from shop.customers.balance import change_balance
from shop.customers.care import block_customer, set_remark
from shop.customers.erasure import ask_erasure


def run_errand(world: World, errand: Errand) -> None:
    """Do one errand. Raises Refused when the plan asks for what the shop does not allow."""
    TASKS[errand.task](world, errand)


def _count(world: World, errand: Errand) -> None:
    on_hand = dict(Sku.objects.values_list("code", "on_hand"))
    counts = [Count(world.sku_ids[code], on_hand[code] + off) for code, off in errand.counts]
    count_stock(counts, reason=errand.text, actor=world.staff[errand.who])


def _find_one_missing(world: World, errand: Errand) -> None:
    """Fewer are on the shelf than orders were promised: the newest of them runs short by one."""
    if (sku := _find_promised(world)) is not None:
        count = Count(sku.pk, sku.reserved - 1)
        count_stock([count], reason=errand.text, actor=world.staff[errand.who])


def _find_promised(world: World) -> Sku | None:
    """The SKU of which least would have to vanish for an order in hand to run short; not an unpaid one.

    Orders that show something else are left alone: those with a label, and those that are to be sent together.
    """
    waiting = OrderLine.objects.filter(
        order__stage__in=IN_HAND, order__is_held=False, reserved__gt=0, short=0, sku__is_presale=False
    )
    waiting = waiting.filter(order__has_label=False).exclude(order__in=world.list_all_companions())
    skus = Sku.objects.filter(pk__in=waiting.values("sku_id")).order_by("on_hand", "pk")
    in_hand = set(waiting.values_list("order_id", flat=True))
    return next((sku for sku in skus if plan_taking(sku, sku.reserved - 1)[0].order_id in in_hand), None)


def _remark(world: World, errand: Errand) -> None:
    set_remark(world.customers[errand.buyer].pk, text=errand.text, actor=world.staff[errand.who])


def _top_up(world: World, errand: Errand) -> None:
    customer, actor = world.customers[errand.buyer], world.staff[errand.who]
    change_balance(customer.pk, delta_fen=errand.amount_fen, reason=errand.text, actor=actor)


def _block(world: World, errand: Errand) -> None:
    block_customer(world.customers[errand.buyer].pk, reason=errand.text, actor=world.staff[errand.who])


def _ask_erasure(world: World, errand: Errand) -> None:
    ask_erasure(world.customers[errand.buyer].pk, actor=world.staff[errand.who])


TASKS: dict[Task, Callable[[World, Errand], None]] = {
    Task.COUNT: _count,
    Task.FIND_ONE_MISSING: _find_one_missing,
    Task.REMARK_BUYER: _remark,
    Task.BLOCK_BUYER: _block,
    Task.TOP_UP: _top_up,
    Task.ASK_ERASURE: _ask_erasure,
}

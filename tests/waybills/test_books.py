"""Each book of labels, parcels, prints and packings finds the row that breaks it, and no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from orders.collections.models import Collection
from orders.collections.services.asking import ask_collection
from orders.models import Order, OrderLine
from orders.packing.models import Packing, PackingScan, Verdict
from orders.packing.services.opening import Press, open_packing
from orders.packing.services.scanning import count_goods
from orders.packing.services.sending import set_number, ship_packed
from orders.printing.models import PrintJob
from orders.printing.services.asking import print_on
from orders.shipping.models import Intercept, InterceptKind, Parcel, ParcelLine
from orders.shipping.services.intercepting import Wish, ask_intercept
from orders.shipping.services.ship import NewParcel, ship_order
from orders.waybills.models import Waybill
from shop import clock
from tests import cast
from tests.collecting.conftest import soon
from tests.conftest import find_broken_books
from tests.printing.conftest import make_printer
from tests.waybills.conftest import WAREHOUSE, ScriptedProvider, answer, ask

Break = Callable[[Order], Any]


def press(order: Order, name: str) -> Press:
    return Press(f"{order.pk:016x}{name:>16}".replace(" ", "0"), WAREHOUSE)


def busy_order() -> Order:
    """Part of it went under a label of its own, packed at the station; the rest waits with another."""
    order = cast.prepared_order(basket={cast.make_sku().pk: 2, cast.make_sku().pk: 1})
    first, second = order.lines.order_by("pk").select_related("sku")
    used = answer(ask(order, place=2, contents={first.pk: 2}))
    ship_order(order.pk, parcels=[NewParcel("ZTO", used.tracking_no, {first.pk: 2})], actor=WAREHOUSE)
    parcel = Parcel.objects.get(tracking_no=used.tracking_no)
    print_on(order.pk, printer_id=make_printer().pk, actor=WAREHOUSE)
    ask_intercept(parcel.pk, order_id=order.pk, wish=Wish(InterceptKind.STOP), actor=WAREHOUSE)
    open_packing(order.pk, press(order, "a"))
    count_goods(order.pk, second.sku, code=second.sku.code, press=press(order, "b"))
    set_number(order.pk, f"7700000000{order.pk:04d}", press=press(order, "c"), courier="ZTO")
    ship_packed(order.pk, press(order, "d"))
    return order


def rows(model: Any, path: str = "order", **changes: Any) -> Break:
    return lambda order: model.objects.filter(**{path: order.pk}).update(**changes)


def parcels(order: Order) -> Any:
    return Parcel.objects.filter(pk__in=ParcelLine.objects.filter(order_line__order=order).values("parcel"))


def one_number_twice(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX tracking_no_of_one_live_parcel")
    parcels(order).update(tracking_no="75000000000001")


def goods_of_another(order: Order) -> None:
    stranger = cast.prepared_order().lines.get()
    ParcelLine.objects.filter(order_line__order=order).update(order_line=stranger)


def nothing_in_it(order: Order) -> None:
    ParcelLine.objects.filter(order_line__order=order).delete()


def packed_otherwise(order: Order) -> None:
    other = OrderLine.objects.filter(order=order).order_by("pk").first()
    PackingScan.objects.filter(packing__order=order, verdict=Verdict.RIGHT).update(line=other)
    PackingScan.objects.filter(packing__order=order).update(verdict=Verdict.RIGHT, line=other)


def held_without_a_label(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(has_label=True)


BREAKS: list[tuple[str, Break]] = [
    ("B5.1", rows(Waybill, state="void")),
    ("B5.1", rows(Packing, state="left")),
    ("B5.1", rows(PrintJob, version=9)),
    ("B5.1", rows(Intercept, state="done")),
    ("B5.1", rows(Collection, state="failed", next_try_at=None)),
    ("B7.1", rows(Waybill, tracking_no="")),
    ("B7.2", held_without_a_label),
    ("B7.3", rows(Collection, next_try_at=None)),
    ("B7.8", rows(Waybill, next_try_at=clock.now())),
    ("B7.9", rows(Waybill, tracking_no="")),
    ("B14", rows(PrintJob, next_try_at=None)),
    ("B9", one_number_twice),
    ("B9.1", nothing_in_it),
    ("B2.2", goods_of_another),
    ("B9.2", lambda order: parcels(order).update(sent_at=None)),
    ("B9.2", lambda order: parcels(order).update(undone_at=clock.now())),
    ("B9.2", lambda order: parcels(order).update(state="undone")),
    ("B9.2", lambda order: parcels(order).update(state="arrived")),
    ("B9.3", rows(Waybill, tracking_no="75999999999999")),
    ("B9.4", lambda order: parcels(order).update(state="arrived")),
    ("B2.2", lambda order: parcels(order).update(direction="back")),
    ("B2.2", rows(ParcelLine, "order_line__order", quantity=9)),
    ("B13", rows(Packing, state="open")),
    ("B13", rows(Packing, ended_at=None)),
    ("B13.1", packed_otherwise),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("code", "spoil"), BREAKS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BREAKS)])
def test_a_book_names_what_breaks_it(provider: ScriptedProvider, code: str, spoil: Break) -> None:
    order, sound = busy_order(), busy_order()
    for each in (order, sound):
        parcel = parcels(each).order_by("pk").first()
        ask_collection(parcel.pk, order_id=each.pk, window=soon(), actor=WAREHOUSE)
    assert find_broken_books() == []
    with transaction.atomic():
        spoil(order)
        found = [row for row in find_broken_books() if row.startswith(f"{code} ")]
        transaction.set_rollback(True)
    assert found and not any(sound.number in row for row in found)

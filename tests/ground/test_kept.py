"""A kept query gives what the queryset gives, with the values of each call."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Exists, F, OuterRef
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from shop import clock
from shop.catalog.models import Sku
from shop.customers.models import Customer
from shop.database.kept import KeptQuery, KeptUpdate, Param, reads_all
from tests import cast
from tests.races.conftest import run_together

pytestmark = pytest.mark.django_db


def find_by_openid() -> "models.QuerySet[Customer]":
    return Customer.objects.filter(openid=Param("openid", models.CharField()))


def test_each_call_has_its_own_values() -> None:
    kept, people = KeptQuery(find_by_openid), [cast.make_customer(f"买家{n}") for n in range(3)]
    for person in people:
        found = kept.first(openid=person.openid)
        assert found is not None
        assert vars(found) | {"_state": None} == vars(Customer.objects.get(pk=person.pk)) | {"_state": None}
    assert kept.first(openid="nobody") is None
    assert kept.fetch(openid="nobody") == []


def test_encrypted_columns_relations_and_annotations_are_read() -> None:
    cast.open_shop()
    order = cast.place()
    kept = KeptQuery(
        lambda: (
            Order.objects.select_related("customer")
            .annotate(
                is_blocked_buyer=Exists(Customer.objects.filter(pk=OuterRef("customer"), is_blocked=True))
            )
            .filter(
                placed_at__gte=Param("since", models.DateTimeField()),
                pk=Param("pk", models.BigIntegerField()),
            )
        )
    )
    found: Any = kept.first(since=clock.now() - timedelta(days=1), pk=order.pk)
    assert (found.phone, found.customer.nickname) == (order.phone, order.customer.nickname)
    assert found.is_blocked_buyer is False
    assert kept.first(since=clock.now() + timedelta(days=1), pk=order.pk) is None


def test_what_is_found_can_be_written() -> None:
    sku = cast.make_sku(on_hand=5)
    kept = KeptQuery(lambda: Sku.objects.filter(pk=Param("pk", models.BigIntegerField())))
    found = kept.fetch(pk=sku.pk)[0]
    found.name = "罐装"
    found.save()
    assert Sku.objects.filter(pk=sku.pk, name="罐装", on_hand=F("reserved") + 5).exists()


def test_its_sql_is_put_together_once() -> None:
    asked: list[int] = []

    def make() -> "models.QuerySet[Customer]":
        asked.append(1)
        return find_by_openid()

    kept = KeptQuery(make)
    with CaptureQueriesContext(connection) as queries:
        for n in range(4):
            kept.first(openid=str(n))
    assert (len(asked), len(queries)) == (1, 4)


@pytest.mark.django_db(transaction=True)
def test_many_threads_may_begin_at_once() -> None:
    person, kept = cast.make_customer(), KeptQuery(find_by_openid)
    assert run_together([lambda: kept.first(openid=person.openid)] * 8) == [person] * 8


def test_a_kept_update_writes_what_the_queryset_would_with_the_values_of_each_call() -> None:
    asked: list[int] = []

    def make() -> tuple["models.QuerySet[Sku]", dict[str, Any]]:
        asked.append(1)
        rows = Sku.objects.filter(pk=Param("pk", models.BigIntegerField()), is_on_sale=True)
        return rows, {"low_at": Param("low_at", Sku._meta.get_field("low_at")), "version": F("version") + 1}

    kept, skus = KeptUpdate(make), [cast.make_sku(on_hand=5) for _ in range(2)]
    versions = [sku.version for sku in skus]
    with CaptureQueriesContext(connection) as queries:
        assert [kept.run(pk=sku.pk, low_at=at) for at, sku in enumerate(skus, start=3)] == [1, 1]
        assert kept.run(pk=0, low_at=9) == 0
    assert (len(asked), len(queries)) == (1, 3)
    for at, (sku, version) in enumerate(zip(skus, versions, strict=True), start=3):
        sku.refresh_from_db()
        assert (sku.low_at, sku.version) == (at, version + 1)


def test_a_kept_update_writes_nothing_as_null() -> None:
    cast.open_shop()
    order = cast.place()
    kept = KeptUpdate(
        lambda: (
            Order.objects.filter(pk=Param("pk", models.BigIntegerField())),
            {"pay_by": Param("pay_by", Order._meta.get_field("pay_by"))},
        )
    )
    assert order.pay_by is not None and kept.run(pk=order.pk, pay_by=None) == 1
    assert Order.objects.filter(pk=order.pk, pay_by=None).exists()


def test_whether_a_queryset_is_every_row() -> None:
    assert reads_all(Order.objects.all()) and reads_all(Order.objects.filter())
    for narrowed in (
        Order.objects.filter(pk=1),
        Order.objects.exclude(pk=1),
        Order.objects.none(),
        Order.objects.select_related("customer"),
        Order.objects.only("pk"),
        Order.objects.annotate(n=F("pk")),
    ):
        assert not reads_all(narrowed)

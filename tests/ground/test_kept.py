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
from shop.database.kept import KeptQuery, Param
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

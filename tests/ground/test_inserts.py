"""Rows written in one statement are what `bulk_create` would have written."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from orders.models import SoldName
from shop import clock
from shop.catalog.models import MovementKind, StockMovement
from shop.customers.models import Customer
from shop.database.inserts import insert_rows, insert_unless_there
from shop.events.models import Event
from tests import cast

pytestmark = pytest.mark.django_db


def make_people(*names: str) -> list[Customer]:
    return [
        Customer(openid=name, nickname=name, phone="13800005678", created_at=clock.now()) for name in names
    ]


def test_they_get_their_keys_in_their_order() -> None:
    with CaptureQueriesContext(connection) as queries:
        people = insert_rows(make_people("一", "二", "三"))
    assert len(queries) == 1
    assert [Customer.objects.get(pk=person.pk).openid for person in people] == ["一", "二", "三"]
    assert not people[0]._state.adding


def test_values_are_those_of_bulk_create() -> None:
    names = [
        field.attname for field in Customer._meta.concrete_fields if field.attname not in ("id", "openid")
    ]
    moment = clock.now()
    with clock.at(moment):
        insert_rows(make_people("ours"))
        Customer.objects.bulk_create(make_people("theirs"))
    ours, theirs = (Customer.objects.filter(openid=o).values(*names).get() for o in ("ours", "theirs"))
    own = dict.fromkeys(("secret", "nickname", "phone"), "")
    assert ours | own == theirs | own


def test_json_and_null_are_kept() -> None:
    sku = cast.make_sku()
    (event,) = insert_rows(
        [
            Event(
                kind="sku",
                subject_id=sku.pk,
                number=990,
                verb="x",
                actor_kind="system",
                at=clock.now(),
                data={"a": ["茶", None]},
            )
        ]
    )
    (movement,) = insert_rows(
        [StockMovement(sku=sku, kind=MovementKind.RESERVE, actor_kind="system", at=clock.now())]
    )
    assert Event.objects.get(pk=event.pk).data == {"a": ["茶", None]}
    assert StockMovement.objects.get(pk=movement.pk).order_id is None
    movement.delete()


def test_what_exists_is_passed_over_only_when_asked() -> None:
    cast.open_shop()
    sku = cast.make_sku()
    rows = [SoldName(sku=sku, text="茶") for _ in range(2)]
    insert_rows(rows, ignore_conflicts=True)
    assert SoldName.objects.filter(sku=sku).count() == 1
    with pytest.raises(IntegrityError):
        insert_rows(rows)


def test_what_is_taken_is_not_written_and_breaks_no_transaction() -> None:
    first, second = make_people("一", "一")
    with CaptureQueriesContext(connection) as queries:
        assert (insert_unless_there(first), insert_unless_there(second)) == (True, False)
    assert len(queries) == 2
    assert (first._state.adding, second._state.adding, second.pk) == (False, True, None)
    assert list(Customer.objects.filter(openid="一")) == [first]


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert insert_rows([]) == []
    assert len(queries) == 0

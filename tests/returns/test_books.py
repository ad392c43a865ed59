"""What came back and what was sent for it, each told by the books where it does not add up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from orders.invariants import line_pieces_add_up, piece_counts_are_sums
from orders.models import Order, OrderLine
from orders.shipping.invariants import (
    case_parcels_are_of_cases,
    refused_parcels_are_known,
    resent_is_in_exchange_parcels,
    returned_is_on_record,
    returns_are_in_movements,
)
from orders.shipping.models import Parcel, ParcelLine, ParcelState, Purpose
from orders.shipping.services.turning import turn_back
from shop.catalog.models import Sku, StockMovement
from shop.invariants import Scope, within
from tests import cast
from tests.expect import fresh
from tests.returns.cases import WAREHOUSE, adopt, announce, exchange, line_of, other_sku, received, take, undo
from tests.shipping.cash import parcel_of

Book = Callable[[], Iterator[str]]


@contextmanager
def broken(book: Book, rows: int = 1) -> Iterator[None]:
    """What the block does to the rows is found by the book, and undone; before it the book is clean."""
    assert list(book()) == []
    with transaction.atomic():
        yield
        assert len(list(book())) == rows
        transaction.set_rollback(True)


@pytest.fixture
def sku() -> Sku:
    return cast.make_sku(on_hand=9)


@pytest.fixture
def order(sku: Sku) -> Order:
    """Of three pieces two came back, one of them for the bin; one was sent again as another SKU."""
    order = received(basket={sku.pk: 3})
    take(order, 1, 1)
    exchange(order, sku=other_sku(sku))
    return order


def test_pieces_sent_again_that_are_in_no_parcel(order):
    with broken(resent_is_in_exchange_parcels):
        OrderLine.objects.filter(order=order).update(resent=2)


def test_an_exchange_parcel_whose_pieces_are_not_counted(order):
    with broken(resent_is_in_exchange_parcels):
        Parcel.objects.filter(purpose=Purpose.EXCHANGE).update(state=ParcelState.UNDONE)


def test_pieces_that_came_back_without_a_word_on_the_record(order):
    with broken(returned_is_on_record):
        OrderLine.objects.filter(order=order).update(returned=3)


def test_a_word_on_the_record_of_pieces_that_no_line_counts(order):
    with broken(returned_is_on_record):
        OrderLine.objects.filter(order=order).update(returned=1)


@pytest.mark.parametrize("kind", ["return", "scrap", "exchange"])
def test_pieces_that_no_movement_of_the_stock_has(order, kind):
    with broken(returns_are_in_movements):
        StockMovement.objects.filter(order_id=order.pk, kind=kind).update(order_id=None)


def test_pieces_that_moved_as_another_sku_than_was_sent(order, sku):
    with broken(returns_are_in_movements, rows=2):
        StockMovement.objects.filter(order_id=order.pk, kind="exchange").update(sku=sku)


def test_movements_of_an_order_of_which_nothing_came_back(sku):
    order = received(basket={sku.pk: 1})
    with broken(returns_are_in_movements):
        StockMovement.objects.create(
            sku=sku,
            kind="return",
            on_hand_delta=1,
            order_id=order.pk,
            actor_kind="system",
            at=order.placed_at,
        )


def test_an_exchange_that_was_undone_stands_in_the_stock_twice(order, sku):
    """And adds up to nothing: the books of each test here are clean."""
    undo(order, Parcel.objects.get(purpose=Purpose.EXCHANGE))
    with broken(returns_are_in_movements):
        StockMovement.objects.filter(order_id=order.pk, kind="unexchange").update(order_id=None)


@pytest.mark.parametrize("purpose", [Purpose.EXCHANGE, Purpose.ORDER])
def test_parcels_that_are_of_no_after_sale_or_of_one_without_a_reason(order, purpose):
    number = "" if purpose == Purpose.EXCHANGE else "AS-7"
    with broken(case_parcels_are_of_cases):
        Parcel.objects.filter(purpose=purpose).update(case_number=number)


def test_what_comes_back_is_of_an_after_sale(order):
    parcel = announce(order)
    with broken(case_parcels_are_of_cases):
        Parcel.objects.filter(pk=parcel.pk).update(case_number="")


def test_a_refused_parcel_that_was_taken_in_keeps_no_order_waiting():
    order = cast.shipped_order(basket={cast.make_sku().pk: 2})
    turn_back(parcel_of(order).pk, actor=WAREHOUSE)
    adopt(order, parcel_of(order))
    take(order, 1)
    assert not fresh(order).is_coming_back
    with broken(refused_parcels_are_known):
        ParcelLine.objects.filter(order_line=line_of(order)).update(taken_at=None)


def test_more_than_the_line_ever_held_is_told_where_the_database_lets_it_pass(order):
    """The constraints of the table refuse it; what a line counts and its order sums up is told all the same."""
    with broken(piece_counts_are_sums):
        Order.objects.filter(pk=order.pk).update(pieces_resent=2)
    assert list(line_pieces_add_up()) == []


def test_the_night_looks_only_at_what_something_happened_to(order):
    other = received()
    with transaction.atomic():
        OrderLine.objects.filter(order=order).update(returned=3)
        with within(Scope(orders=[other.pk])):
            assert not list(returned_is_on_record())
        with within(Scope(orders=[order.pk])):
            assert len(list(returned_is_on_record())) == 1
        transaction.set_rollback(True)

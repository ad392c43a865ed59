"""order.print: that something was printed of an order, and how often."""

import pytest

from orders.models import Order
from orders.services.printing import Document, note_printed
from orders.services.steps import confirm_order, hold_order
from orders.states import MOVES
from shop.access import ROLES
from shop.actor import Actor, ActorKind
from shop.events.models import Event
from tests import cast
from tests.expect import fresh, refused

pytestmark = pytest.mark.usefixtures("books_are_clean")
MAY = {"owner", "manager", "order_clerk", "warehouse", "support"}


def print_receipt(order: Order, actor: Actor | None = None) -> int:
    return note_printed(order.pk, document=Document.RECEIPT, actor=actor or cast.clerk())


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    cast.open_shop()


def test_each_receipt_is_counted_on_the_order_and_recorded():
    order = cast.paid_order()
    assert fresh(order).printed_at is None
    assert [print_receipt(order), print_receipt(order)] == [1, 2]
    printed = fresh(order)
    assert (printed.prints, printed.printed_at is not None) == (2, True)
    events = Event.objects.filter(verb="order.print").order_by("number")
    assert [event.data for event in events] == [
        {"document": "receipt", "copies": 1},
        {"document": "receipt", "copies": 2},
    ]


def test_other_documents_are_counted_for_themselves_and_are_no_receipt():
    order = cast.paid_order()
    print_receipt(order)
    slips = [note_printed(order.pk, document=Document.PACKING_SLIP, actor=cast.clerk()) for _ in range(2)]
    assert slips == [1, 2]
    assert note_printed(order.pk, document=Document.PICK_LIST, actor=cast.clerk()) == 1
    assert fresh(order).prints == 1


@pytest.mark.parametrize("make", [cast.place, cast.paid_order, cast.shipped_order])
def test_it_moves_nothing(make):
    order = make()
    stage = fresh(order).stage
    print_receipt(order)
    assert fresh(order).stage == stage


def test_an_order_on_hold_is_printed_too():
    order = cast.paid_order()
    hold_order(order.pk, reason="等补货", actor=cast.clerk())
    assert print_receipt(order) == 1


def test_a_form_of_a_colleague_is_not_too_old_by_it():
    order = cast.paid_order()
    version = fresh(order).version
    print_receipt(order, cast.clerk(id_=2, name="李"))
    confirm_order(order.pk, actor=cast.clerk(), expected_version=version)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_those_print_who_edit_or_ship(role):
    order = cast.paid_order()
    assert ({"orders.edit", "orders.ship"} & ROLES[role] != set()) == (role in MAY)
    if role in MAY:
        assert print_receipt(order, cast.clerk(role)) == 1
    else:
        with refused("forbidden", 403):
            print_receipt(order, cast.clerk(role))
        assert fresh(order).prints == 0


def test_buyers_and_gateways_print_nothing():
    order = cast.paid_order()
    for actor in (cast.buyer(order), Actor(ActorKind.GATEWAY)):
        with refused("forbidden", 403):
            print_receipt(order, actor)


def test_an_order_out_of_scope_is_not_there():
    order = cast.paid_order()
    with refused("not_found", 404):
        print_receipt(order, cast.buyer(cast.paid_order()))
    assert not Event.objects.filter(subject_id=order.pk, kind="order", verb="order.print").exists()


def test_its_buyer_does_not_read_of_it():
    assert not MOVES["order.print"].is_told

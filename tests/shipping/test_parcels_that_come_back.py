"""A parcel that comes back to the shop holds goods of the order, and is none of those that were sent to the buyer."""

from datetime import timedelta

import pytest

from orders.desk.api.views import show_order
from orders.desk.list.selectors import map_couriers
from orders.desk.order.page import make_page
from orders.models import Order
from orders.selectors import load_lines
from orders.shipping.models import Direction, Parcel, ParcelState
from orders.shipping.selectors import list_parcels
from orders.shipping.services.photos import add_photos
from orders.shipping.services.replacing import WhyReplaced, replace_number
from orders.shipping.services.ship import arrive_parcel, undo_ship
from shop import clock
from tests import cast
from tests.expect import fresh, refused, verbs_of

WAREHOUSE = cast.clerk("warehouse")


@pytest.fixture
def order() -> Order:
    return cast.shipped_order()


@pytest.fixture
def back(order: Order) -> Parcel:
    parcel = Parcel.objects.create(
        courier="YTO",
        tracking_no="YT1",
        sent_at=clock.now(),
        direction=Direction.BACK,
        case_number="AS-1",
        state=ParcelState.SENT,
    )
    parcel.lines.create(order_line=order.lines.get(), quantity=1)
    return parcel


def test_its_pieces_are_not_shipped_a_second_time(order, back):
    """The books, which every test here checks, would say so."""
    assert fresh(order).pieces_shipped == order.lines.get().shipped == 1


def test_the_order_is_delivered_when_all_that_went_out_is(order, back):
    out = list_parcels(order).get()
    later = clock.now() + timedelta(days=2)
    with clock.at(later):
        arrived = arrive_parcel(out.pk, actor=WAREHOUSE)
    assert (arrived.arrived_at, arrived.receive_by) == (later, later + timedelta(days=7))


@pytest.mark.parametrize(
    "act",
    [
        arrive_parcel,
        undo_ship,
        lambda pk, actor: add_photos(pk, picture_ids=[1], actor=actor),
        lambda pk, actor: replace_number(
            pk, courier="SF", tracking_no="SF1", why=WhyReplaced.TYPED, actor=actor
        ),
    ],
)
def test_what_is_done_to_parcels_that_go_out_is_not_done_to_it(order, back, act):
    with refused("parcel_comes_back"):
        act(back.pk, actor=WAREHOUSE)
    assert verbs_of(order)[-1] == "ship"


def test_nobody_is_shown_it_as_one_that_is_on_its_way(order, back):
    page = make_page(fresh(order), load_lines(order), actor=cast.clerk())
    assert [view.parcel.courier for view in page.parcels] == ["SF"]
    assert [view.parcel.courier for view in page.returns] == ["YTO"]
    told = show_order(order.number, cast.buyer(order))["parcels"]
    assert [parcel["courier"] for parcel in told] == ["SF"]
    assert map_couriers([fresh(order)]) == {order.pk: ["SF"]}

"""Orders of one buyer to one address in the list: the hint, the filter, the press."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.payments.changes.addressing import change_address
from orders.services.merging import merge_by_place, merge_orders
from orders.services.steps import hold_order
from shop.errors import Refused
from tests import cast
from tests.desk.list.test_list import numbers
from tests.expect import fresh

URL = "/console/orders/"
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


@pytest.fixture
def pair() -> list[Order]:
    customer = cast.make_customer()
    return [cast.prepared_order(customer=customer) for _ in range(2)]


def merge(*orders: Order) -> None:
    merge_orders([order.pk for order in orders], actor=cast.clerk())


def read(client: Client, query: str = "") -> str:
    return client.get(f"{URL}{query}").content.decode()


def test_a_row_says_how_many_others_go_to_the_same_address(owner: Client, pair: list[Order]) -> None:
    cast.prepared_order()
    html = read(owner)
    assert html.count("Same address: 1 other order") == 2
    assert f'formaction="/console/orders/{pair[0].number}/merge/"' in html
    merge(*pair)
    html = read(owner)
    assert "Same address" not in html
    assert html.count("Goes together with others") == 2


def test_one_press_in_a_row_merges_and_leads_back(owner: Client, pair: list[Order]) -> None:
    data = {"version": pair[0].version, "next": f"{URL}?tab=to_ship"}
    response = owner.post(f"{URL}{pair[0].number}/merge/", data)
    assert (response.status_code, response["Location"]) == (302, f"{URL}?tab=to_ship")
    assert fresh(pair[0]).bundle == fresh(pair[1]).bundle is not None


def test_what_cannot_be_sent_now_is_neither_hint_nor_filter(owner: Client, pair: list[Order]) -> None:
    hold_order(pair[0].pk, reason="等", actor=cast.clerk())
    assert "Same address" not in read(owner)
    assert numbers(owner, "?parcel=mergeable") == []


def test_the_filter_finds_what_can_be_merged_and_what_is(owner: Client, pair: list[Order]) -> None:
    alone = cast.prepared_order()
    both = [order.number for order in reversed(pair)]
    assert numbers(owner, "?parcel=mergeable") == both
    assert numbers(owner, "?parcel=merged") == []
    merge(*pair)
    assert numbers(owner, "?parcel=mergeable") == []
    assert numbers(owner, "?parcel=merged") == both
    third = cast.prepared_order(customer=pair[0].customer)
    assert numbers(owner, "?parcel=mergeable") == [third.number, *both]
    assert alone.number not in numbers(owner, "?parcel=mergeable")


def test_the_hints_of_a_page_cost_one_query_however_many_there_are(owner: Client, pair: list[Order]) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(owner)
        return len(queries)

    before = count()
    for _ in range(3):
        customer = cast.make_customer()
        merge(*[cast.prepared_order(customer=customer) for _ in range(2)])
        cast.prepared_order(customer=customer)
    assert count() == before


def press(client: Client, *orders: Order) -> object:
    return client.post(f"{URL}bulk/merge/", {"number": [order.number for order in orders]})


def test_chosen_orders_are_merged_at_once(owner: Client, pair: list[Order]) -> None:
    query = "&".join(f"number={order.number}" for order in pair)
    asked = owner.get(f"{URL}bulk/merge/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert "Merge 2 orders" in asked and "background" not in asked
    assert press(owner, *pair).status_code == 302
    assert fresh(pair[0]).bundle == fresh(pair[1]).bundle is not None


def test_what_goes_elsewhere_is_left_out_and_said(owner: Client, pair: list[Order]) -> None:
    to = replace(cast.HOME, detail="别处 1 号")
    change_address(pair[1].pk, to=to, actor=cast.clerk())
    third = cast.prepared_order(customer=pair[0].customer)
    query = "&".join(f"number={order.number}" for order in (*pair, third))
    asked = owner.get(f"{URL}bulk/merge/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert "Merge 2 orders" in asked and "Only orders are taken that can go with another one." in asked
    press(owner, *pair, third)
    assert fresh(pair[0]).bundle == fresh(third).bundle is not None
    assert fresh(pair[1]).bundle is None


def test_one_press_merges_what_goes_to_each_place(owner: Client, pair: list[Order]) -> None:
    customer = cast.make_customer()
    others = [cast.prepared_order(customer=customer) for _ in range(2)]
    alone = cast.prepared_order()
    html = owner.post(
        f"{URL}bulk/merge/", {"number": [order.number for order in (*pair, alone, *others)]}, follow=True
    ).content.decode()
    assert "4 orders go in 2 parcels." in html
    bundles = [fresh(order).bundle for order in (*pair, *others, alone)]
    assert bundles[0] == bundles[1] != bundles[2] == bundles[3] and bundles[4] is None


def test_the_refusal_of_two_that_do_not_match_names_them(pair: list[Order]) -> None:
    other = cast.prepared_order()
    with pytest.raises(Refused) as refused:
        merge_by_place([pair[0].pk, other.pk], actor=cast.clerk())
    assert (refused.value.code, refused.value.extra["orders"]) == ("other_recipient", [other.number])


def test_one_order_is_not_merged_with_itself(owner: Client, pair: list[Order]) -> None:
    response = press(owner, pair[0])
    assert response.status_code == 400
    assert "Choose at least two orders." in response.content.decode()


def test_all_results_of_a_filter_are_merged(owner: Client, pair: list[Order]) -> None:
    data = {"all": "1", "filter": f"buyer={pair[0].customer_id}"}
    assert owner.post(f"{URL}bulk/merge/", data).status_code == 302
    assert fresh(pair[0]).bundle == fresh(pair[1]).bundle is not None

"""Pickup orders as an entry of their own."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.desk.list import counts, kinds
from shop import frame
from tests.cast import paid_order, place, prepared_order
from tests.cast import to_pick_up as pickup
from tests.console import page_with
from tests.desk.list.test_list import numbers

URL = "/console/orders/"
pytestmark = pytest.mark.django_db


def entries(client: Client, query: str) -> dict[str, dict[str, object]]:
    groups = client.get(f"{URL}{query}").context["navigation"]
    return {str(entry["label"]): entry for group in groups for entry in group["entries"]}


def tabs(client: Client, query: str) -> dict[str, str]:
    return {str(tab["label"]): tab["count"] for tab in client.get(f"{URL}{query}").context["tabs"]}


def active_tab(client: Client, query: str) -> list[str]:
    return [str(tab["label"]) for tab in client.get(f"{URL}{query}").context["tabs"] if tab["is_active"]]


def test_each_kind_is_an_entry_that_counts_what_waits(owner: Client) -> None:
    place(), paid_order(), pickup(place())
    pickup(paid_order()), pickup(prepared_order())
    found = entries(owner, "")
    assert (found["All orders"]["url"], found["All orders"]["count"]) == (URL, 3)
    assert (found["Pickup orders"]["url"], found["Pickup orders"]["count"]) == (f"{URL}?delivery=pickup", 2)


def test_a_count_in_the_navigation_stops_at_its_cap(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "WORK_CAP", 2)
    for _ in range(3):
        paid_order()
    assert entries(owner, "")["All orders"]["count"] == "2+"


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("", "All orders"),
        ("?tab=unpaid", "All orders"),
        ("?delivery=pickup&tab=done", "Pickup orders"),
        ("?aftersale=settled", "All orders"),
    ],
)
def test_one_entry_is_marked_and_the_page_bears_its_name(owner: Client, query: str, label: str) -> None:
    response = owner.get(f"{URL}{query}")
    marked = [name for name, entry in entries(owner, query).items() if entry["is_active"]]
    assert marked == [label]
    assert str(response.context["kind"].title) == label


def test_pickup_orders_have_tabs_with_counts_of_their_own(owner: Client) -> None:
    ours = pickup(prepared_order())
    prepared_order(), pickup(place())
    counts = tabs(owner, "?delivery=pickup")
    assert (counts["All"], counts["To be picked up"], counts["Awaiting payment"]) == ("2", "1", "1")
    assert numbers(owner, "?delivery=pickup&tab=to_ship") == [ours.number]
    assert active_tab(owner, "?delivery=pickup&tab=to_ship") == ["To be picked up"]
    assert active_tab(owner, "?delivery=pickup") == ["All"]


def test_counts_are_left_out_beside_a_kind_that_is_narrowed(owner: Client) -> None:
    pickup(place())
    assert set(tabs(owner, "?delivery=pickup&pay=wechat").values()) == {""}


def test_counts_of_a_kind_stop_at_the_cap(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "CAP", 1)
    monkeypatch.setattr(counts, "CAP", 1)
    pickup(place()), pickup(place())
    assert tabs(owner, "?delivery=pickup")["All"] == "1+"


@pytest.mark.parametrize(
    ("query", "title", "until_then"),
    [
        ("?delivery=pickup", "No pickup orders yet", "Their orders wait here to be handed over."),
    ],
)
def test_a_kind_without_orders_says_what_would_be_there(
    owner: Client, query: str, title: str, until_then: str
) -> None:
    page = page_with(200, owner.get(f"{URL}{query}"))
    assert f"<h2>{title}</h2>" in page
    assert until_then in page
    assert f'<a class="btn" href="{URL}">All orders</a>' in page


@pytest.mark.parametrize("query", ["?delivery=pickup"])
def test_a_kind_costs_no_more_queries_than_the_list(
    owner: Client, query: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        pickup(prepared_order())
    with django_assert_max_num_queries(12):
        owner.get(f"{URL}{query}")

"""/console/orders/cod/: the cash that couriers have not brought yet."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from orders.desk.cod import views
from orders.desk.cod.owed import sum_by_courier
from orders.models import Order
from orders.payments.services.collecting import collect_payment
from orders.shipping.services.returning import close_returned
from orders.shipping.services.ship import ship_order
from shop import clock
from shop.jobs.models import Job
from tests import cast
from tests.desk.conftest import SignIn
from tests.expect import count_queries, fresh
from tests.sheets.importing import work
from tests.shipping.cash import CLERK, WAREHOUSE, parcel_of, prepared_cod, refused_cod, shipped_cod

URL = "/console/orders/cod/"
pytestmark = pytest.mark.usefixtures("books_are_clean", "sent_tasks")


@pytest.fixture
def finance(sign_in: SignIn) -> Client:
    return sign_in("finance")


def numbers(client: Client, query: str = "") -> list[str]:
    return [row.order.number for row in client.get(f"{URL}{query}").context["rows"]]


def test_what_was_sent_and_owes_stands_there_the_oldest_first(finance: Client) -> None:
    orders = []
    for days in (3, 9, 1):
        with clock.at(clock.now() - timedelta(days=days)):
            orders.append(shipped_cod())
    prepared_cod()
    cast.shipped_order()
    collect_payment(shipped_cod().pk, actor=cast.clerk("finance"))
    close_returned(refused_cod().pk, scrapped={}, reason="x", actor=CLERK)
    assert numbers(finance) == [orders[at].number for at in (1, 0, 2)]
    answer = finance.get(URL)
    assert answer.context["rows"][0].parcels == [parcel_of(orders[1])]
    html = answer.content.decode()
    assert "sent 9 days ago" in html and orders[0].recipient not in html


def test_pages_are_in_the_order_of_the_queue(finance: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = []
    for days in (5, 4, 3):
        with clock.at(clock.now() - timedelta(days=days)):
            wanted.append(shipped_cod().number)
    read = views.read_page
    monkeypatch.setattr(views, "read_page", lambda rows, request, keyset: read(rows, request, keyset, size=1))
    seen, query = [], ""
    while True:
        page = finance.get(f"{URL}{query}").context["page"]
        seen += [order.number for order in page.rows]
        if not page.older_url:
            break
        query = page.older_url.removeprefix(URL)
    assert seen == wanted
    assert finance.get(page.newer_url).context["page"].rows[0].number == wanted[1]


def test_sums_are_by_courier_and_lead_to_its_orders(finance: Client) -> None:
    first, second, other = shipped_cod(), shipped_cod(), prepared_cod()
    ship_order(other.pk, parcels=[cast.parcel(courier="YTO")], actor=WAREHOUSE)
    refused_cod()
    sums = {each.courier: (each.count, each.owed_fen) for each in sum_by_courier("all")}
    assert sums == {
        "SF": (2, first.payable_fen + second.payable_fen),
        "YTO": (1, other.payable_fen),
    }
    assert numbers(finance, "?courier=YTO") == [other.number]
    assert numbers(finance, "?courier=x") == []


def test_more_orders_cost_no_more_queries(finance: Client) -> None:
    shipped_cod()
    few = count_queries(lambda: finance.get(URL))
    for _ in range(4):
        shipped_cod()
    assert count_queries(lambda: finance.get(URL)) == few


def test_chosen_ones_are_collected_and_those_on_their_way_back_are_not(finance: Client) -> None:
    orders = [shipped_cod(), shipped_cod(), refused_cod(), cast.shipped_order()]
    chosen = {"number": [order.number for order in orders], "reference": "对账单 7", "key": "k"}
    asked = finance.get("/console/orders/bulk/collect/", {"number": chosen["number"]})
    assert asked.status_code == 200
    response = finance.post("/console/orders/bulk/collect/", chosen)
    job = work(Job.objects.get(pk=int(re.findall(r"/jobs/(\d+)/", response["Location"])[0])))
    assert job.done == 2
    assert [fresh(order).owed_fen > 0 for order in orders] == [False, False, True, False]
    assert fresh(orders[0]).payments.get().reference == "对账单 7"


def test_the_box_of_an_order_fits_as_the_database_says(finance: Client) -> None:
    shipped_cod()
    refused_cod()
    marks = {row.order.is_coming_back: row.marks for row in finance.get(URL).context["rows"]}
    assert "cash" in marks[False].split() and "cash" not in marks[True].split()


def test_without_any_the_page_says_so(finance: Client) -> None:
    assert numbers(finance) == [] and Order.objects.count() == 0

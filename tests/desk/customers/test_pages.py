"""/console/customers/: what buyers ordered and spent, remarks, blocking, and the balance."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.desk.customers.selectors import make_rows, sum_spending
from orders.payments.changes.cancelling import cancel_paid
from shop.actor import SYSTEM
from shop.customers.care import block_customer, set_remark, unblock_customer
from shop.customers.models import BalanceEntry, Customer
from shop.events.models import Event
from shop.store.choices import PayMethod
from tests import cast
from tests.api.conftest import Buyer, order_body
from tests.console import browser, page_with
from tests.expect import refused


def url(customer: Customer, action: str = "") -> str:
    return f"/console/customers/{customer.pk}/" + (f"{action}/" if action else "")


def press(client: Client, customer: Customer, action: str, **data):
    customer.refresh_from_db()
    return client.post(url(customer, action), {"version": customer.version, **data})


def test_spending_is_what_was_paid_less_what_came_back():
    customer = cast.make_customer()
    kept = cast.paid_order(customer=customer)
    cast.place(customer)
    cast.place(customer, pay_method=PayMethod.COD)
    found = sum_spending([customer.pk], actor=SYSTEM)[customer.pk]
    assert (found.orders, found.closed, found.spent_fen) == (3, 0, kept.paid_fen)


def test_closed_orders_are_counted_apart():
    order = cast.paid_order()
    cancel_paid(order.pk, reason="x", actor=cast.clerk())
    assert sum_spending([order.customer_id], actor=SYSTEM)[order.customer_id].closed == 1


def test_a_page_of_the_list_is_one_grouped_query_by_index():
    customers = [cast.make_customer() for _ in range(3)]
    cast.place(customers[0])
    with CaptureQueriesContext(connection) as queries:
        rows = make_rows(customers, actor=SYSTEM)
    assert [row.spending.orders for row in rows] == [1, 0, 0]
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    # Which of the two indexes that begin with the customer is taken, is the planner's affair in a small table.
    assert "Index Cond: (customer_id = ANY" in plan and "Seq Scan" not in plan, plan


def test_the_page_shows_orders_and_spending():
    order = cast.paid_order()
    page = browser("support").get(url(order.customer)).content.decode()
    assert f"/console/orders/{order.number}/" in page
    assert "¥45.00" in page
    assert "Paid, to confirm" in page


def test_the_list_shows_them_too():
    order = cast.paid_order()
    row = browser().get("/console/customers/").context["rows"][0]
    assert (row.spending.orders, row.spending.spent_fen) == (1, order.paid_fen)


def spenders(client, address="/console/customers/", **query):
    answer = client.get(address, query or None)
    return [row.customer.pk for row in answer.context["rows"]], answer.context["page"]


def test_buyers_are_sorted_by_what_they_spent():
    client = browser()
    few, most, nobody = (cast.make_customer() for _ in range(3))
    cast.paid_order(customer=few)
    cast.paid_order(customer=most, basket={cast.make_sku().pk: 5})
    cast.place(nobody)
    assert spenders(client, sort="spent")[0] == [most.pk, few.pk]
    assert spenders(client)[0] == [nobody.pk, most.pk, few.pk]
    assert spenders(client, sort="spent", only="blocked")[0] == []
    assert spenders(client, sort="spent", who=str(few.pk))[0] == [few.pk]
    assert spenders(client, sort="nonsense")[0] == [nobody.pk, most.pk, few.pk]


def test_pages_by_spending_go_to_and_fro_by_key():
    made = [cast.make_customer() for _ in range(120)]
    for number, customer in enumerate(made):
        Customer.objects.filter(pk=customer.pk).update(spent_fen=100 * (number % 7 + 1))
    expected = [c.pk for c in Customer.objects.order_by("-spent_fen", "-pk")]
    client, found, url = browser(), [], "/console/customers/?sort=spent"
    pages = []
    while url:
        rows, page = spenders(client, url)
        found, url = found + rows, page.older_url
        pages.append((rows, page))
    assert found == expected
    assert [len(rows) for rows, _page in pages] == [50, 50, 20]
    assert spenders(client, pages[2][1].newer_url)[0] == pages[1][0]
    assert spenders(client, pages[1][1].newer_url)[0] == pages[0][0]
    assert not pages[0][1].newer_url


@pytest.mark.parametrize("dot", [".", "~"])
def test_links_of_former_versions_still_lead_on(dot):
    order = cast.paid_order()
    spent = Customer.objects.get(pk=order.customer_id).spent_fen
    beyond = f"{spent}{dot}{order.customer_id + 1}"
    assert spenders(browser(), sort="spent", older=beyond)[0] == [order.customer_id]
    assert spenders(browser(), sort="spent", older=f"{spent}{dot}{order.customer_id}")[0] == []


@pytest.mark.parametrize("cursor", ["x", "5", "5.", ".5", "-1.2", "9" * 30 + ".1", "5.5.5"])
def test_a_cursor_of_nonsense_is_the_first_page(cursor):
    order = cast.paid_order()
    assert spenders(browser(), sort="spent", older=cursor)[0] == [order.customer_id]


def test_a_remark_is_saved_and_recorded_without_its_words():
    customer = cast.make_customer()
    client = browser("support")
    assert press(client, customer, "remark", text="电话 13800005678 晚上打").status_code == 302
    assert "13800005678" in client.get(url(customer)).content.decode()
    event = Event.objects.get(verb="customer.remark")
    assert "13800005678" not in str(event.data)
    assert "13800005678" in event.sealed


def test_a_stale_form_is_refused_and_keeps_its_words():
    customer = cast.make_customer()
    client = browser()
    set_remark(customer.pk, text="甲", actor=cast.clerk())
    assert "乙" in page_with(409, client.post(url(customer, "remark"), {"version": 1, "text": "乙"}))
    customer.refresh_from_db()
    assert customer.remark == "甲"


def test_blocking_and_unblocking():
    customer = cast.make_customer()
    client = browser("order_clerk")
    assert press(client, customer, "block", reason=" ").status_code == 422
    assert press(client, customer, "block", reason="多次拒收").status_code == 302
    page = client.get(url(customer)).content.decode()
    assert "Blocked: 多次拒收" in page
    assert "Customer blocked" in page
    blocked = client.get("/console/customers/", {"only": "blocked"}).context["rows"]
    assert [row.customer.pk for row in blocked] == [customer.pk]
    assert press(client, customer, "block", reason="x").status_code == 409
    assert press(client, customer, "unblock").status_code == 302
    assert list(client.get("/console/customers/", {"only": "blocked"}).context["rows"]) == []


def test_a_blocked_buyer_sees_orders_but_places_none():
    buyer = Buyer(cast.make_customer())
    order = cast.place(buyer.customer)
    block_customer(buyer.customer.pk, reason="多次拒收", actor=cast.clerk())
    answer = buyer.post("/orders", order_body(), key="k1")
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert "多次拒收" not in answer.content.decode()
    assert buyer.get("/me").json()["is_blocked"] is True
    assert buyer.get(f"/orders/{order.number}").status_code == 200
    unblock_customer(buyer.customer.pk, actor=cast.clerk())
    assert buyer.post("/orders", order_body(), key="k1").status_code == 201


@pytest.mark.parametrize("role", ["warehouse", "finance", "store_clerk"])
def test_remarks_and_blocks_need_the_capability(role):
    customer = cast.make_customer()
    for act in (
        lambda: set_remark(customer.pk, text="x", actor=cast.clerk(role)),
        lambda: block_customer(customer.pk, reason="x", actor=cast.clerk(role)),
        lambda: unblock_customer(customer.pk, actor=cast.clerk(role)),
    ):
        with refused("forbidden", 403):
            act()


def test_topping_up_and_correcting_on_the_page():
    customer = cast.make_customer()
    client = browser("finance")
    assert press(client, customer, "balance", amount="100", reason="门店充值").status_code == 302
    assert press(client, customer, "balance", amount="-20.5", reason="记错").status_code == 302
    refusal = press(client, customer, "balance", amount="-100", reason="记错")
    assert refusal.status_code == 409
    assert "The balance is not enough." in refusal.content.decode()
    assert press(client, customer, "balance", amount="viel", reason="x").status_code == 422
    page = client.get(url(customer)).content.decode()
    assert "¥79.50" in page
    assert "门店充值" in page
    assert list(BalanceEntry.objects.order_by("pk").values_list("delta_fen", flat=True)) == [100_00, -20_50]


def test_the_balance_by_api():
    cast.open_shop(balance_on=True)
    buyer = Buyer(cast.make_customer())
    press(browser("finance"), buyer.customer, "balance", amount="100", reason="门店充值")
    assert buyer.get("/me").json()["balance_fen"] == 100_00
    body = order_body(pay_method="balance")
    preview = {name: body[name] for name in ("basket", "delivery", "address")}
    offer = buyer.post("/orders/preview", preview).json()
    assert "balance" in [method["pay_method"] for method in offer["pay_methods"]]
    assert offer["balance_fen"] == 100_00
    order = buyer.post("/orders", body, key="k1").json()
    assert "pay_by_balance" in order["actions"]
    paid = buyer.post(f"/orders/{order['number']}/pay-by-balance").json()
    assert (paid["status"], paid["owed_fen"]) == ("to_ship", 0)
    entries = buyer.get("/me/balance-entries").json()["results"]
    assert [entry["delta_fen"] for entry in entries] == [-order["payable_fen"], 100_00]
    assert entries[0]["order_number"] == order["number"]
    assert Buyer(cast.make_customer()).get("/me/balance-entries").json()["results"] == []

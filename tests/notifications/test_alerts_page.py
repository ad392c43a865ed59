"""`GET /console/alerts/`: what is unhandled, and who handled the rest."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Alert
from notifications.services import handle_alerts
from shop.events.delivery import drain
from tests.cast import clerk, make_sku, make_staff, paid_order

URL = "/console/alerts/"
pytestmark = pytest.mark.django_db(transaction=True)


def handled_numbers(page: str) -> list[str]:
    return re.findall(r'data-href="/console/orders/(\d+)/"', page.split('id="alerts-handled"')[1])


def test_an_open_alert_shows_the_order_with_masked_people(client: Client) -> None:
    skus = [make_sku(), make_sku(), make_sku()]
    order = paid_order(basket={sku.pk: 1 for sku in skus}, remark="门铃坏了")
    drain()
    client.force_login(make_staff("owner"))
    page = client.get(URL).content.decode()
    assert f"/console/orders/{order.number}/" in page
    assert "林**" in page
    assert "¥105.00" in page or "¥115.00" in page
    assert "门铃坏了" in page
    assert '<span class="good-more">+1</span>' in page
    assert not any(word in page for word in ("林晓燕", "13800005678", "文三路"))


def test_a_handled_alert_says_who_when_and_how(client: Client) -> None:
    paid_order()
    drain()
    handle_alerts([Alert.objects.get().pk], actor=clerk(name="李仓库"))
    client.force_login(make_staff("owner"))
    page = client.get(URL).content.decode()
    assert "data-alert-id" not in page
    assert "李仓库" in page.split('id="alerts-handled"')[1]


def test_an_empty_page_says_what_will_come(client: Client) -> None:
    client.force_login(make_staff("owner"))
    client.cookies["django_language"] = "en"
    assert "The next order will be spoken aloud" in client.get(URL).content.decode()


def test_pages_of_handled_alerts_neither_skip_nor_repeat(client: Client) -> None:
    orders = [paid_order() for _ in range(45)]
    drain()
    handle_alerts(list(Alert.objects.values_list("pk", flat=True)), actor=clerk())
    client.force_login(make_staff("owner"))
    newest_first = [a.order.number for a in Alert.objects.select_related("order").order_by("-id")]
    assert len(newest_first) == len(orders)
    seen, url, pages = [], URL, []
    while url:
        page = client.get(url).content.decode()
        pages.append(handled_numbers(page))
        seen += pages[-1]
        found = re.search(r'href="(\?before=[^"]+)" rel="next"', page)
        url = URL + found[1].replace("&amp;", "&") if found else ""
    assert seen == newest_first
    back = re.search(r'href="(\?after=[^"]+)" rel="prev"', page)
    assert back
    assert handled_numbers(client.get(URL + back[1].replace("&amp;", "&")).content.decode()) == pages[-2]


def test_a_role_that_may_not_press_sees_no_button(client: Client) -> None:
    paid_order()
    drain()
    client.force_login(make_staff("finance"))
    assert "/console/alerts/handle/" not in client.get(URL).content.decode()


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    client.force_login(make_staff("owner"))
    counts = []
    for _ in range(2):
        for _ in range(3):
            paid_order()
        drain()
        handle_alerts([Alert.objects.filter(handled_at=None).earliest("id").pk], actor=clerk())
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("query", ["before=x", "after=-1", "size=7", "before=" + "9" * 50, "size=²"])
def test_a_spoilt_address_shows_the_first_page(client: Client, query: str) -> None:
    client.force_login(make_staff("owner"))
    assert client.get(f"{URL}?{query}").status_code == 200

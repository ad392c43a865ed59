"""`GET /console/alerts/`: what is unhandled, and who handled the rest, in pages of 50."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications import selectors, views
from notifications.models import Alert, AlertKind
from notifications.services import handle_alerts
from orders.models import Order
from shop import clock
from shop.events.delivery import drain
from tests.cast import clerk, make_sku, paid_order
from tests.console import browser

URL = "/console/alerts/"
HANDLED = f"{URL}?state=handled"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> Client:
    return browser()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pages of four show the same as pages of fifty, sooner."""
    monkeypatch.setattr(views, "PAGE_SIZE", 4)
    return 4


def ring(order: Order, count: int) -> list[int]:
    """More alerts of this order; their ids, newest first."""
    taken = Alert.objects.count() + 1000
    urges = [
        Alert(
            kind=AlertKind.URGE,
            order=order,
            event_id=taken + number,
            event_number=1,
            raised_at=clock.now(),
        )
        for number in range(count)
    ]
    return sorted((alert.pk for alert in Alert.objects.bulk_create(urges)), reverse=True)


def listed(client: Client, url: str) -> tuple[list[int], str, str]:
    """The alerts of a page, and its addresses of the newer and the older one."""
    context = client.get(url).context
    page = context["page"]
    return [card.alert.pk for card in context["cards"]], page.newer_url, page.older_url


def walk(client: Client, url: str, meanwhile: Callable[[], object] = lambda: None) -> list[int]:
    """All alerts of all pages from the first to the oldest."""
    seen: list[int] = []
    while url:
        rows, _newer, url = listed(client, url)
        seen += rows
        meanwhile()
    return seen


def test_an_open_alert_shows_the_order_with_masked_people(owner: Client) -> None:
    skus = [make_sku(), make_sku(), make_sku()]
    order = paid_order(basket={sku.pk: 1 for sku in skus}, remark="门铃坏了")
    drain()
    page = owner.get(URL).content.decode()
    assert f"/console/orders/{order.number}/" in page
    assert "林**" in page
    assert "¥105.00" in page or "¥115.00" in page
    assert "门铃坏了" in page
    assert '<span class="good-more">+1</span>' in page
    assert not any(word in page for word in ("林晓燕", "13800005678", "文三路"))


def test_a_handled_alert_says_who_when_and_how(owner: Client) -> None:
    paid_order()
    drain()
    handle_alerts([Alert.objects.get().pk], actor=clerk(name="李仓库"))
    assert "data-alert-id" not in owner.get(URL).content.decode()
    page = owner.get(HANDLED).content.decode()
    assert "李仓库" in page
    assert "marked as handled" in page
    assert "data-alert-id" not in page


def test_empty_pages_say_what_will_come(owner: Client) -> None:
    assert "The next order will be spoken aloud" in owner.get(URL).content.decode()
    assert "What was handled is kept here" in owner.get(HANDLED).content.decode()


@pytest.mark.parametrize("url", [URL, HANDLED])
def test_pages_neither_skip_nor_repeat(owner: Client, small_pages: int, url: str) -> None:
    rows = ring(paid_order(), 10)
    if url == HANDLED:
        handle_alerts(rows, actor=clerk())
    assert walk(owner, url) == rows
    first, newer, older = listed(owner, url)
    assert (len(first), newer) == (small_pages, "")
    second, newer, older = listed(owner, older)
    assert listed(owner, newer)[0] == first
    assert listed(owner, listed(owner, older)[1])[0] == second


def test_alerts_that_arrive_meanwhile_leave_no_gap_and_show_none_twice(
    owner: Client, small_pages: int
) -> None:
    order = paid_order()
    rows = ring(order, 10)
    assert walk(owner, URL, lambda: ring(order, 3)) == rows
    assert listed(owner, URL)[0] == list(
        Alert.objects.order_by("-pk").values_list("pk", flat=True)[:small_pages]
    )


def test_alerts_that_are_handled_meanwhile_leave_no_gap(owner: Client, small_pages: int) -> None:
    rows = ring(paid_order(), 12)
    first, _newer, older = listed(owner, URL)
    handle_alerts([first[0], first[-1], rows[small_pages]], actor=clerk())
    left = [pk for pk in rows if pk not in (first[0], first[-1], rows[small_pages])]
    assert walk(owner, older) == [pk for pk in left if pk < first[-1]]
    assert walk(owner, URL) == left


def test_a_page_whose_alerts_were_all_handled_leads_to_the_newest(owner: Client, small_pages: int) -> None:
    rows = ring(paid_order(), 5)
    older = listed(owner, URL)[2]
    handle_alerts(rows[small_pages:], actor=clerk())
    page = owner.get(older).content.decode()
    assert "Nothing older is here any more" in page
    assert f'href="{URL}"' in page
    assert "Nothing is unhandled" not in page


def test_the_tab_counts_what_is_unhandled_up_to_a_thousand(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ring(paid_order(), 3)
    handle_alerts(rows[:1], actor=clerk())
    assert [tab["count"] for tab in owner.get(HANDLED).context["tabs"]] == ["2", ""]
    assert selectors.describe_count(1000) == "1,000"
    monkeypatch.setattr(selectors, "COUNT_CAP", 1)
    assert owner.get(URL).context["tabs"][0]["count"] == "1+"


def test_a_role_that_may_not_press_sees_no_button() -> None:
    ring(paid_order(), 2)
    assert "/console/alerts/handle" not in browser("finance").get(URL).content.decode()


def test_a_button_comes_back_to_its_page(owner: Client, small_pages: int) -> None:
    rows = ring(paid_order(), 10)
    older = listed(owner, URL)[2]
    action = re.search(r'<form method="post" action="(/console/alerts/handle/[^"]*)"', page_at(owner, older))
    assert action
    answer = owner.post(action[1], {"id": rows[small_pages]})
    assert answer["Location"] == older
    answer = owner.post(action[1], {"id": rows[small_pages + 1]}, headers={"HX-Request": "true"})
    assert [card.alert.pk for card in answer.context["cards"]] == rows[6:10]


def page_at(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_one_token_serves_all_forms_of_a_page(owner: Client) -> None:
    ring(paid_order(), 3)
    rows = page_at(owner, URL).partition("alerts-list")[2].partition("</table>")[0]
    tokens = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', rows)
    assert (len(tokens), len(set(tokens))) == (3, 1)


@pytest.mark.parametrize("url", [URL, HANDLED])
def test_the_number_of_queries_is_the_same_for_one_alert_and_for_many(owner: Client, url: str) -> None:
    counts = []
    for more in (1, 70):
        rows = ring(paid_order(basket={make_sku().pk: 1, make_sku().pk: 2}), more)
        if url == HANDLED:
            handle_alerts(rows, actor=clerk())
        with CaptureQueriesContext(connection) as queries:
            assert len(owner.get(url).context["cards"]) == min(more, 50)
        counts.append(len(queries))
        assert len([query for query in queries if "notifications_alert" in query["sql"]]) == 3
    assert counts[0] == counts[1]


def test_sealed_words_that_no_card_shows_are_not_opened(owner: Client) -> None:
    ring(paid_order(), 2)
    with CaptureQueriesContext(connection) as queries:
        owner.get(URL)
    [read] = [query["sql"] for query in queries if "recipient" in query["sql"]]
    assert "address_detail" not in read
    assert "seller_remark" not in read


@pytest.mark.parametrize(
    "query", ["older=x", "newer=-1", "state=other", "older=" + "9" * 50, "newer=²", "older=1&newer=2"]
)
def test_a_spoilt_address_shows_a_page(owner: Client, query: str) -> None:
    assert owner.get(f"{URL}?{query}").status_code == 200

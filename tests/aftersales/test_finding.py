"""After-sales are found by their slip and the label of the box, from the search box of each page and on their list."""

import pytest
from django.test import Client
from django.urls import reverse

from aftersales.models import Aftersale
from orders.shipping.models import Parcel
from tests.aftersales.cases import received_order, sent_back
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db
SEARCH = "/console/orders/"


@pytest.fixture
def aftersale() -> Aftersale:
    return sent_back(received_order())


@pytest.fixture
def client() -> Client:
    return browser("warehouse")


def page_of(aftersale: Aftersale) -> str:
    return reverse("aftersales:detail", args=[aftersale.number])


@pytest.mark.parametrize("write", [str, str.lower, lambda number: f" {number} "])
def test_a_slip_opens_its_page(aftersale, client, write):
    answer = client.get(SEARCH, {"q": write(aftersale.number)})
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(aftersale))


def test_a_slip_opens_its_page_from_a_search_that_draws_a_part(aftersale, client):
    answer = client.get(SEARCH, {"q": aftersale.number}, HTTP_HX_REQUEST="true")
    assert answer.headers["HX-Redirect"] == page_of(aftersale)


def test_the_label_of_the_box_leads_there(aftersale, client):
    number = Parcel.objects.get(case_number=aftersale.number).tracking_no
    assert page_of(aftersale) in page_with(200, client.get(SEARCH, {"q": number}))


def test_who_may_not_see_it_is_not_led_there(aftersale):
    number = Parcel.objects.get(case_number=aftersale.number).tracking_no
    finance = browser("store_clerk")
    for typed in (aftersale.number, number):
        assert page_of(aftersale) not in finance.get(SEARCH, {"q": typed}).content.decode()


def test_a_number_of_nothing_is_looked_for_as_ever(client):
    assert "261201000000000011A1" in page_with(200, client.get(SEARCH, {"q": "261201000000000011A1"}))


@pytest.mark.parametrize("of", ["number", "order", "parcel", "phone"])
def test_on_the_list_each_number_leads_to_it(aftersale, client, of):
    sent_back(received_order())
    typed = {
        "number": aftersale.number,
        "order": aftersale.order.number,
        "parcel": Parcel.objects.get(case_number=aftersale.number).tracking_no,
    }
    if of == "phone":
        answer = client.get(reverse("aftersales:list"), {"q": aftersale.order.phone})
        assert page_of(aftersale) in page_with(200, answer)
        return
    answer = client.get(reverse("aftersales:list"), {"q": typed[of]})
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(aftersale))

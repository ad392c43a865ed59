"""The return slip: what a buyer encloses, whose square opens the after-sale."""

import pytest
from django.urls import reverse

from aftersales.choices import Kind
from tests.aftersales.cases import ADDRESS, agreed_return, asked, received_order
from tests.console import browser, page_with

pytestmark = pytest.mark.django_db


def slip_of(aftersale) -> str:
    return reverse("aftersales:slip", args=[aftersale.number])


def test_it_names_goods_and_address_and_bears_the_number_as_a_square():
    aftersale = agreed_return(received_order())
    page = page_with(200, browser("support").get(slip_of(aftersale)))
    line = aftersale.order.lines.get()
    for words in (aftersale.number, line.product_name, ADDRESS["name"], ADDRESS["address"], ADDRESS["note"]):
        assert words in page
    assert f'aria-label="{aftersale.number}"' in page and 'class="qr"' in page
    assert " style=" not in page and "<style" not in page


def test_its_after_sale_offers_it_while_something_is_to_come():
    aftersale, unanswered = agreed_return(received_order()), asked(received_order(), Kind.RETURN)
    client = browser("support")
    offers = [
        slip_of(each) in page_with(200, client.get(reverse("aftersales:detail", args=[each.number])))
        for each in (aftersale, unanswered)
    ]
    assert offers == [True, False]


def test_where_nothing_is_to_come_it_leads_back():
    aftersale = asked(received_order(), Kind.REFUND)
    answer = browser("support").get(slip_of(aftersale))
    assert answer.headers["Location"] == reverse("aftersales:detail", args=[aftersale.number])

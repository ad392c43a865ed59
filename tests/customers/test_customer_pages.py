"""/console/customers/: people with personal data masked."""

import pytest
from pytest_django import DjangoAssertNumQueries

from shop.customers.models import Customer
from shop.customers.services import change_profile, save_address
from tests.cast import make_customer
from tests.console import browser

pytestmark = pytest.mark.django_db
URL = "/console/customers/"
PHONE = "13812345678"
ADDRESS = {
    "recipient": "林晓燕",
    "phone": PHONE,
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "detail": "文三路 88 号 3 幢 502",
    "is_default": True,
}


def make_person(nickname: str = "小燕子", phone: str = PHONE) -> Customer:
    return change_profile(make_customer(nickname).pk, phone=phone)


def test_the_list_masks_the_phone() -> None:
    make_person()
    page = browser().get(URL).content.decode()
    assert "小燕子" in page
    assert "138******78" in page
    assert PHONE not in page


@pytest.mark.parametrize(
    "typed", [PHONE, "138 1234 5678", "138-1234-5678", "+86 13812345678", "１３８１２３４５６７８"]
)
def test_a_whole_phone_finds_its_owner(typed: str) -> None:
    make_person("甲")
    make_person("乙", phone="13900000000")
    page = browser().get(URL, {"who": typed}).content.decode()
    assert "甲" in page
    assert "乙" not in page


def test_the_customer_number_finds_the_customer() -> None:
    customer = make_person("甲")
    make_person("乙", phone="13900000000")
    page = browser().get(URL, {"who": str(customer.pk)})
    assert [row.customer.pk for row in page.context["rows"]] == [customer.pk]


@pytest.mark.parametrize("typed", ["5678", "小燕子", "9" * 40, "a\0b", "'", "-x"])
def test_what_cannot_be_searched_for_finds_nobody_and_says_why(typed: str) -> None:
    make_person()
    response = browser().get(URL, {"who": typed})
    assert response.status_code == 200
    assert "Nobody found" in response.content.decode()


def test_the_page_masks_phone_and_addresses() -> None:
    customer = make_person()
    save_address(customer, ADDRESS)
    page = browser().get(f"{URL}{customer.pk}/").content.decode()
    assert "林** 138******78 浙江省杭州市西湖区文三路 ****" in page
    assert "林晓燕" not in page
    assert PHONE not in page
    assert f"/console/orders/?buyer={customer.pk}" in page


def test_a_customer_without_anything_has_a_page() -> None:
    customer = make_customer("")
    page = browser().get(f"{URL}{customer.pk}/").content.decode()
    assert "Customer without a nickname" in page
    assert "No address is kept." in page


@pytest.mark.parametrize("customer_id", ["0", "987654", "9" * 30])
def test_an_unknown_customer_is_not_found(customer_id: str) -> None:
    assert browser().get(f"{URL}{customer_id}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("support", 200), ("finance", 200), ("warehouse", 403), ("store_clerk", 403)]
)
def test_only_roles_that_see_customers_come_in(role: str, status: int) -> None:
    customer = make_person()
    client = browser(role)
    assert client.get(URL).status_code == status
    assert client.get(f"{URL}{customer.pk}/").status_code == status


def test_nicknames_cannot_bring_markup() -> None:
    customer = make_person("<img src=x onerror=alert(1)>")
    client = browser()
    assert "<img src=x" not in client.get(URL).content.decode()
    assert "<img src=x" not in client.get(f"{URL}{customer.pk}/").content.decode()


@pytest.mark.parametrize("people", [1, 20])
def test_the_number_of_queries_does_not_grow(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(people):
        make_person(phone=f"138{number:08d}")
    client = browser()
    with django_assert_num_queries(6):
        client.get(URL)

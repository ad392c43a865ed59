"""/console/customers/: people with personal data masked."""

from importlib import import_module

import pytest
from django.apps import apps
from pytest_django import DjangoAssertNumQueries

from shop.customers.care import reveal_phone, set_remark
from shop.customers.hashes.names import hash_nickname
from shop.customers.models import Customer
from shop.customers.services import change_profile, save_address
from shop.events.models import Event
from tests.cast import address, clerk, make_customer
from tests.console import browser, page_with
from tests.expect import refused

pytestmark = pytest.mark.django_db
URL = "/console/customers/"
PHONE = "13812345678"


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


@pytest.mark.parametrize("typed", ["567", "小燕", "9" * 40, "a\0b", "'", "-x"])
def test_what_cannot_be_searched_for_finds_nobody_and_says_why(typed: str) -> None:
    make_person()
    assert "Nobody found" in page_with(200, browser().get(URL, {"who": typed}))


def test_nothing_found_says_what_was_tried_and_what_else_finds_somebody() -> None:
    page = page_with(200, browser().get(URL, {"who": "9999"}))
    assert "Looked for as: last four digits of the phone, customer number, whole nickname." in page
    assert "You can also type: whole phone number." in page


@pytest.mark.parametrize("typed", ["5678", " 56 78 ", "５６７８"])
def test_the_last_four_digits_find_everybody_whose_phone_ends_so(typed: str) -> None:
    people = {make_person("甲").pk, make_person("乙", phone="13900005678").pk}
    make_person("丙", phone="13956780000")
    page = browser().get(URL, {"who": typed})
    assert {row.customer.pk for row in page.context["rows"]} == people


def test_a_changed_phone_is_found_by_its_new_last_digits_only() -> None:
    customer = change_profile(make_person("甲").pk, phone="13900001111")
    client = browser()
    assert not client.get(URL, {"who": "5678"}).context["rows"]
    assert [row.customer.pk for row in client.get(URL, {"who": "1111"}).context["rows"]] == [customer.pk]


@pytest.mark.parametrize("typed", ["Mountain 燕", " mountain燕 ", "ＭＯＵＮＴＡＩＮ　燕"])
def test_a_whole_nickname_finds_its_owners(typed: str) -> None:
    people = {make_person("Mountain 燕").pk, make_person("mountain 燕", phone="13900000000").pk}
    make_person("Mountain")
    page = browser().get(URL, {"who": typed})
    assert {row.customer.pk for row in page.context["rows"]} == people


def test_a_changed_nickname_is_found_by_the_new_one_only() -> None:
    customer = make_person("甲")
    change_profile(customer.pk, nickname="乙")
    client = browser()
    assert not client.get(URL, {"who": "甲"}).context["rows"]
    assert [row.customer.pk for row in client.get(URL, {"who": "乙"}).context["rows"]] == [customer.pk]


def test_nobody_is_found_by_an_empty_nickname() -> None:
    make_person("\u200b")
    assert hash_nickname(" \u200b") == ""
    assert not browser().get(URL, {"who": "-"}).context["rows"]


def test_those_with_a_remark_have_a_tab() -> None:
    noted, other = make_person("甲"), make_person("乙", phone="13900000000")
    set_remark(noted.pk, text="常客", actor=clerk())
    client = browser()
    page = client.get(URL, {"only": "remark"})
    assert [row.customer.pk for row in page.context["rows"]] == [noted.pk]
    assert [str(tab["label"]) for tab in page.context["tabs"] if tab["is_active"]] == ["With a remark"]
    assert not client.get(URL, {"only": "remark", "who": str(other.pk)}).context["rows"]
    assert len(client.get(URL, {"only": "nonsense"}).context["rows"]) == 2


class TestReveal:
    def test_the_phone_is_shown_in_full_and_who_looked_is_recorded(self) -> None:
        customer = make_person()
        client = browser("support")
        assert f'hx-post="{URL}{customer.pk}/reveal/"' in client.get(f"{URL}{customer.pk}/").content.decode()
        response = client.post(f"{URL}{customer.pk}/reveal/")
        assert PHONE in response.content.decode()
        assert response["Cache-Control"] == "private, no-store"
        event = Event.objects.get(verb="customer.reveal")
        assert (event.actor_name, event.data) == ("support 王", {"what": "phone"})
        assert "Phone of the customer revealed" in client.get(f"{URL}{customer.pk}/").content.decode()

    @pytest.mark.parametrize("role", ["finance", "warehouse", "store_clerk"])
    def test_it_needs_both_rights(self, role: str) -> None:
        customer = make_person()
        assert browser(role).post(f"{URL}{customer.pk}/reveal/").status_code == 403
        with refused("forbidden", 403):
            reveal_phone(customer.pk, actor=clerk(role))
        assert not Event.objects.filter(verb="customer.reveal").exists()

    def test_who_may_not_reveal_sees_no_button(self) -> None:
        assert "/reveal/" not in browser("finance").get(f"{URL}{make_person().pk}/").content.decode()

    def test_without_a_phone_there_is_nothing_to_reveal(self) -> None:
        customer = make_customer()
        with refused("no_phone"):
            reveal_phone(customer.pk, actor=clerk())

    def test_a_look_makes_no_form_stale_and_a_change_still_does(self) -> None:
        customer = make_person()
        reveal_phone(customer.pk, actor=clerk())
        set_remark(customer.pk, text="常客", actor=clerk(), expected_version=customer.version)
        with refused("stale"):
            set_remark(customer.pk, text="新客", actor=clerk(), expected_version=customer.version)
        with refused("stale"):
            set_remark(customer.pk, text="新客", actor=clerk(), expected_version=99)


def test_the_page_masks_phone_and_addresses() -> None:
    customer = make_person()
    save_address(customer, address(phone=PHONE, is_default=True))
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
    with django_assert_num_queries(4):
        client.get(URL)


def test_nicknames_that_were_there_before_are_hashed_by_the_migration() -> None:
    customer, nameless = make_person("甲"), make_person("", phone="13900000000")
    Customer.objects.update(nickname_hash="")
    module = import_module("shop.customers.migrations.0004_nicknames_consents")
    module.hash_nicknames(apps, None)
    customer.refresh_from_db()
    nameless.refresh_from_db()
    assert (customer.nickname_hash, nameless.nickname_hash) == (hash_nickname("甲"), "")

"""/console/settings/freight/: the templates in words, and the form of one."""

import re
from typing import Any

import pytest
from django.test import Client

from shop.freight.models import FreightTemplate
from shop.freight.services import MAX_RULES
from shop.store.selectors import get_store_settings
from tests import cast
from tests.console import browser

LIST, ADD = "/console/settings/freight/", "/console/settings/freight/add/"
PRICED = {"is_served": "on", "first_units": "1", "first_fen": "8", "next_units": "1", "next_fen": "2"}
UNTOUCHED = {"is_served": "on", "first_units": "1", "next_units": "1"}


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    cast.open_shop()


def filled_in(*rows: dict[str, str], elsewhere: dict[str, str] = PRICED, **changes: str) -> dict[str, str]:
    """What the form sends: a row for each group of regions, then the one for everywhere else."""
    values = {
        "name": "大件",
        "counts": "piece",
        "rules-TOTAL_FORMS": str(len(rows)),
        "rules-INITIAL_FORMS": "0",
    }
    for at, row in enumerate(rows):
        values |= {f"rules-{at}-{name}": value for name, value in row.items()}
    return values | {f"elsewhere-{name}": value for name, value in elsewhere.items()} | changes


def address_of(template: FreightTemplate) -> str:
    return f"{LIST}{template.pk}/"


def heavy() -> FreightTemplate:
    return FreightTemplate.objects.get(name="大件")


def read(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_list_says_every_template_in_words() -> None:
    cast.make_freight(
        "大件",
        {
            "regions": ["310000", "330100"],
            "first_units": 1500,
            "first_fen": 6_00,
            "next_units": 500,
            "next_fen": 50,
        },
        {"regions": ["540000"], "is_served": False},
        {"first_fen": 12_00, "free_from_fen": 99_00, "free_from_pieces": 3},
        counts="weight",
    )
    page = read(browser(), LIST)
    for words in (
        "上海市 the whole city；浙江省杭州市 the whole city",
        "¥6.00 for 1.5 kg, then ¥0.50 for each 0.5 kg",
        "not served",
        "¥12.00, free from ¥99.00, free from 3 pieces",
        "0 products name it.",
        "All products that name none go by it.",
    ):
        assert words in page


@pytest.mark.parametrize("role", ["manager", "finance"])
def test_who_may_only_look_is_offered_no_change(role: str) -> None:
    page = read(browser(role), LIST)
    assert "运费" in page and "Add a template" not in page
    assert browser(role).get(ADD).status_code == 403


def test_a_template_is_added_with_regions_as_people_write_them() -> None:
    rows = [PRICED | {"regions": "浙江、上海 广州市", "free_from_fen": "99"}, {"regions": "西藏"}]
    answer = browser().post(ADD, filled_in(*rows))
    assert answer.status_code == 302
    first, second, last = heavy().rules.order_by("position")
    assert (first.regions, first.first_fen, first.next_fen, first.free_from_fen) == (
        ["310000", "330000", "440100"],
        8_00,
        2_00,
        99_00,
    )
    assert (second.regions, second.is_served) == (["540000"], False)
    assert (last.is_elsewhere, last.first_fen) == (True, 8_00)


def test_weights_are_typed_in_kilograms_and_kept_in_grams() -> None:
    by_weight = PRICED | {"first_units": "1.5", "next_units": "0.25"}
    browser().post(ADD, filled_in(elsewhere=by_weight, counts="weight"))
    rule = heavy().rules.get()
    assert (rule.first_units, rule.next_units) == (1500, 250)
    page = read(browser(), address_of(heavy()))
    assert 'value="1.5"' in page and 'value="0.25"' in page


@pytest.mark.parametrize(
    ("counts", "typed", "words"),
    [
        ("piece", "1.5", "Type a whole number of pieces, 1 or more."),
        ("piece", "0", "Type a whole number of pieces, 1 or more."),
        ("piece", "", "Fill this in, or take away the tick."),
        ("weight", "0.0001", "Type kilograms with at most three decimals"),
        ("weight", "0", "Type kilograms with at most three decimals"),
        ("weight", "1,5", "Type kilograms with at most three decimals"),
        ("weight", "٣", "Type kilograms with at most three decimals"),
        ("gram", "1", "Choose one of those that are offered."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_keeps_what_was_typed(
    counts: str, typed: str, words: str
) -> None:
    answer = browser().post(ADD, filled_in(elsewhere=PRICED | {"first_units": typed}, counts=counts))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page and "Nothing is saved yet." in page
    assert f'value="{typed}"' in page if typed else True
    assert not FreightTemplate.objects.filter(name="大件").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (PRICED | {"regions": "呼和浩市"}, "Did you mean 呼和浩特市?"),
        (
            PRICED | {"regions": "", "first_fen": "9"},
            "Name the provinces or cities of this row, or remove it.",
        ),
        (PRICED | {"regions": "浙江", "next_fen": "ten"}, "Type an amount in yuan"),
    ],
)
def test_so_it_is_with_a_row_of_regions(row: dict[str, str], words: str) -> None:
    answer = browser().post(ADD, filled_in(PRICED | {"regions": "上海"}, row))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_region_in_two_rows_is_named_beside_the_second() -> None:
    answer = browser().post(ADD, filled_in(*[PRICED | {"regions": "浙江"}] * 2))
    assert answer.context["forms"].rules.errors == [
        {},
        {"regions": ["浙江省 stands in another row already."]},
    ]


def test_a_name_that_is_taken_is_said_beside_it() -> None:
    answer = browser().post(ADD, filled_in(name="运费"))
    assert (
        answer.context["forms"]
        .form.errors["name"][0]
        .startswith("There is a template called “运费” already.")
    )


def test_a_row_begins_with_one_unit_and_the_only_one_holds_everywhere() -> None:
    shown = read(browser(), ADD)
    for name in ("first_units", "next_units"):
        assert re.search(rf'name="rules-0-{name}" value="1"', shown)
    assert "(optional)" not in shown and "Name of the template" in shown
    cast.make_freight("统一运费", {"first_fen": 12_00})
    assert "everywhere<" in read(browser(), LIST) and "everywhere else" not in read(browser(), LIST)


def test_an_untouched_row_is_none_and_a_removed_one_goes() -> None:
    browser().post(ADD, filled_in(PRICED | {"regions": "浙江"}, UNTOUCHED))
    assert heavy().rules.count() == 2
    gone = {"regions": "???", "DELETE": "on"}
    answer = browser().post(address_of(heavy()), filled_in(gone, version="1"))
    assert answer.status_code == 302
    assert heavy().rules.get().is_elsewhere


def test_an_untouched_form_changes_nothing() -> None:
    browser().post(
        ADD, filled_in(PRICED | {"regions": "浙江、上海"}, elsewhere=PRICED | {"free_from_pieces": "3"})
    )
    client = browser()
    sent = read_form(client, address_of(heavy()))
    assert client.post(address_of(heavy()), sent).status_code == 302
    assert heavy().version == 1


def read_form(client: Client, url: str) -> dict[str, str]:
    """What a browser would send of the page as it is."""
    forms = client.get(url).context["forms"]
    bound: list[Any] = [forms.form, forms.elsewhere, *forms.rules]
    sent = {field.html_name: field.value() for form in bound for field in form}
    sent |= {field.html_name: field.value() for field in forms.rules.management_form}
    fields = {field.html_name: field for form in bound for field in form}
    texts = {
        name: fields[name].field.prepare_value(value) if name in fields else value
        for name, value in sent.items()
    }
    return {n: "on" if v is True else str(v) for n, v in texts.items() if v not in (None, False)} | {
        "version": str(forms.template.version)
    }


def test_a_form_that_a_colleague_overtook_says_so() -> None:
    browser().post(ADD, filled_in())
    browser().post(address_of(heavy()), filled_in(elsewhere=PRICED | {"first_fen": "9"}, version="1"))
    answer = browser().post(
        address_of(heavy()), filled_in(elsewhere=PRICED | {"first_fen": "7"}, version="1")
    )
    assert answer.status_code == 422
    assert "changed this at" in answer.content.decode()
    assert heavy().rules.get().first_fen == 9_00


def test_one_more_row_comes_without_a_script_and_keeps_what_was_typed() -> None:
    page = browser().post(ADD, filled_in(PRICED | {"regions": "浙"}, more="1")).content.decode()
    assert 'name="rules-1-regions"' in page and ">\n浙</textarea>" in page
    assert 'name="rules-TOTAL_FORMS" value="2"' in page
    assert not FreightTemplate.objects.filter(name="大件").exists()


def test_there_are_no_more_rows_than_a_template_may_have() -> None:
    answer = browser().post(ADD, filled_in(**{"rules-TOTAL_FORMS": "5000"}, more="1"))
    assert answer.context["forms"].rules.total_form_count() == MAX_RULES - 1


class TestButtons:
    def test_a_template_is_deleted_from_its_page(self) -> None:
        template = cast.make_freight("大件", {})
        url = f"{address_of(template)}delete/"
        assert "Orders that exist keep their freight." in read(browser(), url)
        answer = browser().post(url, {"version": "1"})
        assert answer.url == LIST
        assert not FreightTemplate.objects.filter(pk=template.pk).exists()

    def test_the_page_says_why_one_in_use_stays(self) -> None:
        template = cast.make_freight("大件", {})
        product = cast.make_sku().product
        product.freight_template = template
        product.save()
        page = read(browser(), address_of(template))
        assert "1 products go by this template." in page and f"{address_of(template)}delete/" not in page
        answer = browser().post(f"{address_of(template)}delete/", {"version": "1"})
        assert answer.status_code == 409
        assert FreightTemplate.objects.filter(pk=template.pk).exists()

    def test_another_one_becomes_the_default(self) -> None:
        template = cast.make_freight("大件", {})
        browser().post(f"{address_of(template)}make-default/", {"version": "1"})
        assert FreightTemplate.objects.get(is_default=True) == template
        page = read(browser(), address_of(template))
        assert "Make one" not in page and f"{address_of(template)}make-default/" not in page


def test_the_settings_lead_to_the_templates() -> None:
    page = read(browser(), "/console/settings/")
    assert re.search(rf'href="{LIST}">Freight templates', page)
    assert "freight_fen" not in page
    assert get_store_settings().shop_name == "山野集"


def test_the_list_costs_the_same_however_many_there_are(django_assert_num_queries: Any) -> None:
    client = browser()
    for at in range(3):
        cast.make_freight(f"模板 {at}", {"regions": ["330000"]}, {})
    with django_assert_num_queries(4):
        client.get(LIST)

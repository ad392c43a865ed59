"""Adding, changing and deleting freight templates, and which is the default one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shop.actor import SYSTEM
from shop.events.models import Event
from shop.events.words import describe_data
from shop.freight.models import FreightRule, FreightTemplate
from shop.freight.services import (
    MAX_RULES,
    Terms,
    add_template,
    change_template,
    delete_template,
    make_default,
)
from tests import cast
from tests.expect import refused

ZHEJIANG, HANGZHOU, TIBET = "330000", "330100", "540000"
ELSEWHERE: dict[str, Any] = {"is_elsewhere": True, "first_fen": 10_00}
OWNER = cast.clerk()


@pytest.fixture(autouse=True)
def usual(db: None) -> FreightTemplate:
    cast.open_shop()
    return FreightTemplate.objects.get()


def heavy(*rules: dict[str, Any], name: str = "大件", counts: str = "weight") -> Terms:
    return Terms(name, counts, [*rules, ELSEWHERE])


def point_at(template: FreightTemplate) -> None:
    product = cast.make_sku().product
    product.freight_template = template
    product.save()


def test_a_template_keeps_its_rows_in_order_and_says_them_on_the_record() -> None:
    near = {
        "regions": [ZHEJIANG],
        "first_units": 1000,
        "first_fen": 6_00,
        "next_units": 500,
        "next_fen": 1_50,
    }
    template = add_template(heavy(near, {"regions": [TIBET], "is_served": False}), actor=OWNER)
    assert [rule.regions for rule in template.rules.order_by("position")] == [[ZHEJIANG], [TIBET], []]
    event = Event.objects.get(kind="freight_template", verb="freight_template.add")
    assert [part.text for part in describe_data(event, FreightTemplate)] == [
        "Name: 大件",
        "Freight: 浙江省: ¥6.00 for 1 kg, then ¥1.50 for each 0.5 kg；"
        "西藏自治区: not served；everywhere else: ¥10.00",
    ]


def test_a_change_is_one_event_with_before_and_after() -> None:
    template = add_template(heavy(), actor=OWNER)
    changed = Terms("重货", "piece", [{**ELSEWHERE, "first_fen": 9_00, "free_from_pieces": 3}])
    change_template(template.pk, changed, actor=OWNER, expected_version=1)
    template.refresh_from_db()
    assert (template.name, template.counts, template.version) == ("重货", "piece", 2)
    parts = describe_data(Event.objects.get(verb="freight_template.change"), FreightTemplate)
    assert [(str(part.label), part.before, part.after) for part in parts] == [
        ("Name", "大件", "重货"),
        ("Freight counts", "By weight", "By piece"),
        ("Freight", "everywhere else: ¥10.00", "everywhere else: ¥9.00, free from 3 pieces"),
    ]


def test_nothing_new_is_no_change() -> None:
    template = add_template(heavy({"regions": [TIBET], "is_served": False}), actor=OWNER)
    change_template(template.pk, heavy({"regions": [TIBET], "is_served": False}), actor=OWNER)
    assert not Event.objects.filter(verb="freight_template.change").exists()


def test_a_form_that_a_colleague_overtook_is_refused() -> None:
    template = add_template(heavy(), actor=OWNER)
    change_template(template.pk, heavy(name="a"), actor=cast.clerk(id_=2), expected_version=1)
    with refused("stale"):
        change_template(template.pk, heavy(name="b"), actor=OWNER, expected_version=1)
    assert FreightTemplate.objects.get(pk=template.pk).name == "a"


ACTS: dict[str, Callable[[int, Any], object]] = {
    "add": lambda _pk, actor: add_template(heavy(name="x"), actor=actor),
    "change": lambda pk, actor: change_template(pk, heavy(name="x"), actor=actor),
    "make_default": lambda pk, actor: make_default(pk, actor=actor),
    "delete": lambda pk, actor: delete_template(pk, actor=actor),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", ["manager", "finance", "order_clerk"])
def test_only_who_may_edit_settings_may_do_this(name: str, role: str) -> None:
    template = add_template(heavy(), actor=SYSTEM)
    with refused("forbidden", 403):
        ACTS[name](template.pk, cast.clerk(role))
    assert sorted(FreightTemplate.objects.values_list("name", "is_default")) == [
        ("大件", False),
        ("运费", True),
    ]


@pytest.mark.parametrize(
    ("rules", "row", "words"),
    [
        ([], 0, "The last row is the one for everywhere else."),
        ([{"regions": [TIBET]}], 1, "The last row is the one for everywhere else."),
        ([ELSEWHERE, ELSEWHERE], 2, "The last row is the one for everywhere else."),
        ([{"regions": []}, ELSEWHERE], 0, "Name the provinces or cities of this row, or remove it."),
        ([{"regions": ["999999"]}, ELSEWHERE], 0, "The table of regions does not have this place."),
        (
            [{"regions": [ZHEJIANG]}, {"regions": [TIBET, ZHEJIANG]}, ELSEWHERE],
            1,
            "浙江省 stands in another row already.",
        ),
        ([{**ELSEWHERE, "is_served": False}], 0, "A template serves one region at least."),
        ([{"regions": [TIBET]}] * MAX_RULES + [ELSEWHERE], MAX_RULES, f"At most {MAX_RULES} rows."),
    ],
)
def test_rows_that_say_nothing_clear_are_refused(rules: list[dict[str, Any]], row: int, words: str) -> None:
    with refused("bad_rules", 400) as caught:
        add_template(Terms("大件", "piece", rules), actor=OWNER)
    assert (caught.value.extra["row"], str(caught.value)) == (row, words)


def test_a_city_may_cost_otherwise_than_its_province() -> None:
    template = add_template(heavy({"regions": [ZHEJIANG]}, {"regions": [HANGZHOU]}), actor=OWNER)
    assert template.rules.count() == 3


def test_a_name_is_given_once() -> None:
    add_template(heavy(), actor=OWNER)
    with refused("name_taken") as caught:
        add_template(heavy(), actor=OWNER)
    assert "“大件”" in str(caught.value)
    other = add_template(heavy(name="小件"), actor=OWNER)
    with refused("name_taken"):
        change_template(other.pk, heavy(), actor=OWNER)


class TestTheDefault:
    def test_it_moves_with_an_event_for_both(self, usual: FreightTemplate) -> None:
        template = add_template(heavy(), actor=OWNER)
        make_default(template.pk, actor=OWNER, expected_version=1)
        assert FreightTemplate.objects.get(is_default=True) == template
        verbs = Event.objects.filter(kind="freight_template").order_by("pk").values_list("subject_id", "verb")
        assert list(verbs)[-2:] == [
            (usual.pk, "freight_template.step_back"),
            (template.pk, "freight_template.make_default"),
        ]

    def test_it_is_made_so_once(self, usual: FreightTemplate) -> None:
        with refused("is_default"):
            make_default(usual.pk, actor=OWNER)

    def test_the_first_template_of_a_shop_is_it(self, usual: FreightTemplate) -> None:
        usual.delete()
        assert add_template(heavy(), actor=OWNER).is_default
        assert not add_template(heavy(name="小件"), actor=OWNER).is_default

    def test_the_database_has_one_at_most(self) -> None:
        with pytest.raises(IntegrityError, match="one_default_freight_template"), transaction.atomic():
            FreightTemplate.objects.create(name="x", is_default=True)


class TestDeleting:
    def test_it_goes_with_its_rows_and_stays_on_the_record(self) -> None:
        template = add_template(heavy(), actor=OWNER)
        delete_template(template.pk, actor=OWNER, expected_version=1)
        assert not FreightTemplate.objects.filter(name="大件").exists()
        assert not FreightRule.objects.filter(template_id=template.pk).exists()
        assert Event.objects.get(verb="freight_template.delete").data == {"name": "大件"}

    def test_not_while_products_name_it(self) -> None:
        template = add_template(heavy(), actor=OWNER)
        point_at(template)
        with refused("in_use") as caught:
            delete_template(template.pk, actor=OWNER)
        assert str(caught.value).startswith("1 products go by this template.")
        assert FreightTemplate.objects.filter(pk=template.pk).exists()

    def test_not_the_default_one(self, usual: FreightTemplate) -> None:
        with refused("default_stays"):
            delete_template(usual.pk, actor=OWNER)

    def test_not_one_that_is_gone(self) -> None:
        with refused("not_found", 404):
            delete_template(10**9, actor=OWNER)


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"position": 0}, "freight_rules_in_order"),
        ({"is_elsewhere": True}, "one_freight_rule_elsewhere"),
        ({"first_units": 0}, "freight_counts_in_units"),
        ({"next_units": 0}, "freight_counts_in_units"),
    ],
)
def test_the_database_refuses_rows_that_cannot_be_priced(
    usual: FreightTemplate, broken: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        usual.rules.create(**{"position": 9, "regions": [TIBET], **broken})

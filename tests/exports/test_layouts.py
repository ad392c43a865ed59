"""Layouts: kept under a name by one person or for the shop, chosen for exports, followed by those that repeat."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from orders.exports.models import Export, ExportLayout, ExportSchedule
from orders.exports.selectors import list_layouts
from orders.exports.services import layouts
from orders.exports.services.layouts import LayoutTerms, add_layout, change_layout, delete_layout
from orders.exports.services.repeating import Rhythm, make_schedule, repeat_export
from shop import clock
from shop.actor import Actor
from shop.events.models import Event
from tests import cast
from tests.console import page_with, sign_in
from tests.expect import refused
from tests.exports.conftest import make_layout, wish

NEW, ADD = "/console/exports/new/", "/console/exports/layouts/new/"
MONDAY = datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def colleague() -> Actor:
    return cast.actor_of(cast.make_staff("finance"))


@pytest.fixture
def clerk(client: Client) -> Client:
    return sign_in(cast.make_staff("manager"))


def terms(name: str = "对账", *columns: str, is_shared: bool = False) -> LayoutTerms:
    return LayoutTerms(name, columns or ("number",), is_shared)


def test_it_is_its_makers_alone_until_it_is_the_shops(manager: Actor, colleague: Actor) -> None:
    layout = make_layout(actor=manager)
    assert list(list_layouts(manager)) == [layout] and not list_layouts(colleague)
    with refused("not_found"):
        change_layout(layout.pk, terms(), actor=colleague)
    change_layout(layout.pk, terms(is_shared=True), actor=manager)
    assert list(list_layouts(colleague)) == [layout]
    change_layout(layout.pk, terms("对账单", "paid_yuan", "number", is_shared=True), actor=colleague)
    layout.refresh_from_db()
    assert (layout.name, layout.columns) == ("对账单", ["paid_yuan", "number"])


def test_nobody_takes_a_colleagues_layout_away_from_the_shop(manager: Actor, colleague: Actor) -> None:
    layout = make_layout(actor=manager, is_shared=True)
    with refused("not_yours"):
        change_layout(layout.pk, terms(), actor=colleague)
    change_layout(layout.pk, terms(), actor=manager)
    assert not list_layouts(colleague)


def test_a_name_stands_once_among_ones_own_and_once_in_the_shop(manager: Actor, colleague: Actor) -> None:
    make_layout(actor=manager)
    with refused("name_taken"):
        make_layout(actor=manager)
    make_layout(actor=manager, sheet="lines", columns=["product"])
    theirs = make_layout(actor=colleague, is_shared=True)
    with refused("name_taken"):
        add_layout("orders", terms(is_shared=True), actor=cast.clerk())
    other = make_layout("仓库", actor=colleague)
    with refused("name_taken"):
        change_layout(other.pk, terms(theirs.name), actor=colleague)


def test_what_cannot_be_kept_is_refused(manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    with refused("no_columns"):
        make_layout(columns=["nothing of ours"], actor=manager)
    with refused("forbidden"):
        make_layout(actor=cast.actor_of(cast.make_staff("support")))
    monkeypatch.setattr(layouts, "MOST_LAYOUTS", 1)
    make_layout(actor=manager)
    with refused("too_many"):
        make_layout("仓库", actor=manager)


def test_the_record_says_what_was_changed_and_nothing_new_is_no_change(manager: Actor) -> None:
    layout = make_layout(actor=manager)
    change_layout(layout.pk, terms("对账", "number", "paid_yuan"), actor=manager)
    change_layout(layout.pk, terms("对账", "number", "stage"), actor=manager, expected_version=1)
    delete_layout(layout.pk, actor=manager)
    events = Event.objects.filter(kind="export_layout").order_by("pk")
    assert [(event.verb, event.data) for event in events] == [
        ("export_layout.add", {"name": "对账", "sheet": "orders"}),
        (
            "export_layout.change",
            {"before": {"columns": ["number", "paid_yuan"]}, "after": {"columns": ["number", "stage"]}},
        ),
        ("export_layout.delete", {"name": "对账", "sheet": "orders"}),
    ]


def test_the_record_names_the_columns(clerk: Client, manager: Actor) -> None:
    layout = make_layout(is_shared=True)
    change_layout(layout.pk, terms("对账", "number", "stage", is_shared=True), actor=manager)
    page = page_with(200, clerk.get(reverse("exports:layout", args=[layout.pk])))
    assert "Order number, Stage" in page and "Order number, Paid" in page


def repeated(manager: Actor, layout: ExportLayout) -> list[str]:
    """The columns of what repeats by a layout, as it is made next."""
    ExportSchedule.objects.update(next_at=MONDAY)
    Export.objects.all().delete()
    with clock.at(MONDAY):
        repeat_export(ExportSchedule.objects.get().pk)
    names: list[str] = Export.objects.get().columns
    return names


def test_what_repeats_follows_its_layout_as_long_as_there_is_one(manager: Actor) -> None:
    layout = make_layout(actor=manager)
    wanted = wish("orders", layout.columns, layout_id=layout.pk)
    with clock.at(datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Shanghai"))):
        make_schedule(wanted, Rhythm("week", 8), actor=manager, key="one")
    change_layout(layout.pk, terms("对账", "stage"), actor=manager)
    assert repeated(manager, layout) == ["stage"]
    ExportLayout.objects.update(columns=["gone", "stage"])
    assert repeated(manager, layout) == ["stage"]
    delete_layout(layout.pk, actor=manager)
    assert repeated(manager, layout) == ["number", "paid_yuan"]


def test_a_layout_that_became_a_colleagues_own_is_not_followed(manager: Actor) -> None:
    owner = cast.clerk()
    layout = make_layout(actor=owner, is_shared=True)
    wanted = wish("orders", layout.columns, layout_id=layout.pk)
    with clock.at(datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Shanghai"))):
        make_schedule(wanted, Rhythm("week", 8), actor=manager, key="one")
    change_layout(layout.pk, terms("对账", "stage"), actor=owner)
    assert repeated(manager, layout) == ["number", "paid_yuan"]


def typed(**changes: Any) -> dict[str, Any]:
    return {"sheet": "orders", "name": "对账", "columns": ["paid_yuan", "number"]} | changes


def test_columns_of_an_export_are_kept_and_it_goes_on(clerk: Client) -> None:
    page = page_with(200, clerk.post(ADD, typed(open="1", name="", filter="tab=to_ship")))
    assert page.index('value="paid_yuan" checked') < page.index('value="number" checked')
    assert not ExportLayout.objects.exists()
    answer = clerk.post(ADD, typed(filter="tab=to_ship"))
    layout = ExportLayout.objects.get()
    assert answer["Location"] == f"{NEW}?sheet=orders&layout={layout.pk}&filter=tab%3Dto_ship"
    page = page_with(200, clerk.get(answer["Location"]))
    assert page.index('value="paid_yuan" checked') < page.index('value="number" checked')
    assert page.count(" checked") == 2 and 'aria-current="true"' in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"columns": []}, "Choose at least one column."),
        ({"name": " "}, "Please fill this in."),
        ({"name": "old"}, "There is a layout called “old” already. Choose another name."),
    ],
)
def test_what_does_not_fit_is_said(clerk: Client, changes: dict[str, Any], sentence: str) -> None:
    clerk.post(ADD, typed(name="old"))
    assert sentence in page_with(422, clerk.post(ADD, typed(**changes)))
    layout = ExportLayout.objects.get()
    clerk.post(ADD, typed(name="other"))
    page = reverse("exports:layout", args=[ExportLayout.objects.exclude(pk=layout.pk).get().pk])
    assert sentence in page_with(422, clerk.post(page, typed(version="1", **changes)))


def test_one_is_changed_by_the_columns_of_an_export_and_deleted(clerk: Client) -> None:
    clerk.post(ADD, typed())
    layout = ExportLayout.objects.get()
    page, delete = (reverse(f"exports:{name}", args=[layout.pk]) for name in ("layout", "delete_layout"))
    shown = page_with(200, clerk.post(page, {"open": "1", "columns": ["stage"]}))
    assert 'value="stage" checked' in shown and "对账" in shown
    clerk.post(page, typed(name="发货", columns=["stage"], is_shared="on", version="1"))
    layout.refresh_from_db()
    assert (layout.name, layout.columns, layout.is_shared) == ("发货", ["stage"], True)
    assert "发货" in page_with(200, clerk.get("/console/exports/"))
    clerk.post(delete, {"version": "2"})
    assert not ExportLayout.objects.exists()
    assert page_with(200, clerk.get("/console/audit/?kind=export_layout")).count("发货") >= 1


def test_columns_that_are_gone_are_said_and_it_goes_on(clerk: Client) -> None:
    clerk.post(ADD, typed())
    ExportLayout.objects.update(columns=["gone", "number", "gone too"])
    layout = ExportLayout.objects.get()
    for address in (f"{NEW}?layout={layout.pk}", reverse("exports:layout", args=[layout.pk])):
        page = page_with(200, clerk.get(address))
        assert "2 columns of this layout are not there any more; it goes on without them." in page
        assert page.count(' name="columns"') > 2 and page.count('value="number" checked') == 1
    assert "some are gone" in page_with(200, clerk.get("/console/exports/"))


def test_what_repeats_follows_the_layout_unless_its_columns_were_changed_on_the_page(clerk: Client) -> None:
    clerk.post(ADD, typed())
    layout = ExportLayout.objects.get()
    for key, columns in (("same", ["paid_yuan", "number"]), ("other", ["number"])):
        sent = {"sheet": "orders", "format": "csv", "every": "week", "hour": "8", "layout": layout.pk}
        clerk.post(NEW, sent | {"key": key, "columns": columns})
    followed = ExportSchedule.objects.order_by("pk").values_list("layout_id", flat=True)
    assert list(followed) == [layout.pk, None]


def test_a_layout_of_another_kind_or_person_is_passed_over(clerk: Client) -> None:
    theirs = make_layout()
    lines = make_layout(sheet="lines", columns=["product"], is_shared=True)
    for layout in (theirs, lines):
        page = page_with(200, clerk.get(f"{NEW}?layout={layout.pk}"))
        assert 'aria-current="true"' not in page and page.count(" checked") > 2

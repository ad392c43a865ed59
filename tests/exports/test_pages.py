"""Pages of exports over HTTP: from the list to the file."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from orders.exports.models import ColumnChoice, Export, ExportSchedule, ExportState
from orders.exports.services.writing import MOST_TRIES, write_export
from shop import clock
from shop.files.produced import forget_produced
from shop.staff.signing_in.reauthentication import PROVED_AT
from tests import cast
from tests.console import page_with, sign_in
from tests.exports.conftest import read_table

NEW = "/console/exports/new/"


@pytest.fixture
def clerk(client: Client) -> Client:
    return sign_in(cast.make_staff("manager"))


def typed(**changes: Any) -> dict[str, Any]:
    columns = ["number", "payable_yuan"]
    return {"sheet": "orders", "key": "one", "format": "xlsx", "hour": "8", "columns": columns} | changes


def test_from_the_list_to_the_file(clerk: Client) -> None:
    order = cast.paid_order()
    cast.place()
    page = page_with(200, clerk.get("/console/orders/?tab=to_confirm"))
    assert f"{NEW}?filter=tab%3Dto_confirm" in page
    form = page_with(200, clerk.get(f"{NEW}?filter=tab%3Dto_confirm"))
    assert "1 order is meant" in form and "To confirm" in form
    clerk.post(NEW, typed(filter="tab=to_confirm"))
    export = Export.objects.get()
    write_export(export.pk)
    export.refresh_from_db()
    page = page_with(200, clerk.get(reverse("exports:export", args=[export.pk])))
    assert f"/console/files/produced/{export.file_id}/" in page
    assert read_table(export) == [{"Order number": order.number, "Payable": order.payable_fen / 100}]
    assert clerk.get(f"/console/files/produced/{export.file_id}/").status_code == 200


def test_chosen_orders_alone(clerk: Client) -> None:
    order = cast.paid_order()
    cast.paid_order()
    answer = clerk.get(f"/console/exports/start/?number={order.number}&filter=")
    assert answer["HX-Redirect"] == f"{NEW}?number={order.number}"
    form = page_with(200, clerk.get(answer["HX-Redirect"]))
    assert "1 order is meant" in form and 'name="since"' not in form
    clerk.post(NEW, typed(number=order.number))
    export = Export.objects.get()
    write_export(export.pk)
    export.refresh_from_db()
    assert [row["Order number"] for row in read_table(export)] == [order.number]


def test_all_results_of_the_selection_bar(clerk: Client) -> None:
    answer = clerk.get("/console/exports/start/?number=1&filter=tab%3Dto_ship&all=1")
    assert answer["HX-Redirect"] == f"{NEW}?filter=tab%3Dto_ship"


def test_columns_are_remembered_for_each_person_and_kind(clerk: Client) -> None:
    clerk.post(NEW, typed())
    assert ColumnChoice.objects.get().columns == ["number", "payable_yuan"]
    form = page_with(200, clerk.get(NEW))
    assert form.count(" checked") == 2
    assert page_with(200, clerk.get(f"{NEW}?sheet=lines")).count(" checked") > 2
    other = sign_in(cast.make_staff("finance"))
    assert page_with(200, other.get(NEW)).count(" checked") > 2


def test_the_password_is_asked_for(clerk: Client) -> None:
    session = clerk.session
    del session[PROVED_AT]
    session.save()
    page_with(403, clerk.post(NEW, typed()))
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"columns": []}, "Choose at least one column."),
        ({"is_revealed": "on"}, "Say why: it stands in the record."),
        ({"is_revealed": "on", "reason": "x", "every": "week"}, "A repeated export shows them masked."),
        ({"since": "2026-02-02", "until": "2026-01-01"}, "This day is before the first one."),
    ],
)
def test_what_does_not_fit_is_said(clerk: Client, changes: dict[str, Any], sentence: str) -> None:
    assert sentence in page_with(422, clerk.post(NEW, typed(**changes)))
    assert not Export.objects.exists()


def test_a_second_one_is_refused_on_the_form(clerk: Client) -> None:
    clerk.post(NEW, typed())
    assert "Another export of yours" in page_with(409, clerk.post(NEW, typed(key="two")))


def test_finance_is_not_offered_what_it_may_not_see() -> None:
    finance = sign_in(cast.make_staff("finance"))
    assert "is_revealed" not in page_with(200, finance.get(NEW))
    finance.post(NEW, typed(is_revealed="on", reason="x"))
    assert not Export.objects.get().is_revealed


def test_one_that_repeats_and_is_stopped(clerk: Client) -> None:
    clerk.post(NEW, typed(every="month"))
    schedule = ExportSchedule.objects.get()
    assert not Export.objects.exists()
    stop = reverse("exports:stop_schedule", args=[schedule.pk])
    assert stop in page_with(200, clerk.get("/console/exports/"))
    clerk.post(stop)
    assert stop not in page_with(200, clerk.get("/console/exports/"))


def test_one_is_cancelled_on_its_page(clerk: Client) -> None:
    clerk.post(NEW, typed())
    export = Export.objects.get()
    clerk.post(reverse("exports:cancel_export", args=[export.pk]))
    export.refresh_from_db()
    assert export.state == ExportState.CANCELLED
    assert "Cancelled" in page_with(200, clerk.get("/console/exports/"))


def ask_again(clerk: Client, export: Export, was: str, part: str = "") -> Any:
    """What a live part of a page asks for at each hint."""
    address = f"{reverse('exports:export', args=[export.pk])}?was={was}&part={part}"
    return clerk.get(address, headers={"HX-Request": "true"})


def test_page_and_row_are_renewed_while_it_is_written_and_the_end_is_told_once(clerk: Client) -> None:
    clerk.post(NEW, typed())
    export = Export.objects.get()
    live = f'data-live="export:{export.pk}"'
    page, row = reverse("exports:export", args=[export.pk]), f"?part=row&amp;was={export.state}"
    assert live in page_with(200, clerk.get(page))
    assert live in (listed := page_with(200, clerk.get("/console/exports/"))) and row in listed
    Export.objects.update(state=ExportState.RUNNING, total=9, done=4)
    assert "4 of 9" in page_with(200, ask_again(clerk, export, "waiting"))
    answer = ask_again(clerk, export, "waiting", "row")
    assert page_with(200, answer).lstrip().startswith("<tr") and "4 of 9" in page_with(200, answer)
    assert "HX-Trigger" not in answer
    write_export(export.pk)
    for part in ("", "row"):
        answer = ask_again(clerk, export, "running", part)
        assert "The export is ready." in answer["HX-Trigger"] and "Download" in page_with(200, answer)
        assert ask_again(clerk, export, "done", part).status_code == 204
    story = page_with(200, ask_again(clerk, export, "running"))
    assert 'id="export-story" hx-swap-oob="true"' in story and "Export ready" in story


def test_an_open_page_says_that_the_file_is_gone_and_that_nothing_came_of_it(clerk: Client) -> None:
    clerk.post(NEW, typed())
    export = Export.objects.get()
    write_export(export.pk)
    export.refresh_from_db()
    assert f'data-live="export:{export.pk}"' in page_with(200, ask_again(clerk, export, "running"))
    assert export.file
    with clock.at(export.file.expires_at):
        forget_produced(export.file.pk)
    answer = ask_again(clerk, export, "done")
    assert "File deleted" in page_with(200, answer) and "HX-Trigger" not in answer
    assert ask_again(clerk, export, "expired").status_code == 204
    clerk.post(NEW, typed(key="two"))
    failed = Export.objects.latest("pk")
    Export.objects.filter(pk=failed.pk).update(tries=MOST_TRIES)
    write_export(failed.pk)
    answer = ask_again(clerk, failed, "running", "row")
    assert "Failed" in page_with(200, answer) and "No file came" in answer["HX-Trigger"]


def test_a_colleague_neither_sees_nor_downloads_it_and_the_owner_only_sees(clerk: Client) -> None:
    clerk.post(NEW, typed())
    export = Export.objects.get()
    write_export(export.pk)
    export.refresh_from_db()
    page, file = reverse("exports:export", args=[export.pk]), f"/console/files/produced/{export.file_id}/"
    finance, owner = sign_in(cast.make_staff("finance")), sign_in(cast.make_staff("owner"))
    assert finance.get(page).status_code == 404 == finance.get(file).status_code
    assert "for the person who made the export alone" in page_with(200, owner.get(page))
    assert owner.get(file).status_code == 404


def test_the_delivery_list_is_offered_while_something_waits(clerk: Client) -> None:
    words = "Delivery list of all that wait"
    assert words not in page_with(200, clerk.get("/console/orders/?tab=to_ship"))
    cast.prepared_order()
    assert words in page_with(200, clerk.get("/console/orders/?tab=to_ship"))
    assert words not in page_with(200, clerk.get("/console/orders/"))


def test_months_and_quarters_are_chosen_by_one_press(clerk: Client) -> None:
    order = cast.paid_order()
    with clock.at(datetime(2026, 2, 15, 1, tzinfo=UTC)):
        links = clerk.get(f"{NEW}?sheet=lines&filter=tab%3Dall%26stage%3Dto_confirm").context["periods"]
    assert [(str(link["label"]), QueryDict(link["url"].partition("?")[2])["filter"]) for link in links] == [
        (label, f"stage=to_confirm&since={since}&until={until}")
        for label, since, until in (
            ("This month", "2026-02-01", "2026-02-15"),
            ("Last month", "2026-01-01", "2026-01-31"),
            ("This quarter", "2026-01-01", "2026-02-15"),
            ("Last quarter", "2025-10-01", "2025-12-31"),
            ("This year", "2026-01-01", "2026-02-15"),
        )
    ]
    assert all("sheet=lines" in link["url"] for link in links)
    last = clerk.get(links[3]["url"])
    assert "0 orders are meant" in page_with(200, last) and last.context["periods"][3]["is_active"] is False
    assert 'value="2025-12-31"' in last.content.decode()
    assert clerk.get(f"{NEW}?number={order.number}").context["periods"] == []

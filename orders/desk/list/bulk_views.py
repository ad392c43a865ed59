"""Doing something to many orders: how many fit, the question beforehand, and the job."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from orders.desk.list.bulk import (
    BulkAction,
    Choice,
    choose_named,
    count_choice,
    count_results,
    find_newest,
    list_bulk,
    list_more,
    list_prints,
)
from orders.desk.list.bulk_forms import BulkForm
from orders.desk.list.counts import describe_count
from orders.desk.list.filters import Filters
from orders.desk.list.selection import Selection, read_selection
from orders.desk.list.views import draw_list
from shop.http.dialogs import Dialog, show_dialog
from shop.jobs.pages import follow_job, make_key, read_key
from shop.jobs.services import make_job
from shop.staff.decorators import StaffRequest, staff_page


@staff_page("orders.view")
def count_all(request: StaffRequest) -> HttpResponse:
    """The button that chooses all results of the list, with how many fit each action."""
    filters, actor = Filters(request.GET), request.actor
    total = count_results(filters, actor=actor)
    actions = [*list_bulk(actor), *list_more(actor), *list_prints(actor)]
    fits = [(act.name, _count(count_results(filters, act, actor=actor))) for act in actions]
    context = {"total": total, "total_words": describe_count(total), "fits": fits}
    return render(request, "desk/list/_bulk_all.html", context)


def _count(count: int) -> dict[str, Any]:
    return {"n": count, "words": describe_count(count)}


def make_bulk_view(action: BulkAction) -> Any:
    """GET asks (the dialog), POST makes the job; both over the numbers sent, over a filter (`all`), or over a job."""

    @staff_page(action.capability, methods=("GET", "POST"))
    def bulk(request: StaffRequest) -> HttpResponse:
        if request.method == "POST":
            return _take(request, action)
        selection, form = read_selection(request.GET), action.form() if action.form else None
        choice = count_choice(selection, action, actor=request.actor)
        dialog = make_dialog(action, selection, choice, form=form)
        return show_dialog(request, dialog, lambda shown: draw_list(request, selection.filters, dialog=shown))

    return bulk


def make_dialog(
    action: BulkAction,
    selection: Selection,
    choice: Choice,
    *,
    form: BulkForm | None = None,
    key: str = "",
    template: str = "desk/list/_bulk_ask.html",
) -> Dialog:
    """The question before an action, with what it asks for."""
    subject = {
        "act": action,
        "choice": choice,
        "stages": [stage.label for stage in action.stages],
        "is_all": selection.is_all,
        "hidden": selection.hidden,
        "key": key or make_key(),
    }
    words = describe_count(choice.fitting)
    return Dialog(
        template=template,
        name="bulk",
        title=action.one if choice.fitting == 1 else str(action.every).replace("{n}", words),
        url=action.url,
        form=form,
        subject=subject,
        is_open=True,
    )


def _take(request: StaffRequest, action: BulkAction) -> HttpResponse:
    """Make the job, or ask again where what was typed is refused."""
    selection = read_selection(request.POST)
    form = action.form(request.POST) if action.form else None
    if form is None or form.is_valid():
        return _make_job(request, action, selection, form.read() if form else None)
    choice = count_choice(selection, action, actor=request.actor)
    dialog = make_dialog(action, selection, choice, form=form, key=read_key(request))
    return draw_list(request, selection.filters, dialog=dialog, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _make_job(
    request: StaffRequest, action: BulkAction, selection: Selection, typed: dict[str, Any] | None
) -> HttpResponse:
    key, actor = read_key(request), request.actor
    if selection.is_all:
        parameters = {"filter": selection.filters.params, "newest": find_newest(actor)}
        job = make_job(action.kind, actor=actor, key=key, parameters=parameters, typed=typed)
    else:
        _choice, subjects = choose_named(selection, action, actor=actor)
        job = make_job(action.kind, actor=actor, key=key, subjects=subjects, typed=typed)
    return follow_job(request, job)

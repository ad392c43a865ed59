"""Doing something to many orders: how many fit, the question beforehand, and the job."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from orders.desk.list.bulk import BulkAction, Choice, choose_numbers, count_results, find_newest, list_bulk
from orders.desk.list.counts import describe_count
from orders.desk.list.filters import Filters
from shop.http.dialogs import Dialog
from shop.jobs.pages import follow_job, make_key, read_key
from shop.jobs.services import make_job
from shop.staff.decorators import StaffRequest, staff_page

MOST_NUMBERS = 200


@staff_page("orders.view")
def count_all(request: StaffRequest) -> HttpResponse:
    """The button that chooses all results of the list, with how many fit each action."""
    filters, actor = Filters(request.GET), request.actor
    total = count_results(filters, actor=actor)
    fits = [(act.name, _count(count_results(filters, act.stages, actor=actor))) for act in list_bulk(actor)]
    context = {"total": total, "total_words": describe_count(total), "fits": fits}
    return render(request, "desk/list/_bulk_all.html", context)


def _count(count: int) -> dict[str, Any]:
    return {"n": count, "words": describe_count(count)}


def make_bulk_view(action: BulkAction) -> Any:
    """GET asks (the dialog), POST makes the job; both over the numbers sent or, with `all`, over a filter."""

    @staff_page(action.capability, methods=("GET", "POST"))
    def bulk(request: StaffRequest) -> HttpResponse:
        if request.method == "POST":
            return _make_job(request, action)
        return render(request, "desk/list/_bulk_ask.html", {"dialog": _make_dialog(request, action)})

    return bulk


def _make_dialog(request: StaffRequest, action: BulkAction) -> Dialog:
    numbers, filters = _read_numbers(request.GET), Filters(QueryDict(request.GET.get("filter", "")))
    is_all, actor = "all" in request.GET, request.actor
    if is_all:
        choice = Choice(
            count_results(filters, actor=actor), count_results(filters, action.stages, actor=actor)
        )
    else:
        choice, _subjects = choose_numbers(numbers, action, actor=actor)
    words = describe_count(choice.fitting)
    subject = {
        "act": action,
        "choice": choice,
        "stages": [stage.label for stage in action.stages],
        "is_all": is_all,
        "numbers": numbers,
        "filter": filters.make_url("").removeprefix("?"),
        "key": make_key(),
    }
    title = action.one if choice.fitting == 1 else str(action.every).replace("{n}", words)
    return Dialog(
        template="desk/list/_bulk_ask.html",
        name="bulk",
        title=title,
        url=action.url,
        subject=subject,
        is_open=True,
    )


def _make_job(request: StaffRequest, action: BulkAction) -> HttpResponse:
    key = read_key(request)
    if "all" in request.POST:
        filters = Filters(QueryDict(request.POST.get("filter", "")))
        parameters = {"filter": filters.params, "newest": find_newest(request.actor)}
        job = make_job(action.kind, actor=request.actor, key=key, parameters=parameters)
    else:
        _choice, subjects = choose_numbers(_read_numbers(request.POST), action, actor=request.actor)
        job = make_job(action.kind, actor=request.actor, key=key, subjects=subjects)
    return follow_job(request, job)


def _read_numbers(data: QueryDict) -> list[str]:
    """Order numbers as far as they can be some; what is none finds nothing."""
    numbers = data.getlist("number")[:MOST_NUMBERS]
    return [number for number in numbers if number.isascii() and number.isdecimal() and len(number) <= 18]

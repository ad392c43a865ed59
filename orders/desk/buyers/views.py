"""Pages of buyers. Phones and addresses leave here masked."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from orders.desk.buyers.forms import BuyerForm, RemarkForm
from orders.desk.buyers.selectors import (
    BY_SPENDING,
    BuyerFilter,
    BuyerSort,
    find_buyers,
    find_spenders,
    list_own_capabilities,
    make_buyer_page,
    make_rows,
)
from shop.customers.care import reveal_phone
from shop.customers.models import Customer
from shop.errors import Refused
from shop.http.dialogs import Dialog, show_dialog, show_obstacle
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff import second
from shop.staff.decorators import StaffRequest, staff_page

_LONGEST_SEARCH = 40


@staff_page("customers.view")
def list_buyers(request: StaffRequest) -> HttpResponse:
    """All customers, newest first; `?who=` finds a whole phone or nickname, or a number.

    `?only=` is a BuyerFilter, `?sort=` a BuyerSort.
    """
    words = request.GET.get("who", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    wanted = request.GET.get("only", "")
    only = BuyerFilter(wanted if wanted in BuyerFilter.values else "")
    sort = BuyerSort.SPENT if request.GET.get("sort") == BuyerSort.SPENT else BuyerSort.NEWEST
    if sort == BuyerSort.SPENT:
        page = read_page(find_spenders(words=words, only=only), request, BY_SPENDING)
    else:
        page = read_page(find_buyers(words=words, only=only), request)
    context = {
        "page": page,
        "rows": make_rows(page.rows, actor=request.actor),
        "words": words,
        "tabs": [_make_tab(item, words, sort, item == only) for item in BuyerFilter],
        "sort": sort,
        "sorts": BuyerSort.choices,
        "only": only,
    }
    return render(request, "desk/buyers/list.html", context)


def _make_tab(item: BuyerFilter, words: str, sort: BuyerSort, is_active: bool) -> dict[str, Any]:
    values = {"who": words, "only": item.value, "sort": sort.value}
    return {
        "label": item.label,
        "url": make_url(reverse("customers:list"), values),
        "is_active": is_active,
    }


@staff_page("customers.view", methods=("POST",))
def reveal(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The phone in full; who looked is on the record."""
    phone = reveal_phone(customer_id, actor=request.actor)
    response = render(request, "desk/buyers/_phone.html", {"phone": phone})
    response["Cache-Control"] = "private, no-store"
    return response


@staff_page("customers.view")
def show_buyer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """One customer: orders and spending, balance, remark, whether they may order, and masked addresses."""
    return _render(request, get_object_or_404(Customer, pk=customer_id))


def _render(
    request: StaffRequest,
    customer: Customer,
    *,
    remark: BuyerForm | None = None,
    dialog: Dialog | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with `dialog` open on it; `remark` is the form of the page itself where it was refused."""
    context = {
        "page": make_buyer_page(customer, actor=request.actor),
        "customer": customer,
        "addresses": customer.addresses.order_by("-is_default", "-pk"),
        "remark_form": remark or RemarkForm(customer=customer),
        "dialog": dialog,
        **list_own_capabilities(request.actor),
    }
    response = render(request, "desk/buyers/customer.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def make_form_view(kind: type[BuyerForm]) -> Any:
    """The view behind one form: GET shows its dialog, if it has one, POST calls the service.

    A refusal shows the page with what was typed.
    """

    @staff_page(
        kind.capability, methods=("GET", "POST") if kind.question else ("POST",), fresh=kind.needs_proof
    )
    def act(request: StaffRequest, customer_id: int) -> HttpResponse:
        customer = get_object_or_404(Customer, pk=customer_id)
        if request.method != "POST":
            return _ask(request, customer, kind)
        if second.is_answer(request) and (question := second.take_second(request)):
            return question
        form = kind(request.POST, customer=customer)
        if not form.is_valid():
            return _show_again(request, form, status=422)
        try:
            form.run(request.actor)
        except Refused as refused:
            if refused.code == second.REQUIRED:
                return second.show_second(request, refused)
            if refused.code in ("forbidden", "not_found"):
                raise
            form.add_error(None, str(refused))
            return _show_again(request, form, status=refused.status)
        messages.success(request, str(kind.done))
        return redirect("customers:customer", customer_id)

    return act


def _ask(request: StaffRequest, customer: Customer, kind: type[BuyerForm]) -> HttpResponse:
    if obstacle := kind.find_obstacle(customer):
        return show_obstacle(request, obstacle, lambda: _render(request, customer))
    dialog = _make_dialog(kind(customer=customer))
    return show_dialog(request, dialog, lambda dialog: _render(request, customer, dialog=dialog))


def _show_again(request: StaffRequest, form: BuyerForm, *, status: int) -> HttpResponse:
    """The customer as they are now, with the form as it was typed; or with the reason why it is of no use now."""
    customer = form.customer = get_object_or_404(Customer, pk=form.customer.pk)
    if form.question is None:
        return _render(request, customer, remark=form, status=status)
    if obstacle := form.find_obstacle(customer):
        messages.error(request, str(obstacle))
        return _render(request, customer, status=status)
    dialog = replace(_make_dialog(form), is_open=True)
    return _render(request, customer, dialog=dialog, status=status)


def _make_dialog(form: BuyerForm) -> Dialog:
    return Dialog(
        template="desk/buyers/_form.html",
        name=form.name,
        title=form.question.title if form.question else "",
        url=reverse(f"customers:{form.name}", args=[form.customer.pk]),
        form=form,
        subject=form.question,
    )

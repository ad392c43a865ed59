"""Pages of buyers. Phones and addresses leave here masked."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.desk.customers.forms import ACTIONS, RemarkForm, find_action_url
from orders.desk.customers.selectors import (
    BY_SPENDING,
    CustomerFilter,
    CustomerSort,
    find_customers,
    find_spenders,
    make_customer_page,
    make_rows,
)
from orders.desk.search.hints import say_tried
from shop.access import has_capability
from shop.actor import Actor
from shop.customers.care import reveal_phone
from shop.customers.models import Customer
from shop.customers.moves import customers_in_scope
from shop.customers.selectors import CustomerWay, guess_ways
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.http.query import make_url
from shop.staff.actions.forms import ActionForm
from shop.staff.actions.rows import ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

_LONGEST_SEARCH = 40


@staff_page("customers.view")
def show_customers(request: StaffRequest) -> HttpResponse:
    """All customers, newest first; `?who=` finds a phone, its last digits, a nickname or a number.

    `?only=` is a CustomerFilter, `?sort=` a CustomerSort.
    """
    words = request.GET.get("who", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    wanted = request.GET.get("only", "")
    only = CustomerFilter(wanted if wanted in CustomerFilter.values else "")
    sort = CustomerSort.SPENT if request.GET.get("sort") == CustomerSort.SPENT else CustomerSort.NEWEST
    if sort == CustomerSort.SPENT:
        page = read_page(find_spenders(words=words, only=only), request, BY_SPENDING)
    else:
        page = read_page(find_customers(words=words, only=only), request)
    context = {
        "page": page,
        "rows": make_rows(page.rows, actor=request.actor),
        "words": words,
        "tabs": [_make_tab(item, words, sort, item == only) for item in CustomerFilter],
        "sort": sort,
        "sorts": CustomerSort.choices,
        "only": only,
        "nothing_words": "" if page.rows else _say_tried(words),
    }
    return render(request, "desk/customers/list.html", context)


def _say_tried(words: str) -> str:
    tried = guess_ways(words)
    others = [way.label for way in CustomerWay if way not in tried]
    recipients = _("Recipients are found by the order search above.")
    return f"{say_tried([way.label for way in tried], others)} {recipients}"


def _make_tab(item: CustomerFilter, words: str, sort: CustomerSort, is_active: bool) -> dict[str, Any]:
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
    return render(request, "desk/customers/_phone.html", {"phone": phone})


@staff_page("customers.view")
def show_customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """One customer: orders and spending, balance, remark, whether they may order, and masked addresses."""
    return _render(request, _get(request.actor, customer_id))


def _render(
    request: StaffRequest,
    customer: Customer,
    *,
    bound: ActionForm | None = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page, with `dialog` open on it; `bound` is the form of the page itself where it was refused."""
    offers = list_offers(
        ACTIONS, customer, request.actor, action_url=find_action_url, is_silent=lambda _why: True
    )
    context = {
        "page": make_customer_page(customer, actor=request.actor),
        "customer": customer,
        "addresses": customer.addresses.order_by("-is_default", "-pk"),
        "offers": offers,
        "remark_form": bound or RemarkForm(subject=customer, actor=request.actor),
        "dialog": dialog,
        "may_see_orders": has_capability(request.actor, "orders.view"),
        "may_reveal": has_capability(request.actor, "orders.reveal"),
    }
    return render(request, "desk/customers/customer.html", context, status=status)


def _get(actor: Actor, customer_id: int) -> Customer:
    return get_object_or_404(customers_in_scope(actor), pk=customer_id)


CUSTOMER_PAGE = ActionPage(
    get=_get,
    render=_render,
    url=lambda customer: reverse("customers:customer", args=[customer.pk]),
    action_url=find_action_url,
)

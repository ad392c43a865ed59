"""Today at a verifier's store: what waits, what was handed out; finding an order; going over to another store."""

from http import HTTPStatus
from typing import Any

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.models import Order
from pickup.cards import find_card
from pickup.codes import find_known, make_code
from pickup.phone.answers import show, show_outcome
from pickup.phone.forms import FindForm
from pickup.phone.outcomes import tell_refusal
from pickup.phone.places import keep_place, read_place
from pickup.phone.session import verifier_required
from pickup.places import Place, find_place
from pickup.selectors import find_waiting, list_handed_out_since, list_waiting
from pickup.services.verifiers import verifier_actor
from pickup.watch.guesses import counted, read_guesser_at
from pickup.watch.refusals import recorded
from shop import clock
from shop.crypto import mask_name
from shop.errors import Refused
from shop.http.api.fields import read_id
from shop.http.middleware import read_next
from shop.http.paging import read_page

_PAGE = 20
_COUNTED = 99
HOME = "phone:home"


# The library that reads codes is WebAssembly, which a policy has to name.
may_scan = csp_update({"script-src": [WASM_UNSAFE_EVAL]})


@require_safe
@may_scan
@verifier_required
def waiting(request: Any) -> HttpResponse:
    """What waits at the store, the newest first."""
    place = read_place(request, request.verifier)
    rows = list_waiting(place.scope)
    return _show_orders(request, place, rows, {"tab": "waiting", "count": _count(rows)})


def _show_orders(
    request: HttpRequest, place: Place, rows: "QuerySet[Order]", more: dict[str, Any]
) -> HttpResponse:
    page = read_page(rows, request, size=_PAGE)
    context = {"page": page, "rows": [_describe(order) for order in page.rows], "find": FindForm()}
    return show(request, "home", {"place": place, **context, **more})


def _describe(order: Order) -> dict[str, Any]:
    """As a list shows it: enough to tell it from others, and not more of who comes."""
    code = make_code(order)
    return {
        "order": order,
        "who": mask_name(order.recipient),
        "digits": order.phone[-4:],
        "url": reverse("pickup_code", args=[code.token]) if code else "",
    }


def _count(rows: "QuerySet[Order]") -> str:
    found = rows.order_by().values("pk")[: _COUNTED + 1].count()
    return f"{_COUNTED}+" if found > _COUNTED else str(found)


@require_safe
@may_scan
@verifier_required
def handed_out(request: Any) -> HttpResponse:
    """What left the store today, the newest first."""
    place = read_place(request, request.verifier)
    today = clock.start_of_day(timezone.localdate(clock.now()))
    page = read_page(list_handed_out_since(place.store.pk, today), request, size=_PAGE)
    rows = [{"done": row, "who": mask_name(row.order.recipient)} for row in page.rows]
    context = {"place": place, "page": page, "rows": rows, "find": FindForm(), "tab": "done"}
    return show(request, "home", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_scan
@verifier_required
def find(request: Any) -> HttpResponse:
    """A code that was typed or scanned leads to its card; four digits to what waits for somebody of such a phone."""
    place = read_place(request, request.verifier)
    form = FindForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _show_unread(request, place, form)
    if digits := form.last_digits:
        return _show_found(request, place, digits)
    if request.method != "POST":
        return redirect(HOME)
    return _lead_to_card(request, place, form.cleaned_data["shown"])


def _show_unread(request: HttpRequest, place: Place, form: FindForm) -> HttpResponse:
    rows = list_waiting(place.scope)
    page = read_page(rows, request, size=_PAGE, path=reverse(HOME))
    context = {"place": place, "page": page, "rows": [_describe(order) for order in page.rows]}
    context |= {"find": form, "tab": "waiting", "count": _count(rows)}
    return show(request, "home", context, HTTPStatus.UNPROCESSABLE_ENTITY)


def _show_found(request: HttpRequest, place: Place, digits: str) -> HttpResponse:
    if request.method == "POST":
        return HttpResponseRedirect(f"{reverse('phone:find')}?shown={digits}")
    rows = find_waiting(place.scope, digits)
    return _show_orders(request, place, rows, {"tab": "found", "digits": digits})


def _lead_to_card(request: HttpRequest, place: Place, text: str) -> HttpResponse:
    """What has been handed out has no address any more: what is known of it is told at once."""
    try:
        with counted(read_guesser_at(request, place)):
            code = make_code(find_known(text))
        if code is None:
            find_card(text, place)
    except Refused as refused:
        return show_outcome(request, tell_refusal(refused), refused.status)
    return redirect("pickup_code", code.token) if code else redirect(HOME)


@require_POST
@verifier_required
def choose_store(request: Any) -> HttpResponse:
    """From now on this phone stands at another one of the verifier's stores."""
    try:
        with recorded(verifier_actor(request.verifier), request=request):
            place = find_place(request.verifier, read_id(request.POST.get("store", "")))
    except Refused as refused:
        return show_outcome(request, tell_refusal(refused), refused.status)
    response = HttpResponseRedirect(read_next(request, otherwise=reverse(HOME)))
    keep_place(response, place)
    return response

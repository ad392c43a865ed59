"""The page of a payment link: GET shows how it stands, POST begins to pay. Nobody signs in."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orders.desk.pay_page.browsers import list_ways, read_browser
from orders.desk.pay_page.looks import Look
from orders.payments.links.paying import Wanted, start_by_link
from orders.payments.links.tokens import find_link
from orders.payments.models import PayLink
from pickup.watch.guesses import counted, read_guesser
from shop.errors import Refused
from shop.http.addresses import read_ip
from shop.http.buckets import take
from shop.store.selectors import get_store_settings

_EACH_MS = 3_000
_AT_ONCE_MS = 10 * _EACH_MS
_MAX_DIGITS = 10


@require_http_methods(["GET", "HEAD", "POST"])
def pay_page(request: HttpRequest, pay_token: str) -> HttpResponse:
    """The page, or with `X-Part: pay` its part that changes; 204 while the screen shows all there is (`?seen=`)."""
    try:
        with counted(read_guesser(request)):
            link = find_link(pay_token)
    except Refused as refused:
        return _show(request, "gone", {"words": str(refused)}, refused.status)
    is_part = request.headers.get("X-Part") == "pay"
    refusal = _start(request, link) if request.method == "POST" else None
    if request.method == "POST":
        if refusal is None and not is_part:
            return redirect("pay_page", pay_token)
        link = find_link(pay_token)
    seen = request.GET.get("seen", "")
    look = Look(link, read_browser(request), seen, str(refusal or ""))
    if look.mark == seen:
        return _hide(HttpResponse(status=HTTPStatus.NO_CONTENT))
    context = {"look": look, "token": pay_token}
    return _show(
        request, "_main" if is_part else "page", context, refusal.status if refusal else HTTPStatus.OK
    )


def _start(request: HttpRequest, link: PayLink) -> Refused | None:
    """Begin to pay as the press says; why that is not possible, None where it is."""
    chosen = request.POST.get("method", "")
    way = next((way for way in list_ways(read_browser(request)) if way.method == chosen), None)
    typed = request.POST.get("amount", "")
    try:
        if way is None or not (typed.isascii() and typed.isdigit() and len(typed) <= _MAX_DIGITS):
            raise Refused("bad_choice", _("This way to pay is not possible here. Choose another one."), 400)
        if take(f"pay_link_{link.pk}", each_ms=_EACH_MS, full_ms=_AT_ONCE_MS):
            raise Refused("too_often", _("That was very often. Wait a few seconds, then try again."), 429)
        payer_ip = read_ip(request) or "127.0.0.1"
        start_by_link(link, Wanted(way.channel, int(typed), payer_ip, way.method))
    except Refused as refused:
        return refused
    return None


def _show(request: HttpRequest, template: str, context: dict[str, object], status: int) -> HttpResponse:
    more = {"shop_name": get_store_settings().shop_name}
    return _hide(render(request, f"desk/pay_page/{template}.html", context | more, status=status))


def _hide(response: HttpResponse) -> HttpResponse:
    """Nobody keeps it or finds it; WeChat learns from which shop somebody comes, and not by which link."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response

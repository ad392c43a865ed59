"""Signing in on the phone: by WeChat, which knows the verifier's openid or unionid; and out."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pickup.models import Verifier
from pickup.phone import session, wechat
from pickup.selectors import list_verifiers
from pickup.services.binding import bind_wechat, find_signing_in
from pickup.services.verifiers import verifier_actor
from pickup.watch.refusals import record_refusal
from shop.errors import Refused


@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The page; who is signed in goes on."""
    next_url = session.own_page(request, request.GET.get("next", ""))
    if session.signed_in_verifier(request):
        return redirect(next_url)
    return show_page(request, next_url)


def show_page(request: HttpRequest, next_url: str, *, refused: Refused | None = None) -> HttpResponse:
    """The page, with what is wrong."""
    context: dict[str, Any] = {
        "next": next_url,
        "error": str(refused or ""),
        "people": list_verifiers(is_on=True) if settings.DEMO else [],
    }
    status = refused.status if refused else HTTPStatus.OK
    return render(request, "pickup/phone/sign_in.html", context, status=status)


@never_cache
@require_safe
def to_wechat(request: HttpRequest) -> HttpResponseBase:
    """Lead the browser to WeChat, which asks nobody anything and leads it back."""
    next_url, state = session.own_page(request, request.GET.get("next", "")), wechat.new_state()
    back_url = f"{settings.BASE_URL}{reverse('phone:back')}"
    try:
        response = redirect(wechat.get_client().authorize_url(back_url, state=state))
    except Refused as refused:
        return show_page(request, next_url, refused=refused)
    wechat.keep_way(response, state, next_url)
    return response


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponseBase:
    """Come back from WeChat: on to an invite with who it is, else signed in."""
    next_url = session.HOME
    try:
        next_url = wechat.read_way(request)
        person = wechat.ask_who(request)
        response: HttpResponse = redirect(next_url)
        if next_url.startswith(session.INVITES):
            wechat.keep_who(response, person)
        else:
            _let_in(request, response, find_signing_in(person), person.openid)
    except Refused as refused:
        response = show_page(request, next_url, refused=refused)
    wechat.forget_way(response, wechat.STATE)
    return response


def _let_in(request: HttpRequest, response: HttpResponseBase, verifier: Verifier | None, openid: str) -> None:
    if verifier is None:
        message = _("This WeChat belongs to no verifier. Ask the shop for an invite.")
        raise Refused("no_verifier", message, 403)
    try:
        session.sign_in(request, response, verifier)
    except Refused as refused:
        record_refusal(refused.code, verifier_actor(verifier), request=request)
        raise
    bind_wechat(verifier.pk, openid)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    response = redirect("phone:sign_in")
    session.sign_out(request, response)
    return response

"""The link of an invite, opened on a phone: WeChat says who it is, one button binds and signs in."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pickup.models import Invite
from pickup.phone import session, wechat
from pickup.services.binding import find_by_wechat
from pickup.services.invites import find_invite, join_on_phone
from pickup.watch.refusals import record_refusal
from shop.clients.wechat_web import Person
from shop.console.fields import text
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL


class JoinForm(forms.Form):
    """What colleagues call somebody whom the shop does not know yet."""

    nickname = text(_("Your name, as colleagues know you"), max_length=30, validators=[NO_CONTROL])

    def __init__(self, data: Any = None, *, asks: bool) -> None:
        super().__init__(data)
        if not asks:
            del self.fields["nickname"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows where the invite leads and changes nothing; POST joins and signs in."""
    try:
        invite = find_invite(token)
        person = wechat.read_who(request)
        form = _make_form(request, invite, person)
        if request.method == "POST" and person and form.is_valid():
            return _join(request, token, person, form)
    except Refused as refused:
        record_refusal(refused.code, request=request)
        return _show(request, {"refused": refused}, refused.status)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    go_on = f"{reverse('phone:to_wechat')}?{urlencode({'next': request.path})}"
    return _show(request, {"invite": invite, "person": person, "form": form, "go_on": go_on}, status)


def _make_form(request: HttpRequest, invite: Invite, person: Person | None) -> JoinForm:
    is_known = invite.person_id is not None or (person is not None and find_by_wechat(person) is not None)
    return JoinForm(request.POST if request.method == "POST" and person else None, asks=not is_known)


def _join(request: HttpRequest, token: str, person: Person, form: JoinForm) -> HttpResponseBase:
    verifier = join_on_phone(token, person, nickname=form.cleaned_data.get("nickname", ""))
    response = redirect(session.HOME)
    session.sign_in(request, response, verifier)
    wechat.forget_way(response)
    return response


def _show(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    empty: dict[str, Any] = {"refused": None, "invite": None, "person": None, "form": None, "go_on": ""}
    response = render(request, "pickup/phone/join.html", empty | context, status=status)
    # Not "no-referrer": a browser would send the form without its origin, and the form would be refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response

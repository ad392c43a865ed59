"""Signing in and out, and one's own preferences."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from shop.errors import Refused
from shop.http.middleware import own_address, way_back
from shop.push import CHECK_SESSION, push_hint
from shop.staff.accounts import record_sign_in
from shop.staff.models import THEMES, StaffUser
from shop.staff.pages.forms import SignInForm
from shop.staff.services import set_theme, staff_actor
from shop.staff.signing_in.devices import describe_device
from shop.staff.signing_in.gate import password_gate
from shop.staff.signing_in.known_devices import remember_device

THEME_COOKIE = "theme"
_YEAR_S = 365 * 24 * 3600


class SignIn(LoginView):
    template_name = "staff/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"error": "", "is_locked": False, **kwargs})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; who pressed something on another one, in whose part it would be shown, is led to it."""
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(f"{request.path}?{urlencode({'next': way_back(request)})}")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with password_gate(request):
                return super().post(request, *args, **kwargs)
        except Refused as refused:
            # An unbound form: a bound one would check the password after all.
            form = SignInForm(request, initial={"username": request.POST.get("username", "")[:150]})
            context = self.get_context_data(form=form, error=str(refused))
            return self.render_to_response(context, status=refused.status)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, StaffUser):
            record_sign_in(user, device=describe_device(self.request), actor=staff_actor(user))
            remember_device(response, user)
        return response


class SignOut(LogoutView):
    next_page = "staff:login"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = super().post(request, *args, **kwargs)
        if was_signed_in:
            # Other windows of this browser still have their sockets open.
            push_hint(hint=CHECK_SESSION)
        return response


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for one user name from one address."""
    context = {"form": SignInForm(request), "next": "", "error": "", "is_locked": True}
    return render(request, "staff/login.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light or dark: in a cookie, so that it works before sign-in, and on the user when signed in."""
    chosen = request.POST.get("theme", "")
    response = HttpResponseRedirect(own_address(request, request.POST.get("next", "")))
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=_YEAR_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        if isinstance(request.user, StaffUser):
            set_theme(request.user, chosen)
    return response

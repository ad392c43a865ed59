"""A verifier's own page on the phone: who is signed in, and the PIN."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pickup.models import Verifier
from pickup.phone.session import verifier_required
from pickup.services.pins import has_pin, refuse_bad_pin, set_pin
from pickup.services.verifiers import verifier_actor
from pickup.watch.refusals import record_refusal
from shop.errors import Refused


class VerifierRequest(HttpRequest):
    """A request that passed `verifier_required`."""

    verifier: Verifier


def pin_field(label: Any, **kwargs: Any) -> forms.CharField:
    """Six figures that nobody reads over the shoulder, typed by the number keys of a phone."""
    attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "6", "pattern": "[0-9]{6}"}
    return forms.CharField(label=label, max_length=6, widget=forms.PasswordInput(attrs), **kwargs)


class PinForm(forms.Form):
    """`present` is asked of who has one; `again` tells a slip of the finger from a choice."""

    present = pin_field(_("Present PIN"))
    pin = pin_field(_("New PIN, six figures"))
    again = pin_field(_("New PIN once more"))

    def __init__(self, data: Any = None, *, has_one: bool) -> None:
        super().__init__(data)
        if not has_one:
            del self.fields["present"]

    def clean(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if "pin" in data:
            try:
                refuse_bad_pin(data["pin"])
            except Refused as refused:
                self.add_error("pin", str(refused))
        if {"pin", "again"} <= data.keys() and data["pin"] != data["again"]:
            self.add_error("again", _("These are two different PINs."))
        return super().clean()

    def show_refusal(self, refused: Refused) -> None:
        self.add_error("present" if "present" in self.fields else "pin", str(refused))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@verifier_required
def account(request: VerifierRequest) -> HttpResponse:
    """Who is signed in, and where; POST chooses the PIN."""
    verifier = request.verifier
    form = PinForm(request.POST or None, has_one=has_pin(verifier))
    if request.method == "POST" and form.is_valid() and _choose(request, form):
        messages.success(request, _("The PIN is chosen."))
        return redirect("phone:account")
    context = {"verifier": verifier, "form": form, "has_pin": "present" in form.fields}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "pickup/phone/account.html", context, status=status)


def _choose(request: VerifierRequest, form: PinForm) -> bool:
    data = form.cleaned_data
    try:
        set_pin(request.verifier, data["pin"], present=data.get("present", ""))
    except Refused as refused:
        record_refusal(refused.code, verifier_actor(request.verifier), request=request)
        form.show_refusal(refused)
        return False
    return True

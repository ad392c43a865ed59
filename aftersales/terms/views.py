"""The page of after-sales in the settings: terms, reasons, return addresses; and those of one reason or address."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from aftersales.terms.forms import TermsForm
from aftersales.terms.models import AftersaleTerms, Reason, ReturnAddress
from aftersales.terms.selectors import get_terms
from aftersales.terms.services.terms import change_terms
from shop.access import has_capability
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.tabs import list_tabs

HOME = "aftersales:settings"
VIEW, EDIT = "settings.view", "settings.edit"


def frame(request: StaffRequest) -> dict[str, Any]:
    """What every page of these settings shows around it."""
    return {"tabs": list_tabs(request, inside=HOME), "may_edit": has_capability(request.actor, EDIT)}


@staff_page(VIEW)
def overview(request: StaffRequest) -> HttpResponse:
    """The terms, the reasons in their order, and where returns go."""
    terms = get_terms()
    return _show(request, TermsForm(terms=terms), terms)


@staff_page(EDIT, methods=("POST",))
def save_terms(request: StaffRequest) -> HttpResponse:
    """Write the terms; what is wrong is said beside it."""
    terms = get_terms()
    form, seen = TermsForm(request.POST, terms=terms), read_version(request.POST)
    if form.is_valid():
        try:
            change_terms(form.cleaned_data, actor=request.actor, expected_version=seen)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The terms of after-sales are saved."))
            return redirect(HOME)
    else:
        terms.version = seen  # Nobody has been told what others changed since.
    return _show(request, form, terms, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _show(
    request: StaffRequest, form: TermsForm, terms: AftersaleTerms, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "form": form,
        "terms": terms,
        "reasons": Reason.objects.order_by("-is_in_use", "rank", "pk"),
        "addresses": ReturnAddress.objects.order_by("-is_in_use", "-is_default", "pk"),
        "changes": tell_last(terms),
    }
    return render(request, "aftersales/settings/overview.html", context | frame(request), status=status)

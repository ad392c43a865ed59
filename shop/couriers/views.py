"""The page of couriers and labels: what is missing, senders, couriers in use; and the providers of e-waybills."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from shop.console.timeline import tell_last
from shop.couriers.checklist import list_missing_for_labels
from shop.couriers.forms import ProviderForm
from shop.couriers.known import list_couriers
from shop.couriers.models import Provider, ProviderAccount
from shop.couriers.moves import PROVIDERS, SETUP
from shop.couriers.rows import list_rows
from shop.couriers.selectors import get_provider_account, list_senders
from shop.couriers.services.providers import change_provider, check_provider
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.tabs import list_tabs

HOME = "couriers:overview"


@staff_page(SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """What is missing for e-waybills, the senders, the couriers in use, and the providers."""
    rows = list_rows()
    in_use = {row.account.code for row in rows}
    context = {
        "missing": list_missing_for_labels(),
        "senders": list_senders(),
        "retired": list_senders(is_in_use=False),
        "rows": rows,
        "others": [courier for courier in list_couriers() if courier.code not in in_use],
        "providers": [(provider, get_provider_account(provider)) for provider in Provider],
    }
    return render(request, "couriers/overview.html", context | frame(request))


def frame(request: StaffRequest) -> dict[str, Any]:
    """What every page of these settings shows around it."""
    return {"tabs": list_tabs(request, inside=HOME), "may_edit": True}


@staff_page(SETUP, methods=("GET", "POST"), fresh=True)
def provider(request: StaffRequest, provider: str) -> HttpResponse:
    """Credentials at one provider; POST saves them."""
    which = _read_provider(provider)
    account = get_provider_account(which) or ProviderAccount(provider=which)
    if request.method != "POST":
        return _show_provider(request, ProviderForm(which, account), account)
    form = ProviderForm(which, account, request.POST)
    seen = read_version(request.POST)
    if not form.is_valid():
        account.version = seen  # Nobody has been told what others changed since.
    elif _save_provider(request, form, account, seen):
        return redirect("couriers:provider", which)
    return _show_provider(request, form, account, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _read_provider(name: str) -> Provider:
    if name not in Provider.values:
        raise Http404(str(PROVIDERS.missing))
    return Provider(name)


def _save_provider(request: StaffRequest, form: ProviderForm, account: ProviderAccount, seen: int) -> bool:
    before = account.version
    which = Provider(account.provider)
    try:
        saved = change_provider(which, form.read(), actor=request.actor, expected_version=seen)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    if saved.version == before:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("The credentials are saved. Now test the connection."))
    return True


def _show_provider(
    request: StaffRequest, form: ProviderForm, account: ProviderAccount, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    changes = tell_last(account) if account.pk else []
    context = {"form": form, "account": account, "changes": changes}
    return render(request, "couriers/provider.html", context | frame(request), status=status)


@staff_page(SETUP, methods=("POST",))
def check(request: StaffRequest, provider: str) -> HttpResponse:
    """Test the stored credentials by a real call at the provider."""
    which = _read_provider(provider)
    try:
        check_provider(which, actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The provider accepted the credentials."))
    return redirect("couriers:provider", which)

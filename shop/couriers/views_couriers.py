"""Pages of the couriers in use: switched on, put into order, and the account at one of them."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.console.timeline import tell_last
from shop.couriers.forms import CourierForm
from shop.couriers.models import CourierAccount
from shop.couriers.moves import SETUP
from shop.couriers.selectors import choose_provider, list_missing
from shop.couriers.services.accounts import change_courier, drop_courier, rank_courier, take_courier
from shop.couriers.views import HOME, frame
from shop.errors import Refused
from shop.http.api.fields import read_id, read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

DROP = Action(
    "courier.drop",
    bare_form("drop", drop_courier),
    words=_("It is not offered any more when something is sent. What you entered here stays stored."),
    done=_("The courier is switched off."),
)


@staff_page(SETUP, methods=("POST",))
def take(request: StaffRequest) -> HttpResponse:
    """Switch a courier on; one whose e-waybills need an account leads to it."""
    try:
        account = take_courier(request.POST.get("code", ""), actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(reverse(HOME) + "#couriers")
    if list_missing(account):
        messages.info(request, _("Switched on. For e-waybills its account is needed: fill it in here."))
        return redirect(f"{reverse('couriers:courier', args=[account.code])}?provider={choose_provider()}")
    messages.success(request, _("The courier is switched on."))
    return redirect(reverse(HOME) + "#couriers")


@staff_page(SETUP, methods=("POST",))
def rank(request: StaffRequest) -> HttpResponse:
    """Move a courier up or down by one place; the keyboard goes on in its row."""
    step = -1 if "up" in request.POST else 1
    account_id = read_id(request.POST.get("up" if step < 0 else "down", ""))
    try:
        account = rank_courier(account_id, step=step, actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(reverse(HOME) + "#couriers")
    return redirect(f"{reverse(HOME)}#courier-{account.code}")


@staff_page(SETUP, methods=("GET", "POST"), fresh=True)
def courier(request: StaffRequest, courier: str) -> HttpResponse:
    """The account at one courier in use; POST saves it."""
    account = _get(courier)
    if request.method != "POST":
        return _show(request, account)
    form, seen = CourierForm(request.POST, instance=account), read_version(request.POST)
    if not form.is_valid():
        account.version = seen  # Nobody has been told what others changed since.
    elif _save(request, form, seen):
        return redirect(reverse(HOME) + "#couriers")
    return _show(request, account, bound=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _get(code: str) -> CourierAccount:
    return get_object_or_404(CourierAccount, code=code)


def _save(request: StaffRequest, form: CourierForm, seen: int) -> bool:
    try:
        change_courier(form.instance.pk, form.cleaned_data, actor=request.actor, expected_version=seen)
    except Refused as refused:
        form.show_refusal(refused)
        return False
    messages.success(request, _("The courier is saved."))
    return True


def _show(
    request: StaffRequest,
    account: CourierAccount,
    *,
    bound: CourierForm | None = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    suggested = {"provider": request.GET["provider"]} if "provider" in request.GET else {}
    context = {
        "form": bound or CourierForm(instance=account, initial=suggested),
        "account": account,
        "offers": list_offers((DROP,), account, request.actor, action_url=_find_action_url),
        "dialog": dialog,
        "changes": tell_last(account),
    }
    return render(request, "couriers/courier.html", context | frame(request), status=status)


def _find_action_url(account: CourierAccount, name: str) -> str:
    return reverse(f"couriers:{name}", args=[account.code])


PAGE = ActionPage(
    get=lambda _actor, courier: _get(courier),
    render=_show,
    url=lambda _account: reverse(HOME) + "#couriers",
    action_url=_find_action_url,
)

"""What the buttons of the order page do: one view per verb, parcels, refunds, and the courier guess."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from orders.desk.order.actions import Action, make_dialog
from orders.desk.order.forms import ActionForm
from orders.desk.order.page import load_lines
from orders.desk.order.views import render_order
from orders.guards import is_overdue
from orders.models import Order
from orders.moves import find_available
from orders.payments.models import Refund
from orders.payments.services.payouts import pay_out_refund
from orders.payments.services.refund_sending import retry_refund
from orders.selectors import get_order
from orders.shipping.couriers import guess_couriers
from orders.shipping.models import ParcelLine
from orders.shipping.services.ship import arrive_parcel, undo_ship
from orders.states import MOVES
from shop.errors import Refused
from shop.http.dialogs import show_dialog, show_obstacle
from shop.http.fields import read_version
from shop.staff import second
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.proof import ask_for_proof, is_answer
from shop.store.address_split import split_address
from shop.store.choices import OverdueRule

MAX_GUESS = 60


def make_action_view(action: Action) -> Any:
    """The view of one action: GET shows its dialog, POST calls the verb.

    A refusal shows the page with the dialog open, with the sentence and what was typed.
    """

    @staff_page(action.capability, methods=("GET", "POST"))
    def act(request: StaffRequest, number: str) -> HttpResponse:
        order = get_order(number, actor=request.actor)
        lines = load_lines(order)
        if request.method != "POST":
            return _ask(request, order, action, action.form(order=order, lines=lines))
        if is_answer(request) and (question := ask_for_proof(request)):
            return question
        if second.is_answer(request) and (question := second.take_second(request)):
            return question
        form = action.form(request.POST, order=order, lines=lines)
        if not form.is_valid():
            return _show_invalid(request, order, action, form)
        if form.needs_proof() and (question := ask_for_proof(request)):
            return question
        try:
            form.run(request.actor, form.cleaned_data["version"])
        except Refused as refused:
            if refused.code == second.REQUIRED:
                return second.show_second(request, refused)
            return _show_refused(request, number, action, refused)
        messages.success(request, str(MOVES[form.done_verb or action.verb].done))
        return _go_on(request, number, action)

    return act


def _ask(request: StaffRequest, order: Order, action: Action, form: ActionForm) -> HttpResponse:
    """The dialog; where the action is not possible any more, the reason is said instead."""
    if obstacle := _find_obstacle(request, order, action):
        return show_obstacle(request, obstacle, lambda: render_order(request, order))
    if action.is_on_page:
        return render_order(request, order, bound=form)
    dialog = make_dialog(order, action, form)
    return show_dialog(request, dialog, lambda dialog: render_order(request, order, dialog=dialog))


def _find_obstacle(request: StaffRequest, order: Order, action: Action) -> str:
    found = find_available(order, action.verb, request.actor)
    if found is None:
        words = _("“%(verb)s” is no longer possible for this order.")
        return str(words) % {"verb": MOVES[action.verb].label}
    return str(found.refused or action.form.find_obstacle(order))


def _show_invalid(request: StaffRequest, order: Order, action: Action, form: ActionForm) -> HttpResponse:
    if "version" in form.errors:
        messages.error(request, str(_("This form is damaged. Look at the order again, then repeat.")))
    if obstacle := _find_obstacle(request, order, action):
        messages.warning(request, obstacle)
        return render_order(request, order, status=422)
    return _show_again(request, order, action, form, status=422)


def _show_again(
    request: StaffRequest, order: Order, action: Action, form: ActionForm, *, status: int
) -> HttpResponse:
    """The page with a form that was refused, open and as it was typed."""
    if action.is_on_page:
        return render_order(request, order, bound=form, status=status)
    dialog = replace(make_dialog(order, action, form), is_open=True)
    return render_order(request, order, dialog=dialog, status=status)


def _show_refused(request: StaffRequest, number: str, action: Action, refused: Refused) -> HttpResponse:
    """The order as it is now, with the form as it was typed and the sentence of the refusal."""
    if refused.code in ("forbidden", "not_found"):
        raise refused
    order = get_order(number, actor=request.actor)
    form = action.form(request.POST, order=order, lines=load_lines(order))
    form.is_valid()
    if form.asks and not _find_obstacle(request, order, action):
        form.add_error(None, str(refused))
        return _show_again(request, order, action, form, status=refused.status)
    messages.error(request, str(refused))
    return render_order(request, order, status=refused.status)


def _go_on(request: HttpRequest, number: str, action: Action) -> HttpResponse:
    """Back to where the button was: the list it stood in, else the order's page."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(target)
    return HttpResponseRedirect(reverse("orders:detail", args=[number]) + action.anchor)


def _act_on_page(request: StaffRequest, number: str, run: Callable[[], object], done: str) -> HttpResponse:
    """Run a verb whose button has no form; a refusal becomes a sentence on the order's page."""
    try:
        run()
    except Refused as refused:
        if refused.code in ("forbidden", "not_found"):
            raise
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("orders:detail", number)


def _check_parcel(request: StaffRequest, number: str, parcel_id: int) -> None:
    order = get_order(number, actor=request.actor)
    if not ParcelLine.objects.filter(parcel_id=parcel_id, order_line__order=order).exists():
        raise Refused("not_found", _("There is no such parcel."), 404)


@staff_page("orders.ship", methods=("POST",))
def undo_parcel(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    _check_parcel(request, number, parcel_id)
    version = read_version(request.POST)

    def undo() -> None:
        order = undo_ship(parcel_id, actor=request.actor, expected_version=version)
        if is_overdue(order) is None and order.overdue_rule == OverdueRule.CLOSE:
            messages.warning(
                request, _("The time to send is over: what is not sent within an hour is closed.")
            )

    return _act_on_page(request, number, undo, str(MOVES["order.undo_ship"].done))


@staff_page("orders.ship", methods=("POST",))
def mark_arrived(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    _check_parcel(request, number, parcel_id)
    version = read_version(request.POST)
    return _act_on_page(
        request,
        number,
        lambda: arrive_parcel(parcel_id, actor=request.actor, expected_version=version),
        str(MOVES["order.arrive"].done),
    )


def _check_refund(request: StaffRequest, number: str, refund_id: int) -> None:
    order = get_order(number, actor=request.actor)
    if not Refund.objects.filter(pk=refund_id, order=order).exists():
        raise Refused("not_found", _("There is no such refund."), 404)


@staff_page("orders.refund", methods=("POST",))
def try_refund_again(request: StaffRequest, number: str, refund_id: int) -> HttpResponse:
    _check_refund(request, number, refund_id)
    return _act_on_page(
        request,
        number,
        lambda: retry_refund(refund_id, actor=request.actor),
        str(MOVES["order.retry_refund"].done),
    )


@staff_page("orders.refund", methods=("POST",))
def pay_out(request: StaffRequest, number: str, refund_id: int) -> HttpResponse:
    _check_refund(request, number, refund_id)
    reference = request.POST.get("reference", "")
    return _act_on_page(
        request,
        number,
        lambda: pay_out_refund(refund_id, reference=reference, actor=request.actor),
        str(MOVES["order.pay_out"].done),
    )


@staff_page("orders.edit", methods=("POST",))
def split_pasted(request: StaffRequest) -> HttpResponse:
    """The parts of a pasted address as JSON, for the dialog that changes the address; nothing is kept."""
    response = JsonResponse(asdict(split_address(request.POST.get("pasted", ""))))
    response["Cache-Control"] = "private, no-store"
    return response


@staff_page("orders.ship")
def guess_courier(request: StaffRequest) -> HttpResponse:
    """Couriers a tracking number looks like, the likeliest first: `{"couriers": [{"code", "name"}]}`."""
    guesses = guess_couriers(request.GET.get("number", "")[:MAX_GUESS])
    return JsonResponse({"couriers": [{"code": c.code, "name": c.name} for c in guesses]})

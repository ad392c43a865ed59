"""Pages of the verifiers (核销员): all of them, appointing one, and one with what they may."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.scope import scope_key
from pickup.forms import AppointForm, ChangeStoresForm, FindForm
from pickup.models import Verifier
from pickup.selectors import list_records, list_sessions, list_verifiers
from pickup.services.invites import invite_verifier
from pickup.services.pins import has_pin, reset_pin
from pickup.services.verifiers import appoint_verifier, switch_off, switch_on, unbind_wechat
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.dialogs import Dialog
from shop.http.paging import read_page
from shop.moves.table import find_subject
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page

SETUP = "pickup.setup"
_OFF = "off"
_SHOWN = 10
"""So many of their last verifications stand on a verifier's page."""
ACTIONS = (
    Action(
        "verifier.change",
        ChangeStoresForm,
        submit=_("Save the stores"),
        words=_("From now on they hand out at these stores and no others."),
        done=_("The stores are saved."),
        template="pickup/_change_stores.html",
        is_first=True,
    ),
    Action(
        "verifier.switch_on",
        bare_form("switch_on", switch_on),
        words=_("They hand out again at the stores they are bound to."),
        done=_("Switched on."),
        is_first=True,
    ),
    Action(
        "verifier.invite",
        bare_form("invite_verifier", invite_verifier),
        words=_(
            "Shows a QR code that only they can use, once and within a day: with it their WeChat signs in on the phone."
        ),
        submit=_("Show the QR code"),
        answer=lambda _request, _subject, made: redirect("pickup:invite", made.pk),
    ),
    Action(
        "verifier.reset_pin",
        bare_form("reset_pin", reset_pin),
        words=_("They choose another one on the phone before they can hand out what is worth much."),
        done=_("The PIN is reset."),
    ),
    Action(
        "verifier.unbind",
        bare_form("unbind_wechat", unbind_wechat),
        words=_("For a lost phone: they are signed out everywhere, and come in again by an invite alone."),
        done=_("Unbound, and signed out everywhere."),
        is_grave=True,
    ),
    Action(
        "verifier.switch_off",
        bare_form("switch_off", switch_off),
        words=_("They hand out nowhere from this moment on. What they did keeps their name."),
        done=_("Switched off."),
        is_grave=True,
    ),
)
_UNASKED = frozenset({"no_pin", "not_bound"})


@staff_page(SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """Who hands out; `?state=off` shows who no longer does."""
    is_on = request.GET.get("state") != _OFF
    tabs = [
        {"label": label, "url": reverse("pickup:verifiers") + query, "is_active": is_here}
        for label, query, is_here in ((_("On"), "", is_on), (_("Off"), f"?state={_OFF}", not is_on))
    ]
    context = {"page": read_page(list_verifiers(is_on=is_on), request), "tabs": tabs, "is_on": is_on}
    context["phone_url"] = f"{settings.BASE_URL}{reverse('phone:home')}"
    return render(request, "pickup/verifiers.html", context)


@staff_page(SETUP, methods=("GET", "POST"))
def appoint(request: StaffRequest) -> HttpResponse:
    """Find a mini-program user (`?who=`), and let them hand out at stores."""
    find = FindForm(request.GET)
    form = AppointForm(find.found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            verifier = appoint_verifier(
                form.cleaned_data["person"], store_ids=form.cleaned_data["stores"], actor=request.actor
            )
        except Refused as refused:
            form.show_refusal(refused)
        else:
            messages.success(request, _("Appointed. They can hand out at once."))
            return redirect("pickup:verifier", verifier.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "pickup/appoint.html", {"find": find, "form": form}, status=status)


@staff_page(SETUP)
def verifier(request: StaffRequest, verifier_id: int) -> HttpResponse:
    """One verifier: stores, and what was changed."""
    return _show(request, _get(request.actor, verifier_id))


def _get(_actor: Actor, verifier_id: int) -> Verifier:
    found = (
        Verifier.objects.select_related("customer").prefetch_related("stores").filter(pk=verifier_id).first()
    )
    if found is None:
        raise Refused("not_found", find_subject(Verifier).missing, 404)
    return found


def _show(
    request: StaffRequest, subject: Verifier, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "verifier": subject,
        "has_pin": has_pin(subject),
        "sessions": list_sessions(subject),
        "offers": list_offers(
            ACTIONS,
            subject,
            request.actor,
            action_url=_find_action_url,
            is_silent=lambda refused: refused.code in _UNASKED,
        ),
        "dialog": dialog,
        "entries": tell_last(subject),
        "rows": list_records(scope_key(request.actor)).filter(verifier=subject).order_by("-pk")[:_SHOWN],
    }
    return render(request, "pickup/verifier.html", context, status=status)


def _find_action_url(subject: Verifier, name: str) -> str:
    return reverse(f"pickup:{name}", args=[subject.pk])


PAGE = ActionPage(
    get=_get,
    render=_show,
    url=lambda subject: reverse("pickup:verifier", args=[subject.pk]),
    action_url=_find_action_url,
)

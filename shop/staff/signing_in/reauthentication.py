"""Confirming that it is still the person who signed in: asked before what a thief of an open browser would do first.

The proof stands in the session. Signing in is one; afterwards the password is asked for again. What was typed waits
sealed inside the page that asks, so that secrets neither stand in its markup nor have to be typed twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.crypto import Undecryptable, seal, unseal
from shop.errors import Refused
from shop.http.middleware import own_address, way_back
from shop.http.toasts import Button, say_done
from shop.staff.models import StaffUser
from shop.staff.signing_in.gate import password_gate

HOLDS_FOR = timedelta(minutes=10)
PROVED_AT = "proved_at"
PASSWORD, CARRIED, BACK = "proof_password", "proof_carried", "proof_back"
_OWN_FIELDS = (PASSWORD, CARRIED, BACK, "csrfmiddlewaretoken")


def keep_reauthentication(session: SessionBase) -> None:
    """Write down that the person has just shown their password."""
    session[PROVED_AT] = clock.now().isoformat()


def is_reauthenticated(session: SessionBase) -> bool:
    """Whether the password was shown to this session within the last HOLDS_FOR.

    A clock that was put back must not make it hold longer.
    """
    at = session.get(PROVED_AT)
    return at is not None and abs(clock.now() - datetime.fromisoformat(at)) < HOLDS_FOR


def check_own_password(request: HttpRequest, password: str) -> bool:
    """Whether it is the password of who is signed in; wrong ones count towards the lockout.

    Raises Refused as `password_gate` does.
    """
    user: Any = request.user
    with password_gate(request):
        found = authenticate(request, username=user.username, password=password)
    return isinstance(found, StaffUser) and found.pk == user.pk


def take_password(request: HttpRequest) -> Refused | None:
    """Take the password that was typed into the page of `show_question`; None when it is right, else what to say."""
    try:
        is_right = check_own_password(request, request.POST.get(PASSWORD, ""))
    except Refused as refused:
        return refused
    if not is_right:
        return Refused("wrong_password", _("This is not your password. Please type it again."), 422)
    keep_reauthentication(request.session)
    return None


def is_answer(request: HttpRequest) -> bool:
    """Whether this is the password that was asked for, with what was typed before inside it."""
    return request.method == "POST" and CARRIED in request.POST


def ask_to_reauthenticate(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for the password; None when there is a proof, or this very request brought it.

    Afterwards `request.POST` holds what was typed before the question. Files are not carried: no page that asks
    takes any.
    """
    has_answered = is_answer(request)
    if not is_reauthenticated(request.session):
        if request.method != "POST":
            return show_question(request, next_url=request.get_full_path())
        if not has_answered:
            return show_question(request, carried=carry(request, leave_out=_OWN_FIELDS))
        if PASSWORD not in request.POST:  # the button of a file, pressed too late
            return show_question(request, carried=request.POST[CARRIED])
        if refused := take_password(request):
            return show_question(request, carried=request.POST[CARRIED], refused=refused)
    if has_answered:
        request.POST = take_carried(request, request.POST[CARRIED])  # type: ignore[assignment]  # immutable all the same
    return None


def show_question(
    request: HttpRequest, *, carried: str = "", next_url: str = "", refused: Refused | None = None
) -> HttpResponse:
    """Ask for the password: the answer comes to this very address, for a download (`next_url`) to one of its own."""
    typed_back = request.POST.get(BACK)
    context = {
        "carried": carried,
        "next": next_url,
        "back": way_back(request) if typed_back is None else own_address(request, typed_back),
        "error": str(refused or ""),
    }
    return _answer(request, context, status=refused.status if refused else HTTPStatus.FORBIDDEN)


def ask_before_file(request: HttpRequest) -> HttpResponse | None:
    """As `ask_to_reauthenticate` for a POST that gives a file: the password leads back, where a button gets it.

    A browser that gets a file stays where it is, and that would be the question.
    """
    typed = request.POST
    if question := ask_to_reauthenticate(request):
        return question
    if PASSWORD not in typed or CARRIED not in typed:
        return None
    return lead_back(
        request, Button(request.path, {CARRIED: typed[CARRIED]}, is_file=True), typed.get(BACK, "")
    )


def lead_back(request: HttpRequest, file: Button, back: str) -> HttpResponse:
    """To the page on which a file was wanted, which says that it is ready, with a button for it."""
    say_done(request, _("Thank you. The file is ready to be downloaded."), file)
    return redirect(own_address(request, back))


def _answer(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    response = render(request, "staff/reauthenticate.html", context, status=status)
    patch_cache_control(response, no_store=True)
    return response


def carry(request: HttpRequest, *, leave_out: Iterable[str]) -> str:
    """What was typed, sealed, for a page that asks something in between."""
    typed = request.POST.copy()
    for name in leave_out:
        typed.pop(name, None)
    return seal(typed.urlencode(), context=_context(request))


def take_carried(request: HttpRequest, carried: str) -> QueryDict:
    """What `carry` sealed for the same person at the same address. Raises Refused `stale`."""
    try:
        return QueryDict(unseal(carried, context=_context(request)))
    except (Undecryptable, ValueError) as error:
        message = _("What was typed before cannot be read any more. Please do it again.")
        raise Refused("stale", message) from error


def _context(request: HttpRequest) -> str:
    """What was typed opens for the same person at the same address only."""
    return f"staff.proof.{request.user.pk}.{request.path}"

"""What a verifier has taken today: at each store, and order by order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pickup.cash.selectors import list_payments, list_sheets_of
from pickup.phone.session import signed_in_verifier, verifier_required
from shop import clock
from shop.actor import ActorKind


@never_cache
@require_safe
@verifier_required
def cash(request: HttpRequest) -> HttpResponse:
    """Of this verifier alone, whatever stores he is bound to by now."""
    verifier = signed_in_verifier(request)
    assert verifier is not None  # noqa: S101 - `verifier_required` has let them in
    day = timezone.localdate(clock.now())
    sheets = list_sheets_of(ActorKind.VERIFIER, verifier.pk, day)
    taken = [(sheet, list_payments(sheet.drawer)) for sheet in sheets]
    return render(request, "pickup/phone/cash.html", {"verifier": verifier, "day": day, "taken": taken})

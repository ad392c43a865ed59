"""What a refusal at the counter sets off."""

from django.http import HttpRequest

from pickup.phone.session import signed_in_verifier
from pickup.services.verifiers import verifier_actor
from pickup.watch.refusals import record_refusal
from shop.actor import Actor
from shop.errors import Refused
from shop.http.middleware import hear_refusals

_ROOMS = ("pickup:", "phone:", "orders:verify", "orders:undo_verify")


@hear_refusals
def keep_refusal(request: HttpRequest, refused: Refused) -> None:
    """Whoever is refused on a page of the counter stands on record, where the refusal is a security event."""
    match = request.resolver_match
    if match and match.view_name.startswith(_ROOMS):
        record_refusal(refused.code, _find_actor(request), request=request)


def _find_actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None and (verifier := signed_in_verifier(request)):
        return verifier_actor(verifier)
    return actor

"""Who a verifier is in WeChat: known by unionid at first, from then on by the openid of the service account."""

from django.db import IntegrityError, transaction
from django.db.models import Q

from pickup.models import Verifier
from pickup.services.verifiers import verifier_actor
from shop.clients.wechat_web import Person
from shop.events.models import Event
from shop.moves.services import locked, move


def find_by_wechat(person: Person) -> Verifier | None:
    """The verifier whom WeChat says it is, switched off or not."""
    people = Verifier.objects.select_related("customer")
    if found := people.filter(service_openid=person.openid).first():
        return found
    same = Q(service_openid="", customer__unionid=person.unionid) & ~Q(customer__unionid="")
    return people.filter(same).order_by("pk").first()


def find_signing_in(person: Person) -> Verifier | None:
    """The same for who signs in: whoever was unbound comes in by an invite alone, whatever WeChat says."""
    found = find_by_wechat(person)
    return None if found and not found.service_openid and _was_unbound(found) else found


def _was_unbound(verifier: Verifier) -> bool:
    events = Event.objects.filter(kind=Verifier.subject_kind, subject_id=verifier.pk)
    return events.filter(verb="verifier.unbind").exists()


def bind_wechat(verifier_id: int, openid: str) -> None:
    """Know the verifier by this openid from now on, unless one is bound already, or another has it."""
    known = Verifier.objects.filter(pk=verifier_id, service_openid="").first()
    if known is None:
        return
    actor = verifier_actor(known)
    try:
        with transaction.atomic(), locked(Verifier, verifier_id, "verifier.bind", actor) as verifier:
            if not verifier.service_openid:
                move(verifier, "verifier.bind", actor=actor, changes={"service_openid": openid})
    except IntegrityError:
        return

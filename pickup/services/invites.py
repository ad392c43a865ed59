"""Invites: a link, also as a QR code, by which somebody becomes a verifier in one step; once, within a day."""

from collections.abc import Callable, Collection
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pickup.models import Invite, InviteState, Verifier
from pickup.services.verifiers import name_all, read_stores
from shop import clock
from shop.actor import Actor
from shop.clients.wechat_web import Person
from shop.crypto import scramble, unscramble
from shop.customers.models import Customer
from shop.customers.services import customer_actor, get_or_create_customer
from shop.errors import Refused
from shop.moves.services import begin, lock_row, locked, move

LIFE = timedelta(hours=24)
_KIND, _BITS = "verifier invite", 128
_LENGTH = _BITS // 4
_FIGURES = frozenset("0123456789abcdef")
_NO_ID = 0


def make_invite(store_ids: Collection[int], *, actor: Actor, person: Verifier | None = None) -> Invite:
    """Invite whoever opens the link first to hand out at these stores; `person` binds the phone of that verifier only.

    Raises Refused `forbidden` (403), `stores_required` (400).
    """
    stores, moment = read_stores(store_ids), clock.now()
    invite = Invite(person=person, made_by_name=actor.name[:80], made_at=moment, expires_at=moment + LIFE)
    with transaction.atomic():
        begin(invite, "invite.make", actor=actor, data={"stores": name_all(stores)})
        invite.stores.set(stores)
    return invite


def invite_verifier(verifier_id: int, *, actor: Actor, expected_version: int | None = None) -> Invite:
    """Invite a verifier to bind the WeChat of their phone. Raises Refused as `lock_subject` does."""
    with locked(Verifier, verifier_id, "verifier.invite", actor, expected_version) as verifier:
        store_ids = verifier.stores.values_list("pk", flat=True)
        invite = make_invite(list(store_ids), actor=actor, person=verifier)
        move(verifier, "verifier.invite", actor=actor)
    return invite


def revoke_invite(invite_id: int, *, actor: Actor, expected_version: int | None = None) -> Invite:
    """From now on nobody joins by it. Raises Refused as `lock_subject` does."""
    with locked(Invite, invite_id, "invite.revoke", actor, expected_version) as invite:
        move(invite, "invite.revoke", actor=actor)
    return invite


def make_link(invite: Invite) -> str:
    """What the QR code holds; nothing of it is stored."""
    return f"{settings.BASE_URL}{reverse('phone:join', args=[_write_token(invite)])}"


def _write_token(invite: Invite) -> str:
    return f"{scramble(_KIND, invite.pk, bits=_BITS):0{_LENGTH}x}"


def _read_token(token: str) -> list[int]:
    """The ids that it may stand for; one that no row has for what is no token, so that it takes no less time."""
    is_token = len(token) == _LENGTH and set(token) <= _FIGURES
    found = unscramble(_KIND, int(token, 16) if is_token else 0, bits=_BITS)
    return [pk if is_token and pk < 1 << 63 else _NO_ID for pk in found]


def list_open(token: str) -> "QuerySet[Invite]":
    """The one invite by which somebody may join now, if it is one."""
    is_waiting = Q(state=InviteState.OPEN, expires_at__gt=clock.now())
    return Invite.objects.filter(is_waiting, pk__in=_read_token(token.strip().rpartition("/")[2]))


def find_invite(token: str) -> Invite:
    """Raises Refused `no_invite` (404) for what is unknown, used, revoked or over, in the same words."""
    invite = list_open(token).first()
    if invite is None:
        raise _no_invite()
    return invite


def _no_invite() -> Refused:
    return Refused("no_invite", _("This invite is over, or it was used. Ask for a new one."), 404)


def join_by_mini_program(token: str, customer: Customer) -> Verifier:
    """Let a signed-in mini-program user hand out where the invite says.

    Raises Refused `no_invite` (404), also where it is for somebody else, and `switched_off` (403).
    """
    return _join(token, lambda _invite: customer, openid="")


def join_on_phone(token: str, person: Person, *, nickname: str) -> Verifier:
    """The same for who opened the link in WeChat, whom the service account knows from then on.

    They are who the invite is for, else the mini-program user with the same `unionid`, else somebody new, called
    `nickname`. Raises Refused as `join_by_mini_program` does, and `other_wechat` where another verifier has this
    WeChat.
    """
    return _join(token, lambda invite: _find_customer(invite, person, nickname), openid=person.openid)


def _join(token: str, choose: Callable[[Invite], Customer], *, openid: str) -> Verifier:
    try:
        with transaction.atomic():
            invite = _lock_open(token)
            customer = choose(invite)
            if invite.person and invite.person.customer_id != customer.pk:
                raise _no_invite()
            actor = customer_actor(customer)
            verifier = _bind(invite, customer, openid, actor)
            move(invite, "invite.use", actor=actor, changes={"used_at": clock.now(), "used_by": verifier})
    except IntegrityError as error:
        message = _("This WeChat belongs to another verifier.")
        raise Refused("other_wechat", message) from error
    return verifier


def _lock_open(token: str) -> Invite:
    """The invite, after the verifier whom it is for: who switches them off locks in this order, too."""
    found = find_invite(token)
    if found.person_id:
        lock_row(Verifier, found.person_id)
    invite = lock_row(Invite, found.pk)
    if invite.state != InviteState.OPEN or invite.expires_at <= clock.now():
        raise _no_invite()
    return invite


def _find_customer(invite: Invite, person: Person, nickname: str) -> Customer:
    if invite.person:
        return invite.person.customer
    if bound := Verifier.objects.filter(service_openid=person.openid).select_related("customer").first():
        return bound.customer
    # No index: invites are few, and buyers are looked for by it nowhere else.
    same = Q(unionid=person.unionid, erased_at=None) & ~Q(unionid="")
    known = Customer.objects.filter(same).order_by("pk").first()
    return known or get_or_create_customer(person.openid, unionid=person.unionid, nickname=nickname)


def _bind(invite: Invite, customer: Customer, openid: str, actor: Actor) -> Verifier:
    """Make the customer a verifier, or bind one to the stores of the invite beside their own."""
    stores = list(invite.stores.order_by("pk"))
    data = {"stores": name_all(stores)}
    known = Verifier.objects.filter(customer=customer).first()
    if known is None:
        verifier = Verifier(customer=customer, appointed_at=clock.now(), service_openid=openid)
        begin(verifier, "verifier.join", actor=actor, data=data)
    else:
        refuse_switched_off(known)
        with locked(Verifier, known.pk, "verifier.join", actor) as verifier:
            changes = {"service_openid": openid} if openid else {}
            move(verifier, "verifier.join", actor=actor, changes=changes, data=data)
    if invite.person is None:  # who was invited by name keeps the stores that they have now
        verifier.stores.add(*stores)
    return verifier


def refuse_switched_off(verifier: Verifier) -> None:
    """Raises Refused `switched_off` (403)."""
    if not verifier.is_on:
        raise Refused("switched_off", _("You were switched off as a verifier. Ask the shop."), 403)

"""Signing in from the mini-program, the buyer's phone and addresses."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.actor import Actor, ActorKind
from shop.clients.errors import ClientError, Rejected
from shop.clients.wechat_mini import WeChatMini
from shop.customers.care import lock_account
from shop.customers.hashes.names import hash_nickname
from shop.customers.hashes.phones import hash_phone
from shop.customers.models import Address, Customer, CustomerToken
from shop.errors import Refused
from shop.moves.services import begin, locked, move
from shop.store.selectors import get_wechat_mini

TOKEN_LIFE = timedelta(days=30)
MAX_ADDRESSES = 20
ADDRESS_FIELDS = ("recipient", "phone", "province", "city", "district", "detail", "is_default")


def customer_actor(customer: Customer) -> Actor:
    """The buyer as an actor, without the nickname: events keep no personal data."""
    return Actor(kind=ActorKind.CUSTOMER, id=customer.pk)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(code: str, *, device: str = "") -> tuple[str, Customer]:
    """Exchange a `wx.login` code at WeChat for an openid, and give a new token for it.

    The openid only ever comes from this server-side exchange. Raises Refused `bad_login_code` (400) or
    `wechat_unavailable` (503).
    """
    with _asking_wechat("bad_login_code", _("The login has expired. Open the mini-program again.")) as client:
        session = client.code_to_session(code)
    customer = get_or_create_customer(session.openid, unionid=session.unionid or "")
    return issue_token(customer, device=device), customer


@contextmanager
def _asking_wechat(code: str, message: Any) -> Iterator[WeChatMini]:
    """The client of the mini-program; what it refuses is refused with `code` and `message` (400)."""
    try:
        yield get_wechat_mini(base_url=settings.WECHAT_MINI_URL)
    except Rejected as error:
        raise Refused(code, message, 400) from error
    except ClientError as error:
        words = _("WeChat does not answer at the moment. Please try again in a few seconds.")
        raise Refused("wechat_unavailable", words, 503, retry_after=5) from error


def get_or_create_customer(openid: str, *, unionid: str = "", nickname: str = "") -> Customer:
    """The customer of this openid, made on the first visit."""
    with transaction.atomic():
        customer, created = Customer.objects.get_or_create(
            openid=openid,
            defaults={
                "unionid": unionid,
                "nickname": nickname,
                "nickname_hash": hash_nickname(nickname),
                "created_at": clock.now(),
                "version": 1,
            },
        )
        if created:
            begin(customer, "customer.join", actor=customer_actor(customer), save=None)
    return customer


def issue_token(customer: Customer, *, device: str = "") -> str:
    """A new opaque bearer token, valid for 30 days; only its hash is kept. Raises Refused `erased`."""
    token = secrets.token_urlsafe(32)
    moment = clock.now()
    with transaction.atomic():
        CustomerToken.objects.create(
            customer=lock_account(customer.pk),
            token_hash=hash_token(token),
            device=device[:80],
            created_at=moment,
            expires_at=moment + TOKEN_LIFE,
        )
    return token


def sign_out(token: str) -> None:
    CustomerToken.objects.filter(token_hash=hash_token(token)).update(revoked_at=clock.now())


def set_phone_by_code(customer: Customer, code: str) -> Customer:
    """Bind the phone number that WeChat vouches for. Raises Refused `bad_phone_code` or `wechat_unavailable`."""
    with _asking_wechat("bad_phone_code", _("WeChat did not confirm the phone number. Try again.")) as client:
        token, _expires_in = client.stable_token()
        phone = client.phone_number(code, token=token)
    return change_profile(customer.pk, phone=phone)


def change_profile(customer_id: int, *, nickname: str | None = None, phone: str | None = None) -> Customer:
    """Change what a customer is called or where to be called; the event does not hold the values.

    Raises Refused `erased`.
    """
    actor = Actor(ActorKind.CUSTOMER, customer_id)
    with locked(Customer, customer_id, "customer.change", actor) as customer:
        changes: dict[str, Any] = {}
        if nickname is not None:
            changes |= {"nickname": nickname, "nickname_hash": hash_nickname(nickname)}
        if phone is not None:
            changes |= {"phone": phone, **hash_phone(phone)}
        move(customer, "customer.change", actor=actor, changes=changes)
    return customer


def save_address(customer: Customer, values: Mapping[str, Any], *, address_id: int | None = None) -> Address:
    """Create or change one of the customer's own addresses.

    Raises Refused `not_found`, `too_many_addresses`, `erased`.
    """
    with transaction.atomic():
        lock_account(customer.pk)
        address = get_address(customer, address_id) if address_id is not None else _new_address(customer)
        for name in ADDRESS_FIELDS:
            if name in values:
                setattr(address, name, values[name])
        if address.is_default:
            customer.addresses.exclude(pk=address.pk).update(is_default=False)
        address.save()
    return address


def get_address(customer: Customer, address_id: int) -> Address:
    """One of the customer's own addresses. Raises Refused `not_found` (404), also for somebody else's."""
    address = customer.addresses.filter(pk=address_id).first()
    if address is None:
        raise Refused("not_found", _("There is no such address."), 404)
    return address


def _new_address(customer: Customer) -> Address:
    if customer.addresses.count() >= MAX_ADDRESSES:
        raise Refused("too_many_addresses", _("You can keep 20 addresses. Delete one first."))
    return Address(customer=customer, created_at=clock.now())


def delete_address(customer: Customer, address_id: int) -> None:
    """Raises Refused `not_found`."""
    get_address(customer, address_id).delete()

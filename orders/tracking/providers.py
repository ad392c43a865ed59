"""Who knows where a parcel is, and what is asked."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.tracking.models import Tracking
from shop.clients.kdniao import Credentials as KdNiaoCredentials
from shop.clients.tracking import kdniao, kuaidi100
from shop.clients.tracking.news import Question, Report, Tracker
from shop.couriers.gateway import make_tracker
from shop.couriers.known import find_courier
from shop.couriers.models import CourierAccount, Provider, ProviderAccount
from shop.couriers.selectors import get_provider_account, list_tested_providers
from shop.errors import Refused

ASK_FOR_PHONE = frozenset({"SF", "ZTO"})
"""Couriers that tell nothing without the last 4 digits of a party's phone."""
PHONE_DIGITS = 4


def choose_provider(code: str) -> str:
    """Who is asked about parcels of this courier: who gives its e-waybills, else whoever knows it; "" for nobody."""
    tested = list_tested_providers()
    account = CourierAccount.objects.filter(code=code).first()
    wanted = [account.provider] if account else []
    return next((name for name in (*wanted, *Provider) if name in tested and _knows(name, code)), "")


def _knows(provider: str, code: str) -> bool:
    courier = find_courier(code)
    return courier is not None and (provider == Provider.KDNIAO or bool(courier.kuaidi100))


def open_tracker(name: str) -> Tracker:
    """A client with the shop's credentials. Raises Refused `provider_not_set_up`."""
    return make_tracker(_get_account(name))


def make_question(tracking: Tracking) -> Question:
    """What is asked about it; the phone only where the courier wants it."""
    courier = find_courier(tracking.courier)
    needs_phone = tracking.courier in ASK_FOR_PHONE
    return Question(
        courier=tracking.courier,
        provider_courier=courier.kuaidi100 if courier else "",
        tracking_no=tracking.tracking_no,
        phone_tail=tracking.order.phone[-PHONE_DIGITS:] if needs_phone else "",
        callback_url=settings.BASE_URL + reverse(f"tracking_hooks:{tracking.provider}"),
        salt=make_salt(_get_account(tracking.provider)),
    )


def make_salt(account: ProviderAccount) -> str:
    """What signs the pushes of 快递100: of the account's own secret, so that nothing more has to be kept."""
    return hashlib.sha256(f"tracking push {account.customer} {account.key}".encode()).hexdigest()[:32]


def open_push(account: ProviderAccount, body: bytes) -> str:
    """The text of a push that is signed with this account's secret. Raises a ClientError."""
    if account.provider == Provider.KUAIDI100:
        return kuaidi100.open_push(body, make_salt(account))
    return kdniao.open_push(body, make_kdniao_credentials(account))


def make_kdniao_credentials(account: ProviderAccount) -> KdNiaoCredentials:
    return KdNiaoCredentials(account.customer, account.key)


def read_push(account: ProviderAccount, text: str, now: datetime) -> list[Report]:
    """The parcels of which an opened push tells, with couriers as the provider calls them. Raises a ClientError."""
    if account.provider == Provider.KUAIDI100:
        return kuaidi100.read_push(text, now)
    return kdniao.read_push(text, make_kdniao_credentials(account), now)


def _get_account(name: str) -> ProviderAccount:
    account = get_provider_account(name)
    if account is None or not account.key:
        raise refuse_without_account()
    return account


def refuse_without_account() -> Refused:
    return Refused("provider_not_set_up", _("The provider of e-waybills has no credentials yet."))

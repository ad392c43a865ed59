"""The clients of the shop's accounts at the providers of e-waybills."""

from django.conf import settings

from shop.clients import kdniao, kuaidi100
from shop.clients.collections import CourierCaller
from shop.clients.tracking import kuaidi100 as tracking_100
from shop.clients.tracking.kdniao import KdNiaoTracker
from shop.clients.tracking.news import Tracker
from shop.clients.waybills import WaybillProvider
from shop.couriers.models import CALLING, Provider, ProviderAccount


def make_client(account: ProviderAccount) -> WaybillProvider:
    """A client that speaks for the shop at this provider; its addresses are settings."""
    if account.provider == Provider.KUAIDI100:
        return _make_kuaidi100(account)
    return _make_kdniao(account)


def make_caller(account: ProviderAccount) -> CourierCaller | None:
    """A client that has couriers called; None where only a person can."""
    return _make_kdniao(account) if account.provider in CALLING else None


def make_tracker(account: ProviderAccount) -> Tracker:
    """A client that asks where parcels are, and subscribes to their news."""
    if account.provider == Provider.KUAIDI100:
        credentials = tracking_100.Credentials(account.customer, account.company)
        return tracking_100.Kuaidi100Tracker(credentials, base_url=settings.KUAIDI100_POLL_URL)
    return KdNiaoTracker(kdniao.Credentials(account.customer, account.key), site=_find_site())


def _make_kdniao(account: ProviderAccount) -> kdniao.KdNiao:
    return kdniao.KdNiao(kdniao.Credentials(account.customer, account.key), site=_find_site())


def _find_site() -> kdniao.Site:
    return kdniao.Site(
        settings.KDNIAO_URL,
        settings.KDNIAO_WAYBILL_PATH,
        settings.KDNIAO_QUERY_PATH,
        settings.KDNIAO_COLLECT_PATH,
        *settings.KDNIAO_COLLECT_KINDS,
        settings.KDNIAO_SUBSCRIBE_PATH,
        *settings.KDNIAO_TRACK_KINDS,
    )


def _make_kuaidi100(account: ProviderAccount) -> WaybillProvider:
    paths = settings.KUAIDI100_WAYBILL_PATH, settings.KUAIDI100_VOID_PATH
    site = kuaidi100.Site(settings.KUAIDI100_URL, *paths)
    return kuaidi100.Kuaidi100(kuaidi100.Credentials(account.customer, account.key), site=site)

"""The shop and its pretend WeChat and Alipay: credentials of those here, and a memory of what was paid before."""

from contextlib import closing
from pathlib import Path

from django.test import override_settings

from orders.payments.models import Payment, Refund, RefundState
from seeding.outside.gateways import enter_payment, enter_refund
from shop.actor import Actor
from shop.demo.standins import Ledger, load_alipay_credentials, load_credentials, run_in_thread
from shop.demo.standins.wechat.messages import TEMPLATES
from shop.store.choices import ONLINE
from shop.store.selectors import get_alipay_account, get_wechat_account
from shop.store.services import (
    EDITABLE,
    change_alipay_account,
    change_store_settings,
    change_wechat_account,
    check_alipay_account,
    check_wechat_account,
)


def keep_merchant(standins_dir: Path) -> None:
    """Let the new pretend gateways know the shop's merchant by its ids: only its own payments can be refunded."""
    if account := get_wechat_account():
        load_credentials(standins_dir, appid=account.appid, mchid=account.mchid)
    if seller := get_alipay_account():
        load_alipay_credentials(standins_dir, appid=seller.appid, mchid=seller.mchid)


def give_credentials(standins_dir: Path, *, actor: Actor) -> None:
    """Credentials of the pretend WeChat and Alipay, tested by real calls to a stand-in of our own."""
    made = load_credentials(standins_dir)
    change_wechat_account(made.as_account() | made.as_service_account(), actor=actor)
    change_alipay_account(load_alipay_credentials(standins_dir).as_account(), actor=actor)
    with run_in_thread(standins_dir) as server:
        urls = {"WECHAT_PAY_URL": server.base_url, "ALIPAY_URL": f"{server.base_url}/gateway.do"}
        with override_settings(**urls):
            check_wechat_account(actor=actor)
            check_alipay_account(actor=actor)


def enter_templates(*, actor: Actor) -> None:
    """The templates of the pretend WeChat: from now on buyers hear of their orders, of the past nobody does."""
    named = {f"template_{key.split('-')[1]}": key for key in TEMPLATES}
    wanted = {name: key for name, key in named.items() if name in EDITABLE}
    change_store_settings(wanted | {"order_page": "pages/order/detail?number={number}"}, actor=actor)


def remember_money(standins_dir: Path) -> None:
    """Tell the pretend gateways what was paid and refunded elsewhere, so that it can be queried and refunded here."""
    with closing(Ledger(standins_dir)) as ledger, ledger.transaction():
        _remember_payments(ledger)
        _remember_refunds(ledger)


def _remember_payments(ledger: Ledger) -> None:
    paid = Payment.objects.filter(method__in=ONLINE, attempt__isnull=False).order_by("pk")
    for payment in paid.select_related("attempt").iterator():
        if payment.attempt is not None:
            enter_payment(ledger, payment.attempt, paid_at=payment.captured_at)


def _remember_refunds(ledger: Ledger) -> None:
    by_gateway = Refund.objects.filter(state=RefundState.DONE, reference="", payment__attempt__isnull=False)
    for refund in by_gateway.select_related("payment__attempt").order_by("pk").iterator():
        attempt = refund.payment.attempt
        if attempt is not None and refund.finished_at is not None:
            enter_refund(ledger, refund, attempt, finished_at=refund.finished_at)

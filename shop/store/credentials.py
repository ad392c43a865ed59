"""Credentials at WeChat Pay as versioned sets: the present one, and former ones while money depends on them."""

from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.clients.wechat_pay import Credentials
from shop.errors import Refused
from shop.store.models import PAY_FIELDS, FormerCredentials, WeChatAccount
from shop.store.selectors import get_wechat_account

Row = WeChatAccount | FormerCredentials


def list_sets() -> list[Credentials]:
    """Every set in use, the present one first, then the former ones, newest first.

    Each accepts the platform keys of all sets of its merchant number: while keys are exchanged the gateway signs with
    either. Raises Refused `wechat_not_set_up` (409) without a present one.
    """
    account = get_wechat_account()
    if account is None or not account.mchid:
        raise Refused("wechat_not_set_up", _("WeChat Pay has no credentials yet."))
    rows: list[Row] = [account, *FormerCredentials.objects.order_by("-pk")]
    return [_make_set(row, rows) for row in rows]


def get_current_set() -> Credentials:
    """The set new payments are made with. Raises Refused `wechat_not_set_up` (409)."""
    return list_sets()[0]


def _make_set(row: Row, rows: list[Row]) -> Credentials:
    siblings = [other for other in rows if other.mchid == row.mchid]
    return Credentials(
        appid=row.appid,
        mchid=row.mchid,
        merchant_serial=row.merchant_serial,
        merchant_private_key=row.merchant_private_key,
        api_v3_key=row.api_v3_key,
        platform_key_id=row.platform_key_id,
        platform_public_key=row.platform_public_key,
        former_platform_keys={
            other.platform_key_id: other.platform_public_key
            for other in siblings
            if other.platform_key_id != row.platform_key_id
        },
    )


def keep_former(account: WeChatAccount, changed: dict[str, str]) -> None:
    """Keep the set that `changed` is about to replace, if it ever passed its test. The account is locked."""
    if account.tested_at is None or not account.mchid or not set(changed) & set(PAY_FIELDS):
        return
    values = {name: getattr(account, name) for name in PAY_FIELDS}
    FormerCredentials.objects.create(**values, replaced_at=clock.now())

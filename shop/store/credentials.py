"""Credentials at WeChat Pay as versioned sets: the present one, and former ones while money depends on them."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.clients.wechat_pay import Credentials
from shop.errors import Refused
from shop.store.models import PAY_FIELDS, FormerCredentials, WeChatAccount
from shop.store.selectors import get_wechat_account

Row = WeChatAccount | FormerCredentials


def list_sets() -> list[Credentials]:
    """Every set in use: the present one, then the former ones, newest first; one that never passed its test last.

    Each accepts the platform keys of all sets of its merchant number: while keys are exchanged the gateway signs with
    either. Raises Refused `wechat_not_set_up` (409) where there is none.
    """
    account, former = get_wechat_account(), list(FormerCredentials.objects.order_by("-pk"))
    present: list[Row] = [account] if account and account.mchid else []
    is_tested = account is not None and account.tested_at is not None
    rows = [*present, *former] if is_tested else [*former, *present]
    if not rows:
        raise _not_set_up()
    return [_make_set(row, rows) for row in rows]


def get_set_of(account: WeChatAccount | None) -> Credentials:
    """The set new payments are made with. Raises Refused `wechat_not_set_up` (409)."""
    if account is None or not account.mchid:
        raise _not_set_up()
    return _make_set(account, [account, *FormerCredentials.objects.order_by("-pk")])


def _not_set_up() -> Refused:
    return Refused("wechat_not_set_up", _("WeChat Pay has no credentials yet."))


def _make_set(row: Row, rows: Sequence[Row]) -> Credentials:
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


def keep_former(account: WeChatAccount) -> None:
    """Keep the set as it last passed its test, before the account is changed. The account is locked.

    Also where another field is changed: until the next test nothing else tells that the set was good.
    """
    if account.tested_at is None or not account.mchid:
        return
    values = {name: getattr(account, name) for name in PAY_FIELDS}
    FormerCredentials.objects.create(**values, replaced_at=clock.now())

"""Credentials at the gateways as versioned sets: the present one, and former ones while money depends on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from shop import clock
from shop.clients import alipay, wechat_pay
from shop.errors import Refused
from shop.store.choices import PayMethod
from shop.store.models import AlipayAccount, FormerCredentials, WeChatAccount
from shop.store.selectors import get_alipay_account, get_wechat_account

Account = WeChatAccount | AlipayAccount
Row = Account | FormerCredentials


class Credentials(Protocol):
    """What every set says: whose money it is, and through which app of theirs it comes."""

    @property
    def appid(self) -> str: ...
    @property
    def mchid(self) -> str: ...


Made = TypeVar("Made", bound=Credentials)


@dataclass(frozen=True)
class Sets(Generic[Made]):
    """The sets of one gateway. `missing` is the code and the sentence where there is none."""

    method: PayMethod
    find_account: Callable[[], Account | None]
    make: Callable[[Any, Sequence[Any]], Made]
    missing: tuple[str, Any]

    def list_all(self) -> list[Made]:
        """Every set in use: the present one, then the former ones, newest first; one that never passed its test last.

        Each accepts the gateway's keys of all sets of its merchant number: while keys are exchanged the gateway signs
        with either. Raises Refused `…_not_set_up` (409) where there is none.
        """
        account, former = self.find_account(), self._list_former()
        present: list[Row] = [account] if account and account.mchid else []
        is_tested = account is not None and account.tested_at is not None
        rows = [*present, *former] if is_tested else [*former, *present]
        if not rows:
            raise self._not_set_up()
        return [self.make(row, rows) for row in rows]

    def get_of(self, account: Account | None) -> Made:
        """The set new payments are made with. Raises Refused `…_not_set_up` (409)."""
        if account is None or not account.mchid:
            raise self._not_set_up()
        return self.make(account, [account, *self._list_former()])

    def _list_former(self) -> list[FormerCredentials]:
        return list(FormerCredentials.objects.filter(method=self.method).order_by("-pk"))

    def _not_set_up(self) -> Refused:
        code, sentence = self.missing
        return Refused(code, sentence)


def _make_wechat(row: WeChatAccount | FormerCredentials, rows: Sequence[Any]) -> wechat_pay.Credentials:
    siblings = [other for other in rows if other.mchid == row.mchid]
    return wechat_pay.Credentials(
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


def _make_alipay(row: AlipayAccount | FormerCredentials, rows: Sequence[Any]) -> alipay.Credentials:
    others = {other.platform_public_key for other in rows if other.appid == row.appid}
    return alipay.Credentials(
        appid=row.appid,
        mchid=row.mchid,
        merchant_private_key=row.merchant_private_key,
        platform_public_key=row.platform_public_key,
        former_platform_keys=tuple(sorted(others - {row.platform_public_key})),
    )


WECHAT_SETS = Sets(
    PayMethod.WECHAT,
    get_wechat_account,
    _make_wechat,
    ("wechat_not_set_up", _("WeChat Pay has no credentials yet.")),
)
ALIPAY_SETS = Sets(
    PayMethod.ALIPAY,
    get_alipay_account,
    _make_alipay,
    ("alipay_not_set_up", _("Alipay has no credentials yet.")),
)


def keep_former(account: Account) -> None:
    """Keep the set as it last passed its test, before the account is changed. The account is locked.

    Also where another field is changed: until the next test nothing else tells that the set was good.
    """
    if account.tested_at is None or not account.mchid:
        return
    values = {name: getattr(account, name) for name in account.set_fields}
    FormerCredentials.objects.create(**values, method=account.method, replaced_at=clock.now())

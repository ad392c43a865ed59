"""How each kind of browser pays: one row for every method that it can pay by."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.payments.models import Channel
from shop.store.choices import PayMethod
from shop.store.selectors import get_alipay_account, get_store_settings, get_wechat_account


class Browser(StrEnum):
    WECHAT = "wechat"
    """Inside WeChat, which opens no other payment than its own codes."""
    ALIPAY = "alipay"
    """Inside Alipay, which opens none of WeChat's."""
    PHONE = "phone"
    DESKTOP = "desktop"


@dataclass(frozen=True)
class Way:
    """How such a browser pays by a method: by which channel, what the button says, and what is done afterwards.

    `opens` is the press that leads to the gateway, None where a code is shown.
    """

    browser: Browser
    method: PayMethod
    channel: Channel
    button: Any
    words: Any
    opens: Any = None


_ALIPAY = _("Pay with Alipay")
_OPEN_ALIPAY = _("Open Alipay")
_BACK = _("Alipay opens, and leads back here. This page says when it is paid.")
_SCAN = _("Scan it with WeChat. This page says when it is paid.")
WAYS = (
    Way(
        Browser.WECHAT,
        PayMethod.WECHAT,
        Channel.NATIVE,
        _("Pay with WeChat"),
        _("Keep the code pressed to pay, or scan it with another phone. This page says when it is paid."),
    ),
    Way(
        Browser.PHONE,
        PayMethod.WECHAT,
        Channel.H5,
        _("Pay with WeChat"),
        _("WeChat opens, and leads back here. This page says when it is paid."),
        _("Open WeChat"),
    ),
    Way(Browser.PHONE, PayMethod.ALIPAY, Channel.CODE, _ALIPAY, _BACK, _OPEN_ALIPAY),
    Way(Browser.ALIPAY, PayMethod.ALIPAY, Channel.CODE, _ALIPAY, _BACK, _OPEN_ALIPAY),
    Way(Browser.DESKTOP, PayMethod.WECHAT, Channel.NATIVE, _("Pay with WeChat"), _SCAN),
    Way(
        Browser.DESKTOP,
        PayMethod.ALIPAY,
        Channel.CODE,
        _ALIPAY,
        _("Scan it with Alipay. This page says when it is paid."),
    ),
)


def _has_wechat() -> bool:
    account = get_wechat_account()
    return account is not None and account.tested_at is not None


def _has_alipay() -> bool:
    if not get_store_settings().alipay_on:
        return False
    account = get_alipay_account()
    return account is not None and account.tested_at is not None


_CAN_BE_TAKEN: Mapping[PayMethod, Callable[[], bool]] = {
    PayMethod.WECHAT: _has_wechat,
    PayMethod.ALIPAY: _has_alipay,
}
_PHONE = re.compile(r"Mobile|Android|iPhone|iPad|HarmonyOS")


def read_browser(request: HttpRequest) -> Browser:
    agent = request.headers.get("User-Agent", "")
    if "MicroMessenger" in agent:
        return Browser.WECHAT
    if "AlipayClient" in agent:
        return Browser.ALIPAY
    return Browser.PHONE if _PHONE.search(agent) else Browser.DESKTOP


def list_ways(browser: Browser) -> list[Way]:
    """By which methods this browser can pay the shop now."""
    return [way for way in WAYS if way.browser == browser and _CAN_BE_TAKEN[way.method]()]

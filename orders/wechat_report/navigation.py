"""What stands beside the switch of the store settings."""

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.wechat_report.reporting import get_standing
from shop.store.pages.hints import Hint, register_hint
from shop.store.selectors import get_wechat_account

_SETTINGS = "settings.view"


def _make_hint() -> Hint:
    """What telling WeChat needs: credentials of the mini-program, and that WeChat manages its trade."""
    if get_wechat_account() is None:
        words = _("Telling WeChat needs the credentials of the mini-program.")
        return Hint(words, reverse("store:wechat"), _("Enter credentials"), is_met=False)
    is_managed = get_standing().is_managed
    if is_managed is None:
        words = _("Once it is on, WeChat is asked whether it manages the trade of this mini-program.")
    elif is_managed:
        words = _("WeChat manages the trade of this mini-program and wants to be told.")
    else:
        words = _("WeChat does not manage the trade of this mini-program: there is nothing to tell.")
    return Hint(words, reverse("store:wechat"), _("WeChat"), is_met=bool(is_managed))


register_hint("wechat_report_on", _SETTINGS, _make_hint)

"""Whether WeChat is told what was shipped."""

from orders.wechat_report.models import Standing
from shop.store.selectors import get_store_settings


def get_standing() -> Standing:
    """How the shop stands with WeChat; a new row, not saved, before it was asked."""
    return Standing.objects.filter(pk=1).first() or Standing(pk=1)


def is_reporting() -> bool:
    """Whether it is switched on, and WeChat has not said that there is no need."""
    return get_store_settings().wechat_report_on and get_standing().is_managed is not False

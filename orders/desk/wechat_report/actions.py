"""What a person can do with a shipping report on its own page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.wechat_report.models import ShippingReport
from orders.wechat_report.services.pressing import let_report_be, retry_report
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action


def find_action_url(report: ShippingReport, name: str) -> str:
    return reverse(f"orders:{name}", args=[report.pk])


ACTIONS = (
    Action(
        "report.retry",
        bare_form("retry_report", retry_report),
        words=_("WeChat is told again what was shipped, as it is now. First see to what it has refused."),
        done=_("WeChat is told again."),
        is_first=True,
    ),
    Action(
        "report.let_be",
        bare_form("let_report_be", let_report_be),
        words=_(
            "You have seen to it at the WeChat platform, or it may stay as it is. WeChat is not told again."
        ),
        done=_("It stays as it is at WeChat."),
    ),
)

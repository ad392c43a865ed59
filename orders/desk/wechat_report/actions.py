"""What a person can do with a shipping report on its own page."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.wechat_report.models import ShippingReport
from orders.wechat_report.selectors import list_companies, list_to_name
from orders.wechat_report.services.pressing import let_report_be, name_courier, retry_report
from shop.actor import Actor
from shop.couriers.known import find_courier
from shop.errors import Refused
from shop.staff.actions.forms import ActionForm, bare_form
from shop.staff.actions.rows import Action


def find_action_url(report: ShippingReport, name: str) -> str:
    return reverse(f"orders:{name}", args=[report.pk])


class NameCourierForm(ActionForm):
    """One of the report's couriers, and one of WeChat's."""

    name, act = "name_courier", name_courier
    courier = forms.ChoiceField(label=_("Courier"))
    company = forms.ChoiceField(label=_("At WeChat"))

    @classmethod
    def find_obstacle(cls, subject: ShippingReport, actor: Actor) -> Any:
        if list_to_name(subject):
            return ""
        if not list_companies():
            return _("WeChat has not said yet which couriers it knows.")
        return _("WeChat knows all couriers of this report by itself.")

    def set_up(self) -> None:
        courier: Any = self.fields["courier"]
        company: Any = self.fields["company"]
        courier.choices = [(code, _name(code)) for code in list_to_name(self.subject)]
        company.choices = [("", ""), *((each.delivery_id, each.name) for each in list_companies())]

    def show_refusal(self, refused: Refused) -> None:
        fields = {"no_such_courier": "courier", "no_such_company": "company"}
        self.add_error(fields.get(refused.code), str(refused))


def _name(code: str) -> str:
    courier = find_courier(code)
    return courier.name if courier else code


ACTIONS = (
    Action(
        "report.name_courier",
        NameCourierForm,
        words=_(
            "WeChat's list does not name this courier. What you choose is remembered for all its parcels."
        ),
        undo=_("Should WeChat refuse it, choose another one."),
        done=_("WeChat is told again."),
        is_first=True,
    ),
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

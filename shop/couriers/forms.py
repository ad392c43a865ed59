"""The forms of senders, of the accounts at couriers, and of the credentials at providers."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from shop.clients.waybills import clean_value
from shop.console import fields
from shop.couriers.choices import list_labels
from shop.couriers.known import Courier, find_courier
from shop.couriers.models import CourierAccount, Provider, ProviderAccount, Sender
from shop.couriers.services.accounts import SECRETS
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL, PHONE
from shop.store.pages.forms import SecretField
from shop.store.places.regions import find_district_problem, find_problem
from shop.store.places.split import LONGEST, split_address
from shop.words import fill

MOST_STUCK_HOURS = 720
_POSTCODE = RegexValidator(r"\A[0-9]{6}\Z", _("A postcode has 6 digits."))
_PLAIN = [NO_CONTROL]


class SenderForm(forms.Form):
    """An address of the shop; a pasted line fills the fields that are empty. Named as the address script names them."""

    says_optional = False
    pasted = fields.area(
        _("Paste a whole address"),
        max_length=LONGEST,
        rows=2,
        required=False,
        help_text=_("Name, phone and address in one line are taken apart; fields below come first."),
    )
    recipient = fields.text(_("Contact"), max_length=30, validators=_PLAIN)
    phone = fields.text(_("Phone"), max_length=20, validators=[PHONE], attrs={"inputmode": "tel"})
    company = fields.text(
        _("Company"), max_length=60, required=False, validators=_PLAIN, help_text=_("May stay empty.")
    )
    province = fields.text(_("Province"), max_length=20, attrs={"list": "regions-province"})
    city = fields.text(_("City"), max_length=20, attrs={"list": "regions-city"})
    district = fields.text(
        _("District"), max_length=20, required=False, validators=_PLAIN, attrs={"list": "regions-district"}
    )
    detail = fields.text(_("Street and house number"), max_length=100, validators=_PLAIN)
    postcode = fields.text(
        _("Postcode"),
        max_length=6,
        validators=[_POSTCODE],
        attrs={"inputmode": "numeric"},
        help_text=_("6 digits. Some couriers issue no e-waybill without it."),
    )

    def __init__(self, data: Any = None, *, sender: Sender | None = None) -> None:
        stored = {
            name: getattr(sender, _COLUMNS.get(name, name), "")
            for name in self.base_fields
            if name != "pasted"
        }
        super().__init__(_fill_in(data) if data and data.get("pasted") else data, initial=stored)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        region = [data.get(name, "") for name in ("province", "city", "district")]
        if not all(region[:2]):
            return data
        if problem := find_problem(*region[:2]) or find_district_problem(*region):
            words = problem.words if problem.name else self.fields[problem.field].error_messages["required"]
            raise ValidationError({problem.field: words})
        return data

    def read(self) -> dict[str, str]:
        """What was typed, by the columns of a sender."""
        return {
            _COLUMNS.get(name, name): value for name, value in self.cleaned_data.items() if name != "pasted"
        }


_COLUMNS = {"recipient": "name", "detail": "address"}


def _fill_in(data: Any) -> Any:
    filled = data.copy()
    for name, part in asdict(split_address(str(data["pasted"]))).items():
        if part and not data.get(name):
            filled[name] = part
    return filled


class ProviderForm(forms.Form):
    """Credentials at a provider of e-waybills; the key is write-only."""

    says_optional = False
    merchant = fields.text("", max_length=60, validators=_PLAIN)
    key = SecretField(validators=_PLAIN)
    company = fields.text(
        _("Customer number (customer)"),
        max_length=60,
        required=False,
        validators=_PLAIN,
        help_text=_("Without it Kuaidi100 can push news of parcels, but cannot be asked for them."),
    )

    def __init__(self, provider: Provider, account: ProviderAccount | None, data: Any = None) -> None:
        stored = {"merchant": account.customer, "company": account.company} if account else {}
        super().__init__(data, initial=stored)
        if provider != Provider.KUAIDI100:
            del self.fields["company"]
        self.fields["merchant"].label, self.fields["key"].label = PROVIDER_LABELS[provider]
        key: Any = self.fields["key"]
        key.tell(is_stored=bool(account and account.key))

    def read(self) -> dict[str, str]:
        """What was typed, by the columns of an account."""
        typed = {"customer": self.cleaned_data["merchant"], "key": self.cleaned_data["key"]}
        return typed | {name: self.cleaned_data[name] for name in ("company",) if name in self.fields}


PROVIDER_LABELS = {
    Provider.KDNIAO: (_("Merchant id (EBusinessID)"), _("API key (ApiKey)")),
    Provider.KUAIDI100: (_("Key"), _("Secret")),
}


class _Numbers(forms.TypedChoiceField):
    """One of the numbers of a courier; nothing chosen is 0."""

    def __init__(self, *, label: Any) -> None:
        words = _("KDNiao asks for it; Kuaidi100 does not.")
        super().__init__(label=label, required=False, coerce=int, help_text=words)
        self.empty_value: Any = 0


class CourierForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """How e-waybills of one courier are had: of the fields of an account just those that this courier has."""

    says_optional = False
    provider = forms.ChoiceField(
        label=_("E-waybills by"),
        required=False,
        choices=[("", _("nobody: numbers are typed")), *Provider.choices],
    )
    delivery_method = _Numbers(label=_("How it is handed over"))
    trans_type = _Numbers(label=_("Kind of delivery"))
    stuck_hours = forms.IntegerField(
        label=_("Stuck after hours without news"),
        min_value=1,
        max_value=MOST_STUCK_HOURS,
        help_text=_("A parcel that is silent for so long stands under “Parcels in trouble”."),
        error_messages=dict.fromkeys(
            ("min_value", "max_value", "invalid", "required"), _("Say how many hours, 1 to 720 (30 days).")
        ),
    )
    customer_pwd = SecretField(label=_("Account password"))
    month_code = SecretField(label=_("Monthly code"))

    class Meta:
        model = CourierAccount
        fields = (
            *("provider", "pay_type", "product", "label_size", "delivery_method", "trans_type"),
            *("customer_name", "customer_pwd", "month_code", "send_site", "warehouse"),
            "stuck_hours",
        )
        help_texts = {
            "product": _(
                "The courier's own number of a service, as the provider lists it; 1 is the usual one."
            ),
            "label_size": _("As the provider names it; leave it empty for the usual size."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courier = find_courier(self.instance.code)
        for name in ACCOUNT_FIELDS:
            if courier and name in courier.account_fields:
                self._describe(name, courier)
            else:
                del self.fields[name]
        choices = list_labels(courier) if courier else {}
        for name in CHOICE_FIELDS:
            if name in choices:
                self.fields[name].choices = choices[name]  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        for name, field in self.fields.items():
            if name not in ("provider", "pay_type", "stuck_hours", *CHOICE_FIELDS):
                field.validators.append(_check_taken)

    def _describe(self, name: str, courier: Courier) -> None:
        field: Any = self.fields[name]
        if name in SECRETS:
            field.tell(is_stored=bool(getattr(self.instance, name)))
        words = {"courier": courier.name}
        need = fill(_NEEDS[courier.account_rule], words)
        field.help_text = f"{need} {field.help_text}".strip()

    @property
    def choice_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in CHOICE_FIELDS]

    @property
    def account_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in ACCOUNT_FIELDS]

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside each field that it speaks of."""
        for name in refused.extra.get("fields") or [None]:
            self.add_error(name, str(refused))


CHOICE_FIELDS = ("delivery_method", "trans_type")
ACCOUNT_FIELDS = ("customer_name", "customer_pwd", "month_code", "send_site", "warehouse")
_NEEDS = {
    "always": _("%(courier)s gives it to you with the contract."),
    "monthly": _("Needed when %(courier)s sends you a bill each month."),
    "unsure": _("Ask %(courier)s whether you need it."),
}


def _check_taken(value: str) -> None:
    if value != clean_value(value):
        raise ValidationError(
            _("Providers refuse quotes and the signs # & + < > % \\. Type it without them.")
        )

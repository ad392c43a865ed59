"""The forms of the store settings and of the credentials at the payment gateways."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from shop.console.fields import YuanField
from shop.errors import Refused
from shop.store.choices import LIMITS, Notice
from shop.store.models import AlipayAccount, StoreSettings, WeChatAccount
from shop.store.selectors import Precondition, list_preconditions

MAX_FEE_FEN = 100_000_00


@dataclass(frozen=True)
class Row:
    """One setting as it stands in its group, with what it needs first; a span of time has its end on the same line."""

    field: forms.BoundField
    is_switch: bool
    preconditions: list[Precondition]
    until: forms.BoundField | None = None


@dataclass(frozen=True)
class Group:
    title: Any
    words: Any
    rows: list[Row]

    @property
    def where(self) -> str:
        """The page where all of it stands, by the name of its address; "" where it stands here."""
        return "" if self.rows else "freight:list"


TEMPLATES = tuple(f"template_{notice}" for notice in Notice)
_KEPT = _("A change counts for new orders; orders that exist keep their deadlines.")
GROUPS: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
    (_("Shop"), "", ("shop_name", "contact_phone")),
    (
        _("Delivery"),
        _("Buyers are offered only what can really be fulfilled."),
        (
            "express_on",
            "pickup_on",
            "pickup_pin_above_fen",
            "local_on",
            "local_fee_fen",
            "local_phone",
            "local_area",
        ),
    ),
    (
        _("Freight of express orders"),
        _("What express costs is said by templates, each for some products."),
        (),
    ),
    (
        _("Payment"),
        "",
        (
            "wechat_on",
            "alipay_on",
            "express_cod_on",
            "local_cod_on",
            "pickup_cod_on",
            "balance_on",
            "transfer_on",
            "transfer_bank",
            "transfer_name",
            "transfer_number",
        ),
    ),
    (
        _("Money by a word"),
        _(
            "Top-ups, recorded transfers, lowered prices and refunds that cancel nothing: only your own people say so."
        ),
        ("second_person_above_fen",),
    ),
    (
        _("Timers"),
        _KEPT,
        (
            "cancel_unpaid_minutes",
            "transfer_days",
            "pay_link_hours",
            "supplement_hours",
            "ship_within_hours",
            "overdue_rule",
            "receive_days",
            "extend_days",
            "uncollected_days",
        ),
    ),
    (
        _("Steps and stock"),
        _("A step that is off is passed by the system and stands on the timeline."),
        ("confirm_step_on", "prepare_step_on", "reserve_on"),
    ),
    (
        _("Archive"),
        _(
            "Old orders leave the lists and their counts; every search finds them, and the tab “Archived” lists them."
        ),
        ("archive_days",),
    ),
    (_("Printing"), "", ("receipt_paper",)),
    (_("Packing photos"), "", ("packing_photos_on",)),
    (
        _("Invoices"),
        _(
            "Buyers ask for one in the mini-program; you issue it where you always do, and mark it as issued here."
        ),
        ("invoices_on", "invoice_kinds", "invoice_days"),
    ),
    (
        _("Shipping told to WeChat"),
        _("Where WeChat manages the trade, it keeps what buyers paid until it is told what was shipped."),
        ("wechat_report_on", "wechat_report_delay_minutes"),
    ),
    (
        _("Voice alerts"),
        _(
            "Which kinds are spoken is chosen on the page “Voice of alerts”."
            " In quiet hours nothing is spoken; alerts still stand on the page."
        ),
        ("voice_repeat_seconds", "quiet_from"),
    ),
    (
        _("Subscription messages"),
        _("Ids of the templates chosen on the WeChat platform; the mini-program asks buyers to accept them."),
        (*TEMPLATES, "order_page"),
    ),
)
_ENDS = {"quiet_from": "quiet_until"}
_PAGE = RegexValidator(
    r"\A[A-Za-z0-9_-][A-Za-z0-9_/.-]*(\?[A-Za-z0-9_=&{}.-]*)?\Z",
    _("Copy the path as the mini-program has it, without a slash in front."),
)
_TEMPLATE_ID = RegexValidator(
    r"\A[A-Za-z0-9_-]{20,64}\Z", _("Copy the template's id as the WeChat platform shows it.")
)


class StoreSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Every setting of the shop. The instance carries what was typed, so the checklist speaks of that."""

    says_optional = False
    second_person_above_fen = YuanField(
        label=_("A second person for more than (yuan)"),
        max_fen=100 * MAX_FEE_FEN,
        required=False,
        help_text=_("A colleague types their password too. Leave empty when one person is always enough."),
    )
    local_fee_fen = YuanField(label=_("Delivery fee (yuan)"), max_fen=MAX_FEE_FEN, required=False)
    pickup_pin_above_fen = YuanField(
        label=_("A PIN for handing out more than (yuan)"),
        max_fen=100 * MAX_FEE_FEN,
        required=False,
        help_text=_("Verifiers type it on their phones. Leave empty when it is never asked for."),
    )

    class Meta:
        model = StoreSettings
        fields = [name for _title, _words, names in GROUPS for name in names] + [*_ENDS.values()]
        widgets = {
            "quiet_from": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "quiet_until": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }
        help_texts = {
            "shop_name": _("Stands in the mini-program and at the top of this console."),
            "local_area": _("Stands in the mini-program, for example: delivered the same day."),
            "express_cod_on": _("The courier brings the money; record it on the order when it is in."),
            "local_cod_on": _("Your driver brings the money; record it on the order when it is in."),
            "pickup_cod_on": _("Buyers pay when they pick up; whoever hands out takes the money first."),
            "cancel_unpaid_minutes": _(
                "Runs from placing. Then the order closes and its stock is free again."
            ),
            "balance_on": _("Buyers pay from what was topped up for them on their page."),
            "transfer_on": _("Buyers see the account after placing and send a picture of the transfer."),
            "transfer_days": _("Runs from placing; a proof sent in stops it until it is checked."),
            "pay_link_hours": _("Where the order has its own time to pay, the link ends with that."),
            "extend_days": _("A buyer may ask once per order; staff may always give more time."),
            "ship_within_hours": _(
                "Runs from payment, with cash on delivery from placing; time on hold is added."
            ),
            "supplement_hours": _(
                "When goods or address of a paid order were changed and it costs more; paid, it goes on by itself."
            ),
            "overdue_rule": _(
                "For orders of which nothing was sent; one on hold is not overdue. All that was paid is refunded."
            ),
            "receive_days": _(
                "Runs from the delivery of the last parcel, else from shipping; it waits for open after-sales."
            ),
            "archive_days": _(
                "Counted from the day on which the order was completed or closed; 0: never. "
                "One of which something is still open stays."
            ),
            "receipt_paper": _("The width of the roll; each print can also be made in the other one."),
            "packing_photos_on": _(
                "They stand in the mini-program with the parcel; staff see them in any case."
            ),
            "template_pickup": _("When the goods wait at the store, and when somebody is reminded of them."),
            "uncollected_days": _(
                "Runs from when they began to wait; then they stand on a board of their own."
            ),
            "template_changed": _("For goods, address or day of shipping that you changed."),
            "order_page": _(
                "What a message opens, for example pages/order/detail?number={number}. Empty: messages open nothing."
            ),
            "invoice_kinds": _("Buyers read it before they ask, for example: electronic ordinary invoices."),
            "invoice_days": _("Orders that were not received yet have no end."),
            "wechat_report_delay_minutes": _(
                "Until then a mistake can be taken back: WeChat lets what it was told be corrected only once."
            ),
            "reserve_on": _("Cash on delivery always reserves when the order is placed."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LIMITS.keys() & self.fields.keys():
            (least, most), field = LIMITS[name], self.fields[name]
            field.validators += [MinValueValidator(least), MaxValueValidator(most)]
            field.widget.attrs |= {"min": least, "max": most}
        for name in TEMPLATES:
            self.fields[name].validators.append(_TEMPLATE_ID)
        self.fields["order_page"].validators.append(_PAGE)

    def clean(self) -> dict[str, Any] | None:
        """One template says one thing: a buyer who accepts it accepts that."""
        seen: set[str] = set()
        for name in TEMPLATES:
            template_id = self.cleaned_data.get(name, "")
            if template_id in seen:
                self.add_error(name, _("This template stands in another field already."))
            seen |= {template_id} - {""}
        return super().clean()

    def lock(self) -> None:
        """Show the settings without letting them be changed."""
        for field in self.fields.values():
            field.disabled = True

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside the setting it speaks of."""
        name = refused.extra.get("switch")
        self.add_error(name if name in self.fields else None, str(refused))

    def groups(self) -> list[Group]:
        needs = list_preconditions(self.instance)
        return [
            Group(title, words, [self._row(name, needs) for name in names]) for title, words, names in GROUPS
        ]

    def _row(self, name: str, needs: list[Precondition]) -> Row:
        is_switch = isinstance(self.fields[name].widget, forms.CheckboxInput)
        until = self[_ENDS[name]] if name in _ENDS else None
        return Row(self[name], is_switch, [need for need in needs if need.switch == name], until)


class SecretTextarea(forms.Textarea):
    """A text that goes in and never comes out again, not even after a mistake elsewhere in the form."""

    def format_value(self, value: Any) -> None:
        return None


class SecretField(forms.CharField):
    """A secret of the account: left empty, the stored one stays."""

    def __init__(self, *, rows: int = 1, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password", "spellcheck": "false", "autocapitalize": "none"}
        widget = SecretTextarea(attrs | {"rows": str(rows)}) if rows > 1 else forms.PasswordInput(attrs)
        super().__init__(required=False, max_length=8000, widget=widget, **kwargs)

    def tell(self, *, is_stored: bool) -> None:
        """Say whether there is one already."""
        self.widget.attrs["placeholder"] = _("Stored – type a new one to replace it") if is_stored else ""
        self.help_text = (
            _("Stored and never shown. Leave empty to keep it.") if is_stored else _("Not stored yet.")
        )


class AccountForm(forms.Form):
    """Credentials; secrets are write-only."""

    says_optional = False

    def __init__(self, account: WeChatAccount | AlipayAccount | None, *args: Any, **kwargs: Any) -> None:
        names = [n for n, f in self.base_fields.items() if not isinstance(f, SecretField)]
        kwargs["initial"] = {name: getattr(account, name, "") for name in names}
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, SecretField):
                field.tell(is_stored=bool(getattr(account, name, "")))

    def lock(self) -> None:
        """Show the credentials without letting them be changed."""
        for field in self.fields.values():
            field.disabled = True


def _ask_key(label: Any, *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
    return forms.CharField(label=label, max_length=8000, required=required, widget=widget)


class WeChatAccountForm(AccountForm):
    """Credentials at WeChat."""

    appid = forms.CharField(label=_("Mini-program AppID"), max_length=40)
    mini_secret = SecretField(label=_("Mini-program secret"))
    mchid = forms.CharField(label=_("Merchant number"), max_length=32, required=False)
    merchant_serial = forms.CharField(label=_("Merchant certificate serial"), max_length=64, required=False)
    merchant_private_key = SecretField(label=_("Merchant private key"), rows=4)
    api_v3_key = SecretField(label=_("API v3 key"))
    platform_key_id = forms.CharField(label=_("WeChat Pay public key id"), max_length=80, required=False)
    platform_public_key = _ask_key(_("WeChat Pay public key"))
    service_appid = forms.CharField(label=_("Service account AppID"), max_length=40, required=False)
    service_secret = SecretField(label=_("Service account secret"))

    def clean_api_v3_key(self) -> str:
        key: str = self.cleaned_data["api_v3_key"]
        if key and len(key) != 32:
            raise ValidationError(_("The API v3 key has 32 characters. Type it again."))
        return key


class AlipayAccountForm(AccountForm):
    """Credentials at Alipay."""

    appid = forms.CharField(label=_("Alipay AppID"), max_length=40)
    mchid = forms.CharField(
        label=_("Seller number (PID)"),
        max_length=16,
        help_text=_("16 digits, beginning with 2088: the account that collects."),
        validators=[RegexValidator(r"^2088[0-9]{12}\Z", _("Type the 16 digits that begin with 2088."))],
    )
    merchant_private_key = SecretField(label=_("App private key"), rows=4)
    platform_public_key = _ask_key(_("Alipay public key"), required=True)

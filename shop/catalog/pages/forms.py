"""Products, their SKUs, and counting stock by hand."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from shop.catalog.models import LOW_AT, Product
from shop.catalog.services import SKU_FIELDS, NewSku
from shop.catalog.stock.changes import correct_stock
from shop.console.fields import DayField, YuanField, pieces, text
from shop.errors import Refused
from shop.money import MAX_FEN
from shop.sheets.cells import narrow
from shop.staff.actions.forms import ActionForm

MAX_PIECES = 1_000_000
MAX_GRAMS = 1_000_000
MAX_PRICE_FEN = MAX_FEN // 10
MAX_SKUS = 100
LONGEST_DESCRIPTION = 5000


class CorrectStockForm(ActionForm):
    """What was counted on the shelf, and why it differs. A page has one for each SKU."""

    name, act = "stock", correct_stock
    on_hand = pieces(
        _("Pieces counted"),
        most=MAX_PIECES,
        help_text=_("Everything on the shelf, with what orders have reserved."),
    )
    reason = text(_("Reason"), help_text=_("For example: counted, broken, delivery arrived."))

    def set_up(self) -> None:
        self.initial = {"on_hand": self.subject.on_hand}
        self.name = f"stock-{self.subject.pk}"
        self.auto_id = f"{self.name}_%s"

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside the field it speaks of."""
        self.add_error("reason" if refused.code == "reason_required" else "on_hand", str(refused))


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A product's own columns."""

    class Meta:
        model = Product
        fields = ("name", "category", "description", "freight_template", "is_on_sale")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "category": forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
            "description": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["freight_template"].empty_label = _("The default one")  # type: ignore[attr-defined]
        self.fields["description"].max_length = LONGEST_DESCRIPTION  # type: ignore[attr-defined]
        self.fields["description"].validators.append(MaxLengthValidator(LONGEST_DESCRIPTION))

    def clean_description(self) -> str:
        """Line ends as sheets keep them, so that an export imports as unchanged."""
        return str(self.cleaned_data["description"]).replace("\r\n", "\n")


class SkuForm(forms.Form):
    """One SKU in the table of its product; an empty new row is no SKU."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(label=_("SKU code"), max_length=40)
    name = forms.CharField(label=_("Specification"), max_length=80)
    price_fen = YuanField(label=_("Price (yuan)"), max_fen=MAX_PRICE_FEN)
    on_hand = pieces(_("Opening stock"), most=MAX_PIECES, required=False)
    low_at = pieces(_("Low at"), most=MAX_PIECES, initial=LOW_AT)
    ships_on = DayField(_("Presale, ships on"))
    weight_g = pieces(_("Weight (grams)"), most=MAX_GRAMS, required=False)
    shelf = text(_("Shelf"), max_length=20, required=False)
    barcode = text(_("Barcode"), max_length=40, required=False)
    is_on_sale = forms.BooleanField(label=_("On sale"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label or "")
        for name in ("weight_g", "shelf", "barcode"):
            self.fields[name].widget.attrs["placeholder"] = str(self.fields[name].label)

    def clean_code(self) -> str:
        """As sheets read codes, so that an export finds its SKU again."""
        code = narrow(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("Type a code of letters, digits and signs."))
        return code

    def clean_weight_g(self) -> int:
        """What nobody has weighed counts as 0."""
        return self.cleaned_data["weight_g"] or 0

    def clean_barcode(self) -> str:
        """As a scanner reads it."""
        return narrow(self.cleaned_data["barcode"])

    @property
    def is_new(self) -> bool:
        return not self["pk"].value()

    @property
    def sku_id(self) -> int | None:
        return self.cleaned_data.get("pk")

    def changes(self) -> dict[str, Any]:
        """The columns of a SKU that exists; its stock is counted elsewhere."""
        values = {name: self.cleaned_data[name] for name in SKU_FIELDS if name != "is_presale"}
        return values | {"is_presale": self.cleaned_data["ships_on"] is not None}

    def new_sku(self) -> NewSku:
        values = {name: self.cleaned_data[name] for name in SKU_FIELDS if name != "is_presale"}
        return NewSku(**values, on_hand=self.cleaned_data["on_hand"] or 0)


class BaseSkuFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """All SKUs of one product; codes must differ, and a product has one SKU at least."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # Whether a row may stay empty depends on the SKU behind it and not on its place in the form.
        form.empty_permitted = form.is_new

    def clean(self) -> None:
        self._refuse_twins("code", _("This code stands in another row."))
        self._refuse_twins("barcode", _("This barcode stands in another row."))
        if not any(form.has_changed() or not form.is_new for form in self.forms):
            raise forms.ValidationError(_("A product needs one SKU at least."))

    def _refuse_twins(self, name: str, message: Any) -> None:
        seen: set[str] = set()
        for form in self.filled():
            value = form.cleaned_data.get(name, "")
            if value and value in seen:
                form.add_error(name, message)
            seen.add(value)

    def filled(self) -> list[SkuForm]:
        """The rows that are SKUs: those that exist, and new ones with something typed."""
        return [form for form in self.forms if not form.is_new or form.has_changed()]

    def show_refusal(self, refused: Refused) -> bool:
        """Put a taken code or barcode beside its row; False when the refusal is about something else."""
        for form in self.filled():
            if form.cleaned_data.get("code") == refused.extra.get("sku_code", ""):
                form.add_error(refused.extra.get("field", "code"), str(refused))
                return True
        return False


SkuFormSet = forms.formset_factory(
    SkuForm, formset=BaseSkuFormSet, extra=0, max_num=MAX_SKUS, absolute_max=MAX_SKUS
)
"""At most as many SKUs as one form can hold."""


def choose_category(categories: list[str]) -> forms.ChoiceField:
    """A filter by category."""
    choices = [("", _("All categories")), *((name, name) for name in categories)]
    return forms.ChoiceField(label=_("Category"), required=False, choices=choices)


class ProductFilterForm(forms.Form):
    """What the product list is narrowed to; the address is its state."""

    name = forms.CharField(required=False, max_length=60)
    sale = forms.ChoiceField(
        label=_("On sale"),
        required=False,
        choices=[("", _("On sale or not")), ("yes", _("On sale")), ("no", _("Not on sale"))],
    )
    category = forms.ChoiceField()
    stock = forms.ChoiceField(
        label=_("Stock"),
        required=False,
        choices=[("", _("Any stock")), ("low", _("Running low")), ("presale", _("Presale"))],
    )

    def __init__(self, data: Any, categories: list[str]) -> None:
        super().__init__(data)
        self.fields["category"] = choose_category(categories)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label or "")

    def values(self) -> dict[str, str]:
        """What is understood of the address; the rest is left out."""
        self.is_valid()
        found = {name: str(value) for name, value in self.cleaned_data.items() if value}
        # A name that fits no rule finds nothing: leaving it out would show everything instead.
        typed = str(self.data.get("name", "")).replace("\0", "").strip()[:60]
        return found | ({"name": typed} if typed else {})

"""The forms behind the buttons that concern goods which are not there: others instead, or later."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.desk.order.forms.base import OrderForm
from orders.payments.changes.difference import Difference
from orders.payments.changes.swapping import Swap, change_lines
from orders.quotes import MAX_QUANTITY
from orders.services.postponing import LONGEST, postpone_order
from shop import clock
from shop.catalog.models import Sku
from shop.catalog.selectors import find_sku, list_siblings
from shop.console import fields
from shop.errors import Refused
from shop.money import format_fen
from shop.words import fill


class ChangeLinesForm(OrderForm):
    """What is short is proposed; other kinds of its product are chosen, any other article named by a code."""

    name, act, says_optional = "change_lines", change_lines, False
    line = forms.ChoiceField(label=_("Instead of"))
    pieces = fields.pieces(_("Pieces that are not sent"), most=MAX_QUANTITY)
    sibling = forms.ChoiceField(label=_("Send this instead"), required=False)
    sku = fields.text(
        _("Or another article (code or barcode)"), max_length=60, required=False, attrs={"class": "mono"}
    )
    new_pieces = fields.pieces(
        _("Pieces of it"),
        most=MAX_QUANTITY,
        required=False,
        help_text=_("Left empty, as many as are not sent."),
    )
    difference = forms.ChoiceField(
        label=_("If the price differs"), widget=forms.RadioSelect, choices=Difference.choices
    )
    notice = fields.area(_("Words to the buyer"), max_length=200, required=False)

    def set_up(self) -> None:
        self.open_lines = [line for line in self.lines if line.to_send]
        choices = [
            (str(line.pk), f"{line.product_name} {line.sku_name} ×{line.to_send}") for line in self.open_lines
        ]
        self.fields["line"].choices = choices  # type: ignore[attr-defined]  # a choice field has them
        first = next((line for line in self.open_lines if line.short), next(iter(self.open_lines), None))
        if first:
            pieces = first.short or first.to_send
            self.initial = {"line": str(first.pk), "pieces": pieces}
        self.initial["difference"] = Difference.SETTLE
        self.fields["sibling"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *self._list_siblings(),
        ]

    def _list_siblings(self) -> list[tuple[str, str]]:
        """Code and name of what there is of the products of the order's goods."""
        skus = list_siblings([line.sku.product_id for line in self.open_lines])
        words = _("%(sku)s · %(price)s · %(left)s left")
        told = ((sku, {"sku": sku, "price": format_fen(sku.price_fen), "left": sku.sellable}) for sku in skus)
        return [(sku.code, fill(words, facts)) for sku, facts in told if sku.sellable > 0]

    def clean_sku(self) -> Sku | None:
        code, sibling = self.cleaned_data["sku"], self.cleaned_data.get("sibling", "")
        if code and sibling:
            raise ValidationError(_("Choose one above or type a code here, not both."))
        if not (code or sibling):
            if "sibling" not in self.errors:
                self.add_error("sibling", _("Choose what is sent, or type its code below."))
            return None
        return self._find_sku(str(code or sibling))

    def _find_sku(self, code: str) -> Sku:
        try:
            sku = find_sku(code)
        except Refused as refused:
            raise ValidationError(refused.message) from refused
        if sku is None:
            raise ValidationError(_("There is no article with this code or barcode."))
        return sku

    def read(self) -> dict[str, Any]:
        data = self.cleaned_data
        new_pieces = data["new_pieces"] or data["pieces"]
        swap = Swap(int(data["line"]), data["pieces"], data["sku"].pk, new_pieces)
        return {"swap": swap, "difference": Difference(data["difference"]), "notice": data["notice"]}


class PostponeForm(OrderForm):
    name, act = "postpone", postpone_order
    ship_on = fields.DayField(_("Send it until the end of"))
    notice = fields.area(_("Words to the buyer"), max_length=200, required=False)

    def set_up(self) -> None:
        field, today = self.fields["ship_on"], timezone.localdate(clock.now())
        field.required = True
        field.widget.attrs |= {"min": f"{today}", "max": f"{today + LONGEST}"}
        ships_on = [line.sku.ships_on for line in self.lines if line.to_send and line.sku.ships_on]
        self.initial = {"ship_on": max([*ships_on, today + timedelta(days=3)])}

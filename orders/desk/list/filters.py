"""What the order list shows: tabs and filters, read from the address and written back into it."""

from functools import cached_property
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.archive import Archive, find_archive
from orders.invoices.models import InvoiceState
from orders.stages import OVER, SOURCES_IN_USE, TO_SHIP, AftersaleMark, Source, Stage
from shop.console import filters as console_filters
from shop.console.fields import DayField, YuanField, text
from shop.console.filters import Chip
from shop.money import write_yuan
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import SENT
from shop.store.pickup_stores.selectors import list_stores
from shop.store.selectors import list_known_methods

PAGE_SIZES = (20, 50, 100)
SEARCH_LENGTH = 4000
"""What the search box takes: some two hundred pasted lines."""


class Tab(models.TextChoices):
    ALL = "all", _("All")
    UNPAID = "unpaid", _("Awaiting payment")
    TO_CONFIRM = "to_confirm", _("To confirm")
    TO_SHIP = "to_ship", _("To ship")
    SHIPPED = "shipped", _("To receive")
    DONE = "done", _("Completed")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")


TAB_STAGES: dict[str, tuple[Stage, ...]] = {
    Tab.ALL: (),
    Tab.UNPAID: (Stage.UNPAID,),
    Tab.TO_CONFIRM: (Stage.TO_CONFIRM,),
    Tab.TO_SHIP: TO_SHIP,
    Tab.SHIPPED: (Stage.SHIPPED,),
    Tab.DONE: (Stage.DONE,),
    Tab.CLOSED: (Stage.CLOSED,),
    Tab.ARCHIVED: OVER,
}
_PER_STAGE = ("delivery", "store", "pay")
LOOKS_FOR = frozenset(
    {"q", "number", "phone", "recipient", "product", "buyer", "since", "until", "queue", "due"}
)
"""Filters that look for certain orders, or for work: they find archived orders, too."""


class WorkQueue(models.TextChoices):
    """A kind of work that waits, whatever its tab."""

    OVERDUE = "overdue", _("Overdue to ship")
    WITHIN_24H = "within_24h", _("Ship within 24 hours")
    SHIP_LATER = "ship_later", _("To ship later")
    SHORT = "short", _("Short of stock")
    HELD = "held", _("On hold")
    REFUND_FAILED = "refund_failed", _("Refunds that need a person")
    TRANSFERS = "transfers", _("Transfers to check")
    TO_PAY_OUT = "to_pay_out", _("Refunds to be paid out")
    CLOSING_SOON = "closing_soon", _("Unpaid, closing within 10 minutes")


class DateKind(models.TextChoices):
    """Which of an order's dates; the value with `_at` is its column, but for refunds, which are rows of their own."""

    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid at")
    SHIPPED = "shipped", _("Shipped at")
    RECEIVED = "received", _("Received at")
    CLOSED = "closed", _("Closed at")
    REFUNDED = "refunded", _("Refunded at")


SHARED_PARCELS = [("mergeable", _("Can be merged")), ("merged", _("Goes together with others"))]
INVOICES = [
    (InvoiceState.ASKED.value, InvoiceState.ASKED.label),
    (InvoiceState.ISSUED.value, InvoiceState.ISSUED.label),
    ("to_correct", _("To correct")),
]
AFTERSALES = [
    (AftersaleMark.OPEN.value, AftersaleMark.OPEN.label),
    (AftersaleMark.SETTLED.value, AftersaleMark.SETTLED.label),
]


def _select(label: Any, choices: Any, empty: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", empty), *choices], required=False)


def _list_possible() -> dict[str, tuple[str, ...]]:
    """The values that orders can have by now, of filters where not every value is used."""
    return {
        "pay": tuple(list_known_methods()),
        "source": SOURCES_IN_USE,
    }


def _list_stores() -> list[tuple[Any, Any]]:
    """Asked for only where one is chosen, or the choice is shown."""
    return [("", _("Any")), *((store.pk, store.name) for store in list_stores())]


class FilterForm(forms.Form):
    """The filters of the list, all optional; what cannot be read is left out and said."""

    q = forms.CharField(max_length=SEARCH_LENGTH, required=False, widget=forms.HiddenInput)
    tab = forms.ChoiceField(choices=Tab.choices, required=False, widget=forms.HiddenInput)
    size = forms.TypedChoiceField(
        choices=[(size, size) for size in PAGE_SIZES], coerce=int, required=False, widget=forms.HiddenInput
    )
    number = text(_("Order number"), max_length=18, required=False, attrs={"inputmode": "numeric"})
    phone = text(_("Phone"), max_length=20, required=False, attrs={"inputmode": "tel"})
    recipient = text(_("Recipient"), max_length=60, required=False)
    product = text(_("Product"), max_length=60, required=False)
    buyer = text(
        _("Customer number"),
        max_length=18,
        required=False,
        attrs={"inputmode": "numeric", "pattern": "[0-9]*"},
    )
    queue = _select(_("Queue"), WorkQueue.choices, _("Any"))
    due = _select(_("Ship by"), [("today", _("Today, else late"))], _("Any"))
    stage = _select(_("Stage"), Stage.choices, _("Any"))
    delivery = _select(_("Delivery"), Delivery.choices, _("Any"))
    store = forms.TypedChoiceField(
        label=_("Store"), choices=_list_stores, coerce=int, empty_value="", required=False
    )
    pay = _select(_("Pay method"), PayMethod.choices, _("Any"))
    date = _select(_("Which date"), DateKind.choices, DateKind.PLACED.label)
    since = DayField(_("From"))
    until = DayField(_("To"))
    above = YuanField(label=_("Amount from"), required=False)
    below = YuanField(label=_("Amount to"), required=False)
    remark = _select(_("Remark"), [("yes", _("With a remark"))], _("Any"))
    parcel = _select(_("Parcel"), SHARED_PARCELS, _("Any"))
    printed = _select(_("Receipt"), [("no", _("Not printed"))], _("Any"))
    aftersale = _select(_("After-sale"), AFTERSALES, _("Any"))
    invoice = _select(_("Invoice"), INVOICES, _("Any"))
    source = _select(_("Source"), Source.choices, _("Any"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Values that no order can have yet are understood in an address, and offered to nobody."""
        super().__init__(*args, **kwargs)
        for name, possible in _list_possible().items():
            field: Any = self.fields[name]
            kept = {"", self.data.get(name), *possible}
            field.widget.choices = [choice for choice in field.choices if choice[0] in kept]

    def is_offered(self, name: str) -> bool:
        """Whether a filter can narrow anything: there is more than one value to choose from, or one is set."""
        if self.data.get(name):
            return True
        if name == "store":
            return len(_list_stores()) > 1
        return len(_list_possible()[name]) > 1

    def clean_buyer(self) -> str:
        buyer: str = self.cleaned_data["buyer"]
        if buyer and not (buyer.isascii() and buyer.isdecimal()):
            raise forms.ValidationError(_("A customer number has digits only."))
        return buyer


class Filters(console_filters.Filters):
    """Those of the order list: its tab and its page size are parts of the address, too."""

    form_class = FilterForm

    @property
    def tab(self) -> Tab:
        return Tab(self.get("tab") or Tab.ALL)

    @property
    def size(self) -> int:
        return int(self.get("size") or PAGE_SIZES[0])

    @property
    def deliveries(self) -> list[str]:
        """The ways of delivery to show, [] for all: what is picked up is in 待发货 only where pickup is asked for."""
        if wanted := self.get("delivery"):
            return [wanted]
        return SENT if self.tab == Tab.TO_SHIP else []

    @property
    def date_column(self) -> str:
        """The column the list is ordered by when a date is filtered, "" otherwise (by id, newest first).

        Of archived orders no date is known beforehand but that they were placed long ago.
        """
        if not self.has_dates:
            return "placed_at" if self.tab == Tab.ARCHIVED else ""
        if self.date_kind == DateKind.REFUNDED:
            return ""
        return f"{self.date_kind}_at"

    @property
    def date_kind(self) -> DateKind:
        return DateKind(self.get("date") or DateKind.PLACED)

    @property
    def stages(self) -> tuple[Stage, ...] | None:
        """The stages to show, () for every stage, None where nothing can fit: tab and stage filter exclude each other.

        What is indexed per stage has every stage named.
        """
        of_tab = TAB_STAGES[self.tab]
        if self.tab == Tab.ARCHIVED and not self.archive:
            return None
        if not (wanted := self.get("stage")):
            is_per_stage = any(map(self.get, _PER_STAGE)) and not self.date_column
            return of_tab or (tuple(Stage) if is_per_stage else ())
        return (Stage(wanted),) if not of_tab or wanted in of_tab else None

    @cached_property
    def archive(self) -> Archive | None:
        """The archive of the shop as it is for this request."""
        return find_archive()

    @property
    def hidden_archive(self) -> Archive | None:
        """The archive, where its orders are left out of what is shown."""
        is_asked_for = self.tab == Tab.ARCHIVED or LOOKS_FOR & set(self.params)
        return None if is_asked_for or set(OVER).isdisjoint(self.stages or Stage) else self.archive

    def in_archive(self) -> "Filters":
        """The same filters over what is archived."""
        stage = self.get("stage") if self.tab == Tab.ALL else TAB_STAGES[self.tab][0]
        found = Filters(self.params | {"tab": Tab.ARCHIVED, "stage": stage})
        found.archive = self.archive
        return found

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab or the queue chooses what is shown."""
        return bool(set(self.params) - {"tab", "queue", "size"})

    @property
    def is_search_alone(self) -> bool:
        """Whether nothing but the search box chooses what is shown."""
        return set(self.params) <= {"q", "size"}

    @property
    def params(self) -> dict[str, str]:
        values = super().params
        unsaid = {
            "tab": Tab.ALL,
            "size": str(PAGE_SIZES[0]),
            "date": "" if self.has_dates else self.get("date"),
        }
        amounts = {name: self.values.get(name) for name in ("above", "below")}
        written = {name: write_yuan(fen) for name, fen in amounts.items() if fen is not None}
        return {name: value for name, value in (values | written).items() if value != unsaid.get(name)}

    def list_chips(self, path: str) -> list[Chip]:
        chips = super().list_chips(path)
        if self.get("q"):
            chips.insert(0, Chip(f"“{self.get('q')}”", self.make_url(path, q="")))
        return chips

    @property
    def dates_label(self) -> Any:
        return self.date_kind.label

"""What the search box says where it found nothing: as what the words were looked up, and what else can be typed."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.desk.search.lookups import FoundBy

TYPED: Mapping[FoundBy, Any] = {
    FoundBy.NUMBER: gettext_lazy("an order number, or four digits of it in a row"),
    FoundBy.CODE: gettext_lazy("a pickup code"),
    FoundBy.PHONE: gettext_lazy("a whole phone number"),
    FoundBy.PHONE4: gettext_lazy("its last four digits"),
    FoundBy.RECIPIENT: gettext_lazy("the whole name of a recipient"),
    FoundBy.SURNAME: gettext_lazy("a surname alone"),
    FoundBy.NICKNAME: gettext_lazy("a whole nickname"),
    FoundBy.TRACKING: gettext_lazy("a tracking number"),
    FoundBy.PAYMENT: gettext_lazy("a payment number"),
    FoundBy.REFUND: gettext_lazy("a refund number"),
    FoundBy.BUYER: gettext_lazy("a customer number"),
    FoundBy.SKU: gettext_lazy("a SKU code"),
    FoundBy.PRODUCT: gettext_lazy("words of a product's name"),
}
"""What has to be typed to be found by each."""


def describe_tried(tried: Collection[FoundBy]) -> str:
    """What one thing was looked up as, and what else finds orders."""
    others = [words for kind, words in TYPED.items() if kind not in tried]
    return say_tried([kind.label for kind in tried], others)


def say_tried(tried: Iterable[Any], others: Iterable[Any]) -> str:
    """The sentences, of names of what was tried and of what else can be typed."""
    comma = _(", ")
    return _("Looked for as: %(tried)s. You can also type: %(others)s.") % {
        "tried": comma.join(map(str, tried)),
        "others": comma.join(map(str, others)),
    }

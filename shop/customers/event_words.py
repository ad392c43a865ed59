"""Past tenses of what happens to customers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "customer.join": _("Customer joined"),
    "customer.change": _("Customer changed their profile"),
    "customer.reveal": _("Phone of the customer revealed"),
    "customer.remark": _("Remark about the customer changed"),
    "customer.block": _("Customer blocked"),
    "customer.unblock": _("Customer unblocked"),
    "customer.ask_erasure": _("Erasure of the personal data asked for"),
    "customer.keep_data": _("Erasure taken back"),
    "customer.erase": _("Personal data erased"),
    "customer.balance_top_up": _("Balance topped up"),
    "customer.balance_pay": _("Paid from the balance"),
    "customer.balance_refund": _("Refunded to the balance"),
    "customer.balance_correct": _("Balance corrected"),
}

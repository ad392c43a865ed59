"""Past tenses of what happens to the payment gateway."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "gateway.silent": _("WeChat Pay does not answer"),
    "gateway.answer": _("WeChat Pay answers again"),
    "gateway.gone": _("The former merchant number is no longer asked about"),
}

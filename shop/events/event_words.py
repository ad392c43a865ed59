"""Past tenses of what the machinery does."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "books.check": _("Books compared: they balance"),
    "books.broken": _("Books compared: something does not add up"),
}

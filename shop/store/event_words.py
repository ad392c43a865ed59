"""Past tenses of what happens to settings and credentials."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "settings.change": _("Settings changed"),
    "credentials.change": _("Credentials changed"),
    "credentials.test": _("Connection test passed"),
}

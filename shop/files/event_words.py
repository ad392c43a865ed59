"""Past tenses of what happens to produced files."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "file.produce": _("File produced"),
    "file.download": _("File downloaded"),
}

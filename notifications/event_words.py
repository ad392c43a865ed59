"""Past tenses of what happens to the settings of alerts."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {"alert_setting.change": _("Voice of an alert changed")}

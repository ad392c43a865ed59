"""Past tenses of what happens to jobs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "job.make": _("Job started"),
    "job.check": _("Sheet checked"),
    "job.confirm": _("Sheet confirmed"),
    "job.finish": _("Job finished"),
    "job.cancel": _("Job cancelled"),
    "job.stop": _("Job stopped"),
}

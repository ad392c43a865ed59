"""Past tenses of what happens to staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "staff.hire": _("Hired"),
    "staff.change": _("Staff changed"),
    "staff.disable": _("Disabled"),
    "staff.enable": _("Enabled again"),
    "staff.sign_in": _("Signed in"),
    "staff.lock_out": _("Locked out after wrong passwords"),
    "staff.change_password": _("Own password changed"),
    "staff.reset_password": _("Password reset"),
    "staff.end_sessions": _("Devices signed out"),
}

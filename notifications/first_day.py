"""Being heard on the first day of a new shop."""

from django.utils.translation import gettext_lazy as _

from shop.store.steps import Step, register

register(
    Step(
        60,
        "sound",
        _("Sound on this device"),
        _("New orders are spoken aloud where this page stays open, once you have allowed it."),
        "alerts.handle",
        template="notifications/_enable_sound.html",
        cookie="sound",
    )
)

"""The shop's own sound for alerts: upload, back to the shipped one, and the file for open pages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.settings import show_settings_again
from shop.store.sounds import MAX_SOUND_BYTES, read_sound, reset_own_sound, set_own_sound


@staff_page("settings.edit", methods=("POST",))
def upload_sound(request: StaffRequest) -> HttpResponse:
    """Take in a file, or show the settings with a sentence beside the file's field."""
    try:
        set_own_sound(read_upload(request), actor=request.actor)
    except Refused as refused:
        return show_settings_again(request, sound_error=str(refused))
    messages.success(request, _("Alerts ring with your sound from the next page on."))
    return redirect("store:settings")


def read_upload(request: StaffRequest) -> bytes:
    """The sound that was sent, as far as is needed to judge it. Raises Refused `no_file` (400)."""
    file = request.FILES.get("sound")
    if file is None:
        raise Refused("no_file", _("Choose a file first."), 400)
    # One byte more than allowed is enough to know that it is too much.
    return bytes(file.read(MAX_SOUND_BYTES + 1))


@staff_page("settings.edit", methods=("POST",))
def reset_sound(request: StaffRequest) -> HttpResponse:
    reset_own_sound(actor=request.actor)
    messages.success(request, _("Alerts ring with the shipped sound again."))
    return redirect("store:settings")


@staff_page("orders.view")
def sound(request: StaffRequest, name: str) -> HttpResponse:
    """The file; a new sound has a new name, so it may be kept for long."""
    raw, media_type = read_sound(name)
    response = HttpResponse(raw, content_type=media_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response

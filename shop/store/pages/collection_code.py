"""The shop's collection code (收款码): a picture that buyers scan to transfer money; upload, and taking it away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from shop.errors import Refused
from shop.files.services import MAX_BYTES
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.settings import show_settings_again
from shop.store.services import remove_collection_code, set_collection_code


@staff_page("settings.edit", methods=("POST",), fresh=True)
def upload_collection_code(request: StaffRequest) -> HttpResponse:
    """Take in the picture, or show the settings with a sentence beside the file's field."""
    file = request.FILES.get("code")
    try:
        if file is None:
            raise Refused("no_file", _("Choose a file first."), 400)
        set_collection_code(file.read(MAX_BYTES + 1), actor=request.actor)
    except Refused as refused:
        return show_settings_again(request, code_error=str(refused))
    messages.success(request, _("Buyers who pay by transfer see this code from now on."))
    return redirect("store:settings")


@staff_page("settings.edit", methods=("POST",), fresh=True)
def remove_code(request: StaffRequest) -> HttpResponse:
    try:
        remove_collection_code(actor=request.actor)
    except Refused as refused:
        return show_settings_again(request, code_error=str(refused))
    messages.success(request, _("Buyers see no collection code any more."))
    return redirect("store:settings")

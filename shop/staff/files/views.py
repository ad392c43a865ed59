"""Private pictures, for staff who see orders and by a link that holds for an hour; and files produced for somebody."""

from http import HTTPStatus
from typing import cast

from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shop.access import has_capability
from shop.actor import Actor
from shop.database.connections import give_back_connections
from shop.errors import Refused
from shop.files.loose import answering
from shop.files.models import Picture, Place, ProducedFile
from shop.files.onlookers import may_see_picture
from shop.files.produced import find_download, take_download
from shop.files.services import MAX_BYTES, is_link, store_picture
from shop.files.views import PATH, PRIVATE_LINK_HOLDS_S, send_private
from shop.http.api.rendering import error_body
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor
from shop.storage import get_store


@require_safe
def private_picture(request: HttpRequest, path: str) -> HttpResponse:
    """404 for whoever may not see it: a stranger learns not even that it is there."""
    has_link = is_link(path, request.GET.get("sign", ""))
    if not PATH.match(path) or not (has_link or _sees_orders(request)):
        raise Http404
    is_private = Q(customer_id__isnull=False) | Q(staff_id__isnull=False)
    picture = get_object_or_404(Picture, is_private, path=path)
    if not has_link and not may_see_picture(picture, _read_actor(request)):
        raise Http404
    return send_private(picture)


def _sees_orders(request: HttpRequest) -> bool:
    return isinstance(request.user, StaffUser) and has_capability(_read_actor(request), "orders.view")


def _read_actor(request: HttpRequest) -> Actor:
    return staff_actor(cast("StaffUser", request.user))


@staff_page("orders.view", methods=("POST",))
def upload_picture(request: StaffRequest) -> HttpResponse:
    """Take in a private picture from a script of the page; its id is then named by the form that uses it."""
    file = request.FILES.get("image")
    try:
        if file is None:
            raise Refused("invalid", _("Choose a file first."), 400)
        picture = store_picture(file.read(MAX_BYTES + 1), staff_id=request.user.pk)
    except Refused as refused:
        return JsonResponse(error_body(refused.code, refused.message, refused.extra), status=refused.status)
    return JsonResponse({"id": str(picture.pk), "url": picture.url}, status=HTTPStatus.CREATED)


@staff_page(None)
def download(request: StaffRequest, file_id: int) -> HttpResponseBase:
    """A file to whom it was produced for. Each download is recorded."""
    if request.method == "HEAD":
        raise Http404  # A look ahead must not use up what can be downloaded once.
    # Opened first: what cannot be read at the moment is not used up.
    answer = _open(find_download(file_id, actor=request.actor))
    take_download(file_id, actor=request.actor)
    return answer


def _open(file: ProducedFile) -> HttpResponseBase:
    headers, store = _make_headers(file), get_store(Place.PRIVATE)
    # A link can be used again until it ends.
    link = "" if file.is_once else store.link(file.path, holds_s=PRIVATE_LINK_HOLDS_S, headers=headers)
    if link:
        return HttpResponseRedirect(
            link, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )
    return _stream(file, headers)


def _stream(file: ProducedFile, headers: dict[str, str]) -> HttpResponseBase:
    give_back_connections()
    try:
        with answering():
            chunks = get_store(Place.PRIVATE).read(file.path)
    except FileNotFoundError:
        raise Http404 from None
    sniffless = {"X-Content-Type-Options": "nosniff", "Content-Length": str(file.size)}
    return StreamingHttpResponse(chunks, headers={**headers, **sniffless})


def _make_headers(file: ProducedFile) -> dict[str, str]:
    disposition = content_disposition_header(as_attachment=True, filename=file.name)
    return {
        "Content-Type": file.content_type,
        "Content-Disposition": disposition or "attachment",
        "Cache-Control": "no-store",
    }

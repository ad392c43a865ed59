"""Pictures that customers sent: for staff who see orders, and by a link that holds for an hour."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from shop.access import has_capability
from shop.files.models import Picture
from shop.files.services import is_link
from shop.files.views import PATH, send_picture
from shop.staff.models import StaffUser
from shop.staff.services import staff_actor


@require_safe
def private_picture(request: HttpRequest, path: str) -> HttpResponse:
    """404 for whoever may not see it: a stranger learns not even that it is there."""
    if not PATH.match(path) or not (_may_look(request) or is_link(path, request.GET.get("sign", ""))):
        raise Http404
    picture = get_object_or_404(Picture, path=path, customer_id__isnull=False)
    return send_picture(picture, cache="private, no-store")


def _may_look(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, StaffUser) and has_capability(staff_actor(user), "orders.view")

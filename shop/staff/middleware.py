"""Who is signed in, read together with the session."""

from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from shop.staff.models import StaffUser


class StaffMiddleware(AuthenticationMiddleware):
    """As Django's, without a query for the person, whom the session engine has read already."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        person = SimpleLazyObject(lambda: _find_staff(request) or get_user(request))
        request.user = person  # type: ignore[assignment]  # what it wraps is one


def _find_staff(request: HttpRequest) -> StaffUser | None:
    """The person of the session if nothing speaks against it; everything else Django's own way decides."""
    session: Any = request.session
    if SESSION_KEY not in session or session.staff is None:
        return None
    staff: StaffUser = session.staff
    is_same = session[SESSION_KEY] == str(staff.pk) and staff.is_active
    digest = session.get(HASH_SESSION_KEY, "")
    return staff if is_same and constant_time_compare(digest, staff.get_session_auth_hash()) else None

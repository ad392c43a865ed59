"""Reading staff and their sessions."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from shop import clock
from shop.staff.models import StaffSession, StaffUser


def find_staff(*, words: str = "", role: str = "") -> "QuerySet[StaffUser]":
    """Staff with these words in their name or user name, and of this role; everybody without either."""
    found = StaffUser.objects.filter(role=role) if role else StaffUser.objects.all()
    return found.filter(Q(display_name__icontains=words) | Q(username__icontains=words)) if words else found


def list_staff(found: "QuerySet[StaffUser]", *, is_active: bool) -> "QuerySet[StaffUser]":
    """Those of them with `seen_at`, the last time one of their open sessions was used."""
    return found.filter(is_active=is_active).annotate(seen_at=Max("sessions__seen_at"))


def count_staff(found: "QuerySet[StaffUser]") -> tuple[int, int]:
    """How many of them work here, how many are disabled."""
    states = list(found.values_list("is_active", flat=True))
    return sum(states), len(states) - sum(states)


@dataclass(frozen=True)
class Device:
    """One open session as pages show it."""

    code: str
    name: str
    ip: str | None
    signed_in_at: datetime
    seen_at: datetime
    is_this: bool


def list_devices(user: StaffUser, *, session_key: str | None = None) -> list[Device]:
    """Open sessions of one person, the last used first; `session_key` is the one that asks."""
    rows = StaffSession.objects.filter(staff=user, expire_date__gt=clock.now()).order_by("-seen_at", "pk")
    return [
        Device(row.code, row.device, row.ip, row.signed_in_at, row.seen_at, row.pk == session_key)
        for row in rows
    ]

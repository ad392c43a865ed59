"""Reading staff and their sessions."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from shop import clock
from shop.staff.models import StaffSession, StaffUser


def list_staff(*, is_active: bool) -> "QuerySet[StaffUser]":
    """Staff with `seen_at`, the last time one of their open sessions was used."""
    return StaffUser.objects.filter(is_active=is_active).annotate(seen_at=Max("sessions__seen_at"))


def count_staff() -> tuple[int, int]:
    """How many work here, how many are disabled."""
    states = list(StaffUser.objects.values_list("is_active", flat=True))
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

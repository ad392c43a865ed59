"""What signing in, and failing to, sets off."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from shop import clock
from shop.http.addresses import read_network
from shop.staff.accounts import record_lock_out
from shop.staff.models import StaffSession, StaffUser
from shop.staff.signing_in.devices import DEVICE_KEY, describe_device
from shop.staff.signing_in.reauthentication import keep_reauthentication


@receiver(user_logged_in)
def remember_device(sender: Any, request: HttpRequest, user: StaffUser, **_kwargs: Any) -> None:
    """Write device and proof into the new session; the person's expired ones are cleared on the way."""
    now = clock.now()
    keep_reauthentication(request.session)
    request.session[DEVICE_KEY] = describe_device(request) | {"since": now.isoformat()}
    StaffSession.objects.filter(staff=user, expire_date__lt=now).delete()


@receiver(user_locked_out)
def tell_lock_out(sender: Any, request: HttpRequest, username: str, **_kwargs: Any) -> None:
    """The owner sees on the record whose password somebody tried to guess, and from where."""
    record_lock_out(username or "", ip=read_network(request))

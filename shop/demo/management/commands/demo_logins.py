"""`manage.py demo_logins`: who can sign in to the demo's console."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.demo.logins import STAFF, demo_password
from shop.staff.models import StaffUser


class Command(BaseCommand):
    help = "Print the demo logins as `role: user / password`, one per line; of others no password is known."

    def handle(self, *args: Any, **options: Any) -> None:
        users = {user.username: user for user in StaffUser.objects.filter(username__in=STAFF, is_active=True)}
        for name in STAFF:
            if name in users:
                self.stdout.write(f"{users[name].role}: {name} / {_tell_password(users[name])}")
        if not users:
            self.stdout.write("staff: their own names / the passwords they have had so far")


def _tell_password(user: StaffUser) -> str:
    """Somebody may have set another one, or the shop may not be a demo's: nothing is printed that fails."""
    password = demo_password(user.username)
    return password if user.check_password(password) else "the password it has had so far"

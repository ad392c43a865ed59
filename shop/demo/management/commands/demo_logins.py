"""`manage.py demo_logins`: who can sign in to the demo's console."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.demo.logins import STAFF, demo_password
from shop.staff.models import StaffUser


class Command(BaseCommand):
    help = "Print the demo logins as `role: user / password`, one per line."

    def handle(self, *args: Any, **options: Any) -> None:
        users = {user.username: user for user in StaffUser.objects.filter(username__in=STAFF, is_active=True)}
        for name in STAFF:
            if name in users:
                self.stdout.write(f"{users[name].role}: {name} / {demo_password(name)}")

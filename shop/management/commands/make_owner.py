"""`manage.py make_owner NAME`: the first person of a new shop, who hires the others in the console."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shop.actor import SYSTEM
from shop.errors import Refused
from shop.staff.accounts import make_password_once
from shop.staff.models import StaffUser
from shop.staff.services import hire_staff


class Command(BaseCommand):
    help = "Create an owner and print a password for the first sign-in, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--name", default="", help="how colleagues see the owner; the user name if left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = make_password_once()
        try:
            with transaction.atomic():
                owner = hire_staff(
                    options["username"],
                    display_name=options["name"] or options["username"],
                    role="owner",
                    password=password,
                    actor=SYSTEM,
                )
                # It stands in a terminal, perhaps in a log.
                StaffUser.objects.filter(pk=owner.pk).update(must_change_password=True)
        except (Refused, ValidationError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['username']} / {password}")

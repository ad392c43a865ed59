"""A buyer who hands out for the shop is erased only after that has ended."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pickup.models import Verifier
from shop.customers.erasure import obstacle
from shop.customers.models import Customer


@obstacle
def is_verifier(customer: Customer) -> Promise | str:
    is_on = Verifier.objects.filter(customer=customer, is_on=True).exists()
    return _("The customer is a verifier: switch that off first.") if is_on else ""

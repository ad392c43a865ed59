"""A buyer who hands out for the shop is erased only after that has ended, and with what let them in."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pickup.models import Verifier, VerifierPin, VerifierSession
from shop.customers.erasure import eraser, obstacle
from shop.customers.models import Customer


@obstacle
def is_verifier(customer: Customer) -> Promise | str:
    is_on = Verifier.objects.filter(customer=customer, is_on=True).exists()
    return _("The customer is a verifier: switch that off first.") if is_on else ""


@eraser
def forget_phone(customer: Customer) -> None:
    """What lets a verifier in goes; what they handed out stays, with the customer number alone."""
    VerifierSession.objects.filter(verifier__customer=customer).delete()
    VerifierPin.objects.filter(verifier__customer=customer).delete()
    Verifier.objects.filter(customer=customer).update(service_openid="")

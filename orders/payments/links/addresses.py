"""The address of a payment link, as it is sent to people."""

from django.conf import settings
from django.urls import reverse

from orders.payments.links.tokens import make_token
from orders.payments.models import PayLink


def make_address(link: PayLink) -> str:
    return f"{settings.BASE_URL}{reverse('pay_page', args=[make_token(link)])}"

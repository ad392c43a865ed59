"""Addresses of orders, for pages that draw a hundred of them: Django's `reverse` takes ten times as long."""

from functools import cache

from django.urls import reverse

from orders.numbers import LENGTH

_ANY_NUMBER = "0" * LENGTH


def link_order(number: str, name: str = "detail") -> str:
    """The address of an order's page, or of one of its forms; what ``reverse("orders:…", args=[number])`` says."""
    return _find_pattern(name).replace(_ANY_NUMBER, number)


@cache
def _find_pattern(name: str) -> str:
    return reverse(f"orders:{name}", args=[_ANY_NUMBER])

"""Addresses made without `reverse` are those that `reverse` makes."""

import pytest
from django.urls import reverse

from orders.desk.links import link_order
from orders.desk.order.actions import ACTIONS

NUMBER = "261126054065470449"


@pytest.mark.parametrize("name", ["detail", *ACTIONS])
def test_they_are_the_same(name: str) -> None:
    assert link_order(NUMBER, name) == reverse(f"orders:{name}", args=[NUMBER])

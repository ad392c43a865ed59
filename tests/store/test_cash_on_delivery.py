"""Cash on delivery has a switch for each way to deliver."""

import pytest

from shop.store.choices import Delivery, PayMethod
from shop.store.selectors import list_pay_methods
from tests.cast import open_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("express", [True, False])
@pytest.mark.parametrize("local", [True, False])
def test_each_delivery_has_its_own_switch(express: bool, local: bool) -> None:
    store = open_shop(express_cod_on=express, local_cod_on=local)
    assert (PayMethod.COD in list_pay_methods(store, Delivery.EXPRESS)) == express
    assert (PayMethod.COD in list_pay_methods(store, Delivery.LOCAL)) == local


def test_pickup_is_not_offered_yet() -> None:
    assert list_pay_methods(open_shop(), Delivery.PICKUP) == []

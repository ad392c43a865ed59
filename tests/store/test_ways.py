"""Each way of delivery is one row that says all that makes it different."""

from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from shop.store.choices import Delivery
from shop.store.deliveries import WAYS
from shop.store.models import StoreSettings


def test_every_way_has_a_row_whose_words_and_verbs_cover_an_orders_life() -> None:
    assert list(WAYS) == [Delivery.EXPRESS, Delivery.LOCAL, Delivery.PICKUP]
    for way in WAYS.values():
        assert set(way.waits) == set(way.waits_unpaid) == set(IN_HAND)
        assert set(way.next_verbs) == set(Stage)
        assert {verb for verbs in way.next_verbs.values() for verb in verbs} <= set(MOVES)
        in_hand = {verb for stage in IN_HAND for verb in way.next_verbs[stage]}
        assert in_hand <= set(way.headlines)
        unknown = {Stage.CLOSED} | (set() if way.is_sent else {Stage.SHIPPED})
        assert set(way.past) == set(Stage) - unknown


def test_its_switches_are_settings() -> None:
    switches = {switch for way in WAYS.values() for switch in (way.switch, way.cash_switch) if switch}
    assert switches == {
        "express_on",
        "express_cod_on",
        "local_on",
        "local_cod_on",
        "pickup_on",
        "pickup_cod_on",
    }
    assert all(hasattr(StoreSettings(), switch) for switch in switches)


def test_each_has_its_fee_and_express_its_templates() -> None:
    store = StoreSettings(local_fee_fen=500)
    fees = {name: way.fee and way.fee(store) for name, way in WAYS.items()}
    assert fees == {Delivery.EXPRESS: None, Delivery.LOCAL: 500, Delivery.PICKUP: 0}

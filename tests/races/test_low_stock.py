"""Many buyers take a SKU below its level at one moment: it is told of once; and many are refused: all are counted."""

from itertools import pairwise
from uuid import uuid4

import pytest

from shop.actor import SYSTEM
from shop.catalog.models import Sku
from shop.catalog.stock import changes as stock
from shop.catalog.stock import low as low_stock
from shop.catalog.stock import refusals
from shop.catalog.stock.changes import correct_stock
from shop.catalog.stock.refusals import count_refused
from shop.events.models import Event
from tests import cast
from tests.races.conftest import Rendezvous, codes_of, run_together


def count_told(verb: str) -> int:
    return Event.objects.filter(verb=verb).count()


def place_ten(sku: Sku) -> list[str]:
    buyers = [cast.make_customer() for _ in range(10)]
    return codes_of(run_together([lambda b=buyer: cast.place(b, basket={sku.pk: 1}) for buyer in buyers]))


def test_ten_buyers_cross_the_level_once():
    sku = cast.make_sku(on_hand=12)
    assert place_ten(sku) == ["ok"] * 10
    assert count_told("sku.run_low") == 1


def test_orders_against_new_goods_tell_in_turn():
    sku = cast.make_sku(on_hand=8)
    buyers = [cast.make_customer() for _ in range(6)]
    acts = [lambda b=buyer: cast.place(b, basket={sku.pk: 1}) for buyer in buyers]
    acts += [lambda n=n: correct_stock(sku.pk, on_hand=n, reason="到货", actor=SYSTEM) for n in (30, 8, 40)]
    run_together(acts)
    told = Event.objects.filter(verb__in=("sku.run_low", "sku.restocked")).order_by("number")
    verbs = list(told.values_list("verb", flat=True))
    assert all(one != next_ for one, next_ in pairwise(verbs))
    sku.refresh_from_db()
    assert sku.has_run_low == (verbs[-1:] == ["sku.run_low"])


def test_read_before_the_lock_it_would_be_told_again(monkeypatch):
    """The control: each looks before anybody changed anything; the event's number is what refuses the second."""
    sku = cast.make_sku(on_hand=7)
    rendezvous = Rendezvous(2)

    def look_then_take(sku_id, quantity):
        seen = Sku.objects.select_related("product").get(pk=sku_id)
        rendezvous.meet()
        assert take(sku_id, quantity) is not None
        seen.reserved += 2
        low_stock.record_level(seen)
        return False

    take = stock._take_free
    monkeypatch.setattr(stock, "_take_free", look_then_take)
    buyers = [cast.make_customer() for _ in range(2)]
    acts = [lambda b=buyer: cast.place(b, basket={sku.pk: 1}) for buyer in buyers]
    assert codes_of(run_together(acts)) == ["ok", "stale"]


def test_all_who_are_refused_at_one_moment_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refusals, "KEY", f"{uuid4()}:{refusals.KEY}")
    sku = cast.make_sku(on_hand=2)
    assert place_ten(sku) == ["ok"] * 2 + ["out_of_stock"] * 8
    assert count_refused([sku.pk]) == {sku.pk: 8}

"""A sheet that is applied beside somebody who edits the same product."""

import pytest

from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.product_sheet import PRODUCTS
from shop.catalog.services import ProductChange, change_product
from shop.jobs.models import RowState
from shop.jobs.services import confirm_job
from shop.jobs.sheets.checking import Unit
from shop.jobs.sheets.services import upload_sheet
from tests import cast
from tests.races.conftest import run_together
from tests.sheets.importing import work
from tests.sheets.making import csv


def test_a_price_saved_between_the_last_check_and_the_lock_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sku = cast.make_sku()
    Sku.objects.filter(pk=sku.pk).update(price_fen=1000)
    boss, colleague = (cast.actor_of(cast.make_staff("manager")) for _ in range(2))
    raw = csv("编码,价格", f"{sku.code},20")
    job = work(upload_sheet(PRODUCTS, "prices.csv", raw, actor=boss, key="key"))
    confirm_job(job.pk, actor=boss)
    apply = PRODUCTS.apply

    def save_first(unit: Unit, actor: Actor) -> None:
        change = ProductChange({}, {sku.pk: {"price_fen": 3000}})
        run_together([lambda: change_product(sku.product_id, change, actor=colleague)])
        apply(unit, actor)

    monkeypatch.setitem(PRODUCTS.__dict__, "apply", save_first)
    work(job)
    assert job.rows.get().state == RowState.FAILED
    assert Sku.objects.get(pk=sku.pk).price_fen == 3000

"""Forgetting who was refused long ago."""

from shop.catalog.models import RefusedSale
from shop.catalog.stock.refusals import KEPT_FOR
from shop.events.forgetting import forget_after

forget_after("refused_sale.forget", RefusedSale.objects.all, "day", KEPT_FOR)

"""Kinds of jobs over products."""

from shop.catalog.product_sheet import PRODUCTS
from shop.jobs.registry import register

register(PRODUCTS)

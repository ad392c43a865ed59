"""Placing in four ways, each for some seconds."""

import argparse
import http.client
import json
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from bench.kit.figures import save
from bench.kit.placing.buyers import add_skus, describe_order, make_buyers, open_shop, place
from bench.kit.placing.rates import BARE, BUYERS, ONE, SERVICE, TOGETHER, PlaceFigures, print_rates
from bench.kit.placing.replay import make_replay
from bench.kit.servers import console_at
from bench.kit.timing import count_per_second
from orders.models import Order
from shop.catalog.models import Sku
from shop.customers.services import issue_token

SKUS = 50
ORDERS_PER_BUYER = 400
"""A buyer may place 600 a minute: a stream goes on with its next buyer before that."""
BUYERS_PER_STREAM = 5
Call = Callable[[int], None]


def main(options: argparse.Namespace) -> None:
    open_shop()
    sku_ids, orders = add_skus(SKUS), Order.objects.count()
    with console_at(options.url, options.workers) as url:
        ways = {
            BARE: [make_replay(sku_ids)],
            SERVICE: [_make_service(sku_ids)],
            ONE: [_make_http(url, sku_ids)],
            TOGETHER: [_make_http(url, sku_ids) for _ in range(BUYERS)],
        }
        rates = {way: count_per_second(calls, options.seconds) for way, calls in ways.items()}
    figures = PlaceFigures(orders, Order.objects.count() - orders, _count_oversold(sku_ids), rates)
    print_rates([figures])
    if options.save:
        save(figures, options.save)


def _count_oversold(sku_ids: list[int]) -> int:
    """SKUs whose orders hold another number of pieces than their stock says, or more than there are."""
    held = Sku.objects.filter(pk__in=sku_ids).annotate(held=Coalesce(Sum("order_lines__reserved"), 0))
    return held.exclude(held=F("reserved"), reserved__lte=F("on_hand")).count()


def _make_service(sku_ids: list[int]) -> Call:
    (buyer,) = make_buyers(1)

    def call(n: int) -> None:
        place(buyer, sku_ids[n % len(sku_ids)])

    return call


def _make_http(url: str, sku_ids: list[int]) -> Call:
    server = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    tokens = [issue_token(buyer) for buyer in make_buyers(BUYERS_PER_STREAM)]

    def call(n: int) -> None:
        token = tokens[n // ORDERS_PER_BUYER % len(tokens)]
        body = json.dumps(describe_order(sku_ids[n % len(sku_ids)]))
        server.request("POST", "/api/v1/orders", body, _make_headers(token))
        answer = server.getresponse()
        text = answer.read().decode()
        if answer.status != http.HTTPStatus.CREATED:
            raise RuntimeError(f"Placing was answered with {answer.status}: {text[:300]}")

    return call


def _make_headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }

"""A packer at the station: one browser, one scan at a time."""

import itertools
import re
from dataclasses import dataclass, field

from django.test import Client

from orders.models import Order
from shop.catalog.models import Sku
from tests import cast

STATION = "/console/orders/station/"
_keys = itertools.count(1)


@dataclass
class Station:
    """What the page keeps between scans, as its script does."""

    client: Client
    order: str = ""
    ask: str = ""
    page: str = ""
    said: dict[str, str] = field(default_factory=dict)

    def scan(self, code: str, *, key: str = "", agrees: bool = True) -> str:
        """One scan, with what was asked before; gives the tone of the answer."""
        form = {"code": code, "key": key or f"{next(_keys):032x}", "order": self.order}
        answer = self.client.post(
            STATION, form | {"agreed": self.ask if agrees else ""}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200, answer.content
        return self.read(answer.content.decode())

    def read(self, page: str) -> str:
        self.page = page
        self.said = dict(re.findall(r'data-(tone|stage|ask|order)="([^"]*)"', page))
        self.order, self.ask = self.said["order"], self.said["ask"]
        return self.said["tone"]

    @property
    def stage(self) -> str:
        return self.said["stage"]


def order_of(pieces: int = 2) -> tuple[Order, Sku]:
    sku = cast.make_sku()
    return cast.prepared_order(basket={sku.pk: pieces}), sku

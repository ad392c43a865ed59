"""Demo buyers: they know nothing but the public API and, as their phone, WeChat.

Every failure is one line in the log and the next buyer comes; an order whose answer was lost is asked for
again under its old Idempotency-Key.
"""

import heapq
import itertools
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

import requests

from shop.demo.complaints import Complaints
from shop.demo.drawing.slips import draw_slip
from shop.demo.persons import DemoPerson, list_people

logger = logging.getLogger(__name__)
Json = dict[str, Any]
TIMEOUT_S = 10
FIRST_ORDER_AFTER_S = 2.0
VISIT_TRIES, MOST_TRIES = 3, 12
LONGEST_WAIT_S = 30.0
OTHER_WAYS = {"balance": 0.6, "cod": 0.18, "transfer": 0.08, "alipay": 0.1}
"""How likely each is chosen where it is offered; else it is the first."""
HABITS = {"receive": 0.5, "extend": 0.1, "send_proof": 0.2, "urge": 0.04}
"""How likely a button of the order is pressed by a buyer who looks at it."""
REMARKS = ("请尽快发货，谢谢", "送人的，麻烦包装好一点", "请放门口", "周末配送")


class Refusal(Exception):
    """The other side said no, or not now."""

    def __init__(self, status: int, code: str, retry_after: float | None) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.retry_after = status, retry_after

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self.retry_after is not None or self.status in (401, 429, 500, 502, 503, 504)


@dataclass
class Wire:
    """JSON over HTTP to one server. Raises Refusal, or what `requests` raises when there was no answer."""

    base_url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        # Both servers stand beside us; a proxy for the outside world could not reach them.
        self.session.trust_env = False

    def call(
        self, method: str, path: str, body: Json | None = None, picture: bytes = b"", **headers: str
    ) -> Json:
        """`body` goes as JSON, a picture (JPEG) as a form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.base_url.rstrip("/") + path
        files = {"image": ("slip.jpg", picture, "image/jpeg")} if picture else None
        answer = self.session.request(method, url, json=body, files=files, headers=named, timeout=TIMEOUT_S)
        if answer.ok:
            return dict(answer.json())
        try:
            code = str(answer.json()["code"])
        except (ValueError, KeyError, TypeError):
            code = "?"
        wait = answer.headers.get("Retry-After", "")
        raise Refusal(answer.status_code, code, float(wait) if wait.isdigit() else None)


@dataclass(frozen=True)
class Order:
    """What a buyer remembers of an order."""

    person: DemoPerson
    number: str


class Buyers:
    """All demo buyers, one after the other, on a timetable of things to do.

    `rate` is orders a minute; `thinking` is how many seconds a buyer takes between two steps.
    """

    def __init__(
        self,
        *,
        base_url: str,
        standin_url: str,
        rate: float,
        rng: Random,
        people: int = 200,
        thinking: tuple[float, float] = (2.0, 6.0),
    ) -> None:
        self._shop = Wire(f"{base_url.rstrip('/')}/api/v1")
        self._wechat = Wire(standin_url)
        self._seconds_between = 60 / rate
        self._rng = rng
        self._people = list_people(people)
        self._thinking = thinking
        # With luck of their own, so that what is ordered does not hang on who complains.
        self._complaints = Complaints(Random(people))
        self._tokens: dict[str, str] = {}
        self._at_the_bank: set[str] = set()
        self._timetable: list[tuple[float, int, Callable[[], object]]] = []
        self._ticket = itertools.count()
        self._wanted: int | None = None
        self.placed = 0

    def run(self, *, orders: int | None = None) -> None:
        """Go on for ever, or until `orders` orders were placed and what belongs to them is done."""
        self._wanted = orders
        self._later(FIRST_ORDER_AFTER_S, self._come_and_go)
        while self._timetable:
            at, _ticket, do = heapq.heappop(self._timetable)
            time.sleep(max(0.0, at - time.monotonic()))
            do()

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        heapq.heappush(self._timetable, (time.monotonic() + seconds, next(self._ticket), do))

    def _think(self, what: str, do: Callable[[], object]) -> None:
        self._later(self._rng.uniform(*self._thinking), lambda: self._insist(what, do))

    def _insist(self, what: str, do: Callable[[], object], *, most: int = MOST_TRIES, tries: int = 1) -> None:
        """Do it; what went wrong is one line in the log, and is tried again later when it may pass."""
        try:
            do()
        except (Refusal, requests.RequestException, LookupError, ValueError) as error:
            again = tries < most and _may_pass(error)
            words = str(error) if isinstance(error, Refusal) else type(error).__name__
            logger.warning("%s: %s%s", what, words, "; trying again" if again else "")
            if again:
                more = partial(self._insist, what, do, most=most, tries=tries + 1)
                self._later(_wait(error, tries), more)

    def _come_and_go(self) -> None:
        if self._wanted is not None and self.placed >= self._wanted:
            return
        self._later(self._seconds_between * self._rng.uniform(0.7, 1.3), self._come_and_go)
        self._insist("look after orders", self._look_after_orders, most=1)
        self._insist("visit", self._shop_around, most=VISIT_TRIES)

    # Signing in and looking around

    def _as(self, person: DemoPerson, method: str, path: str, *body: Any, **options: Any) -> Json:
        """`Wire.call` as this person, who signs in again when the token is no longer good."""
        if person.openid not in self._tokens:
            code = self._wechat.call("POST", "/_demo/login-codes", {"openid": person.openid})["code"]
            self._tokens[person.openid] = self._shop.call("POST", "/auth/login", {"code": code})["token"]
        bearer = f"Bearer {self._tokens[person.openid]}"
        try:
            return self._shop.call(method, path, *body, Authorization=bearer, **options)
        except Refusal as refusal:
            if refusal.status == 401:
                del self._tokens[person.openid]
            raise

    def _shop_around(self) -> None:
        person = self._rng.choice(self._people)
        address = self._find_address(person)
        basket = self._fill_basket()
        delivery = self._choose_delivery(address)
        wanted = {"basket": basket, "delivery": delivery, "address_id": address["id"]}
        quote = self._as(person, "POST", "/orders/preview", wanted)
        if not quote["pay_methods"] or not all(line["is_enough"] for line in quote["lines"]):
            return
        method = self._choose_method(quote)
        remark = self._rng.choice(REMARKS) if self._rng.random() < 0.2 else ""
        key = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        body = wanted | {"pay_method": method, "buyer_remark": remark}
        self._insist("place", partial(self._place, person, body, key))

    def _find_address(self, person: DemoPerson) -> Json:
        kept = self._as(person, "GET", "/addresses")["results"]
        if kept:
            return dict(kept[0])
        return self._as(person, "POST", "/addresses", person.address | {"is_default": True})

    def _fill_basket(self) -> list[Json]:
        products = self._shop.call("GET", "/products?limit=50")["results"]
        skus = [sku for product in products for sku in product["skus"] if sku["sellable"] > 0]
        if not skus:
            raise ValueError("nothing is left to buy")
        chosen = self._rng.sample(skus, min(len(skus), self._rng.choice((1, 1, 1, 2, 2, 3))))
        return [
            {"sku_id": sku["id"], "quantity": min(sku["sellable"], self._rng.choice((1, 1, 1, 2)))}
            for sku in chosen
        ]

    def _choose_delivery(self, address: Mapping[str, Any]) -> str:
        shop = self._shop.call("GET", "/shop")
        own = shop["own_delivery"]
        is_near = own is not None and any(_lies_in(address, place) for place in own["districts"])
        if is_near and self._rng.random() < 0.4:
            return "local"
        sent = [offer["delivery"] for offer in shop["deliveries"] if offer["delivery"] != "pickup"]
        return str(sent[0])

    def _choose_method(self, quote: Json) -> str:
        """The first that is offered, unless this buyer has money here, pays at the door or by the bank."""
        offered = [str(offer["pay_method"]) for offer in quote["pay_methods"]]
        if quote["balance_fen"] < quote["payable_fen"] and offered != ["balance"]:
            offered = [method for method in offered if method != "balance"]
        for method, chance in OTHER_WAYS.items():
            if method in offered and self._rng.random() < chance:
                return method
        return offered[0]

    # Placing, paying, changing one's mind

    def _place(self, person: DemoPerson, body: Json, key: str) -> None:
        """The key stays the same on every try."""
        answer = self._as(person, "POST", "/orders", body, Idempotency_Key=key)
        self.placed += 1
        order, method = Order(person, str(answer["number"])), body["pay_method"]
        logger.info("order %s: %s %s", order.number, body["delivery"], method)
        if method in ("wechat", "alipay"):
            self._decide(order)
        elif method == "balance":
            pay = partial(self._post, order, "pay-by-balance")
            self._think(f"pay {order.number} from the balance", pay)
        elif method == "transfer":
            owed_fen = int(answer["owed_fen"])
            self._at_the_bank.add(order.number)
            self._think(f"show the transfer for {order.number}", partial(self._send_proof, order, owed_fen))

    def _decide(self, order: Order) -> None:
        fate = self._rng.random()
        if fate < 0.88:
            self._think(f"pay {order.number}", partial(self._pay, order))
        elif fate < 0.94:
            self._think(f"cancel {order.number}", partial(self._post, order, "cancel"))
        else:
            logger.info("order %s is left unpaid", order.number)

    def _pay(self, order: Order) -> None:
        parameters = self._post(order, "pay")
        if "link" in parameters:
            self._wechat.call("POST", "/_demo/alipay-pay", {"url": parameters["link"]})
            return
        self._wechat.call("POST", "/_demo/pay", parameters | {"openid": order.person.openid})

    def _post(self, order: Order, action: str, **body: Any) -> Json:
        return self._as(order.person, "POST", f"/orders/{order.number}/{action}", body)

    def _send_proof(self, order: Order, owed_fen: int) -> None:
        slip = draw_slip(owed_fen, datetime.now(UTC))
        picture = self._as(order.person, "POST", "/images", picture=slip)
        self._post(order, "transfer-proof", image_ids=[picture["id"]], words="已转账，请查收")
        self._at_the_bank.discard(order.number)

    # Coming back

    def _look_after_orders(self) -> None:
        """Somebody who has been here looks what became of their orders, and often presses a button."""
        if not self._tokens or self._rng.random() < 0.4:
            return
        openid = self._rng.choice(sorted(self._tokens))
        person = next(person for person in self._people if person.openid == openid)
        orders = self._as(person, "GET", "/orders")["results"]
        self._complaints.look_after(partial(self._as, person), orders)
        for found in orders:
            for action, chance in HABITS.items():
                if action in found["actions"] and self._rng.random() < chance:
                    self._press(action, Order(person, str(found["number"])), int(found["owed_fen"]))
                    return

    def _press(self, action: str, order: Order, owed_fen: int) -> None:
        if action == "send_proof":
            if order.number in self._at_the_bank:
                return
            self._send_proof(order, owed_fen)
        else:
            self._post(order, action)
        logger.info("order %s: %s", order.number, action)


def _lies_in(address: Mapping[str, Any], place: Mapping[str, str]) -> bool:
    """Whether an address is in a place of the shop's delivery area; what the place leaves empty is meant whole."""
    return all(place[part] in ("", address[part]) for part in ("province", "city", "district"))


def _may_pass(error: Exception) -> bool:
    return error.is_passing if isinstance(error, Refusal) else isinstance(error, requests.RequestException)


def _wait(error: Exception, tries: int) -> float:
    asked = error.retry_after if isinstance(error, Refusal) else None
    return min(asked if asked is not None else 0.5 * 2**tries, LONGEST_WAIT_S)

"""What demo buyers ask back: they apply, send back, give up or dispute, by the public API alone."""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from shop.demo.drawing.packing import draw_packing

logger = logging.getLogger(__name__)
Json = dict[str, Any]
Call = Callable[..., Json]
"""One request as this buyer: method, path, body."""
ASKING = 0.04
"""How likely a buyer who looks at an order asks something back of it."""
HABITS = {"send_back": 0.6, "dispute": 0.3, "withdraw": 0.05, "withdraw_dispute": 0.05}
"""How likely a button of an after-sale is pressed by a buyer who looks at it."""
WORDS = ("少了一包，帮忙看看", "打开就碎了", "和图片不太一样", "拍错了，麻烦处理一下", "")
NEWEST = 5


class Complaints:
    """Buyers who look at what became of their orders, and now and then are not content."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def look_after(self, call: Call, orders: Sequence[Mapping[str, Any]]) -> None:
        """Press at most one button of one after-sale, or ask for a new one."""
        if any(self._press_one(call, found) for found in call("GET", "/aftersales")["results"]):
            return
        for order in orders[:NEWEST]:
            if self._rng.random() < ASKING and self._ask(call, str(order["number"])):
                return

    def _press_one(self, call: Call, aftersale: Mapping[str, Any]) -> bool:
        for action, chance in HABITS.items():
            if action in aftersale["actions"] and self._rng.random() < chance:
                path = f"/aftersales/{aftersale['number']}/{action.replace('_', '-')}"
                call("POST", path, self._fill_in(action))
                logger.info("after-sale %s: %s", aftersale["number"], action)
                return True
        return False

    def _fill_in(self, action: str) -> Json:
        if action == "send_back":
            return {"courier": "YTO", "tracking_no": f"YT{self._rng.randrange(10**13):013d}"}
        if action == "dispute":
            return {"about": self._rng.choice(("not_as_said", "other")), "words": "请主管看一下照片"}
        return {}

    def _ask(self, call: Call, number: str) -> bool:
        options = call("GET", f"/orders/{number}/aftersale-options")
        reasons = call("GET", "/aftersale-reasons")["results"]
        if not options["kinds"] or not reasons:
            return False
        kind = self._rng.choice(options["kinds"])
        place = "unsent" if kind == "cancel" else "sent"
        lines = [line for line in options["lines"] if line[place]]
        if not lines:
            return False
        picture = call("POST", "/images", picture=draw_packing(self._rng))
        wanted = {
            "kind": kind,
            "pieces": [{"line_id": lines[0]["line_id"], "quantity": 1}],
            "reason_id": self._rng.choice(reasons)["id"],
            "words": self._rng.choice(WORDS),
            "image_ids": [picture["id"]],
        }
        key = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        made = call("POST", f"/orders/{number}/aftersales", wanted, Idempotency_Key=key)
        logger.info("order %s: after-sale %s, %s", number, made["number"], kind)
        return True

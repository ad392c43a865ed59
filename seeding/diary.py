"""What happens to one order, as plain data: steps with their time, verb and the role that does them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from shop.demo.goods import SHOP_ZONE
from shop.store.choices import Delivery, PayMethod

OPENS_AT, CLOSES_AT = 9, 19
Minutes = tuple[float, float]


Do = StrEnum(
    "Do",
    "PLACE PLACE_SCARCE MISS_ONE PAY GIVE_UP_PAYING PAY_LATE CHOOSE_COD SEND_PROOF REJECT_PROOF "
    "RECORD_TRANSFER TOP_UP PAY_BY_BALANCE PAY_OUT CHANGE_PRICE CONFIRM PREPARE NOTE REMARK REVEAL "
    "CHANGE_ADDRESS HOLD RELEASE URGE SHIP_PART SHIP GET_LABEL GET_DOUBTFUL_LABEL VOID_LABEL SHIP_LABELLED "
    "MERGE SHIP_TOGETHER PHOTOGRAPH CORRECT_NUMBER RELABEL ASK_INTERCEPT FINISH_INTERCEPT PRINT_RECEIPT "
    "CALL_COURIER CALL_COURIER_OFF SAY_HANDED_OVER REFUSE CLOSE_RETURNED "
    "PRINT_IN_DOUBT CHANGE_GOODS POSTPONE UNDO_SHIP ARRIVE COLLECT EXTEND RECEIVE CANCEL_UNPAID CANCEL_PAID "
    "CANCEL_LINE HANDLE_ALERTS SWEEP",
)
"""The verbs of the past; each has one function in `acting`."""


@dataclass(frozen=True)
class Step:
    """One thing done to an order at a moment; `who` is a staff role, empty for the buyer or the system."""

    at: datetime
    do: Do
    who: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Diary:
    """Collects the steps of one order; each step moves its time on."""

    rng: Random
    time: datetime
    delivery: Delivery = Delivery.EXPRESS
    pay_method: PayMethod = PayMethod.WECHAT
    lines: int = 0
    steps: list[Step] = field(default_factory=list)

    def write(self, do: Do, after: Minutes, who: str = "", *, at_work: bool = False, **data: Any) -> None:
        """Add a step `after` the last one (minutes, from and to); `at_work`: only while the shop is staffed."""
        self.time += timedelta(seconds=round(60 * self.rng.uniform(*after)) + 1)
        if at_work:
            self.time = _next_working_time(self.time, self.rng)
        self.steps.append(Step(self.time, do, who, data))


def _next_working_time(moment: datetime, rng: Random) -> datetime:
    """The moment itself while the shop is staffed, else some time in the first hour of the next shift."""
    local = moment.astimezone(SHOP_ZONE)
    if OPENS_AT <= local.hour < CLOSES_AT:
        return moment
    morning = local.replace(hour=OPENS_AT, minute=0, second=0, microsecond=0)
    if local.hour >= CLOSES_AT:
        morning += timedelta(days=1)
    return morning + timedelta(seconds=rng.randrange(3600))

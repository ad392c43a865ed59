"""What lies on the desk when the demo begins: orders of the last days, each left at a certain step."""

from dataclasses import dataclass

from shop.demo.seeding.diary import Diary, Do
from shop.demo.seeding.history import BALANCE, TRANSFER
from shop.demo.seeding.money_stories import REJECT_REASONS, place_and_send_proof, top_up_and_pay
from shop.demo.seeding.stories import (
    CLERK,
    COD,
    DAY,
    FINANCE,
    HOUR,
    LOCAL,
    MANAGER,
    SUPPORT,
    WAREHOUSE,
    Story,
)
from shop.store.choices import PayMethod


@dataclass(frozen=True)
class DeskOrder:
    """A story with the age of its order (minutes)."""

    story: Story
    age: float


def _pay(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    if diary.pay_method == PayMethod.WECHAT:
        diary.write(Do.PAY, after=(0.3, 2))


def leave_unpaid(diary: Diary) -> None:
    diary.write(Do.PLACE, after=(0, 0))


def leave_to_confirm(diary: Diary) -> None:
    _pay(diary)


def leave_confirmed(diary: Diary) -> None:
    _pay(diary)
    diary.write(Do.CONFIRM, after=(4, 30), who=CLERK)


def leave_preparing(diary: Diary) -> None:
    leave_confirmed(diary)
    diary.write(Do.PREPARE, after=(5, 40), who=CLERK)


def leave_part_shipped(diary: Diary) -> None:
    leave_preparing(diary)
    diary.write(Do.SHIP_PART, after=(15, 60), who=WAREHOUSE)


def leave_shipped(diary: Diary) -> None:
    leave_preparing(diary)
    diary.write(Do.SHIP, after=(15, 60), who=WAREHOUSE)


def leave_held(diary: Diary) -> None:
    leave_confirmed(diary)
    diary.write(Do.HOLD, after=(5, 30), who=SUPPORT, reason="等买家确认地址", hours=0)


def leave_held_until(diary: Diary) -> None:
    leave_confirmed(diary)
    diary.write(Do.HOLD, after=(5, 30), who=MANAGER, reason="买家出差，回来再发", hours=72)


def leave_short(diary: Diary) -> None:
    diary.write(Do.PLACE_SCARCE, after=(0, 0))
    diary.write(Do.MISS_ONE, after=(0.2, 1), who=WAREHOUSE)
    diary.write(Do.PAY, after=(0.5, 2))


def leave_urged(diary: Diary) -> None:
    leave_confirmed(diary)
    diary.write(Do.URGE, after=(15 * HOUR, 15.5 * HOUR))


def leave_extended(diary: Diary) -> None:
    leave_shipped(diary)
    diary.write(Do.EXTEND, after=(2 * DAY, 3 * DAY))


def leave_proof_to_check(diary: Diary) -> None:
    place_and_send_proof(diary, (4, 14))


def leave_proof_rejected(diary: Diary) -> None:
    leave_proof_to_check(diary)
    diary.write(Do.REJECT_PROOF, after=(40, 90), who=FINANCE, reason=REJECT_REASONS[0])


def leave_to_pay_out(diary: Diary) -> None:
    leave_proof_to_check(diary)
    diary.write(Do.RECORD_TRANSFER, after=(20, 60), who=FINANCE)
    diary.write(Do.CANCEL_PAID, after=(2 * HOUR, 5 * HOUR), who=MANAGER, reason="买家不想要了")


def leave_refunded(diary: Diary) -> None:
    _pay(diary)
    diary.write(Do.CANCEL_PAID, after=(HOUR, 4 * HOUR), who=MANAGER, reason="买家拍错规格")


def leave_refund_failed(diary: Diary) -> None:
    _pay(diary)
    diary.write(
        Do.CANCEL_PAID, after=(10 * HOUR, 10.5 * HOUR), who=MANAGER, reason="无法送达该地区", fails=True
    )


def _left(story: Story, *ages: float) -> tuple[DeskOrder, ...]:
    return tuple(DeskOrder(story, age) for age in ages)


DESK: tuple[DeskOrder, ...] = (
    *_left(Story(leave_to_confirm), 7, 31, 64, 118),
    *_left(Story(leave_to_confirm, pay_method=COD), 47),
    *_left(Story(leave_to_confirm, delivery=LOCAL), 88),
    *_left(Story(leave_unpaid), 4, 13, 22),
    *_left(Story(leave_short, is_scarce=True), 95),
    *_left(Story(leave_confirmed), 150, 240, 420),
    *_left(Story(leave_confirmed, pay_method=COD), 310),
    *_left(Story(leave_preparing), 260, 520, 700, 980),
    *_left(Story(leave_part_shipped, lines=2), 610, 1100),
    *_left(Story(leave_held), 800),
    *_left(Story(leave_held_until), 1300),
    # To be sent within a day.
    *_left(Story(leave_confirmed), 1640),
    *_left(Story(leave_preparing), 2130),
    # Overdue: the shop promises 48 hours.
    *_left(Story(leave_preparing), 51 * 60, 56 * 60),
    *_left(Story(leave_confirmed), 63 * 60),
    *_left(Story(leave_shipped), 500, 640, 860, 1050, 1240),
    *_left(Story(leave_shipped, delivery=LOCAL), 760),
    *_left(Story(leave_urged), 990),
    *_left(Story(leave_extended), 5 * DAY),
    *_left(Story(leave_proof_to_check, pay_method=TRANSFER), 45, 140),
    *_left(Story(leave_proof_rejected, pay_method=TRANSFER), 400),
    *_left(Story(leave_to_pay_out, pay_method=TRANSFER), 900, 1500),
    *_left(Story(leave_refunded), 560, 1450),
    *_left(Story(leave_refund_failed), 710),
    *_left(Story(top_up_and_pay, pay_method=BALANCE), 52),
    *_left(Story(leave_to_confirm, is_presale=True), 26),
    *_left(Story(leave_confirmed, is_presale=True), 730, 1900),
)

"""What lies on the desk when the demo begins: orders of the last days, each left at a certain step."""

from dataclasses import dataclass

from shop.demo.seeding.diary import Diary, Do
from shop.demo.seeding.stories import CLERK, COD, LOCAL, MANAGER, SUPPORT, WAREHOUSE, Story
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
    # Overdue: the shop promises 48 hours.
    *_left(Story(leave_preparing), 51 * 60, 56 * 60),
    *_left(Story(leave_confirmed), 63 * 60),
    *_left(Story(leave_shipped), 500, 640, 860, 1050, 1240),
    *_left(Story(leave_shipped, delivery=LOCAL), 760),
)

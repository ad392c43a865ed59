"""What lies on the desk when the demo begins: orders of the last days, each left at a certain step."""

from dataclasses import dataclass
from functools import partial

from seeding.diary import Do
from seeding.stories import (
    BALANCE,
    CLERK,
    COD,
    DAY,
    FINANCE,
    HOUR,
    LABELS,
    LOCAL,
    MANAGER,
    REJECT_REASONS,
    SUPPORT,
    TRANSFER,
    WAREHOUSE,
    Story,
    place,
    place_and_pay,
    step,
    tell,
    top_up_and_pay,
)


@dataclass(frozen=True)
class DeskOrder:
    """A story with the age of its order (minutes)."""

    story: Story
    age: float


leave_to_confirm = partial(place_and_pay, after=(0.3, 2))
leave_confirmed = tell(leave_to_confirm, step(Do.CONFIRM, (4, 30), CLERK))
leave_preparing = tell(leave_confirmed, step(Do.PREPARE, (5, 40), CLERK))
leave_part_shipped = tell(leave_preparing, step(Do.SHIP_PART, (15, 60), WAREHOUSE))
leave_shipped = tell(leave_preparing, step(Do.SHIP, (15, 60), WAREHOUSE))
leave_held = tell(leave_confirmed, step(Do.HOLD, (5, 30), SUPPORT, reason="等买家确认地址", hours=0))
leave_held_until = tell(
    leave_confirmed, step(Do.HOLD, (5, 30), MANAGER, reason="买家出差，回来再发", hours=72)
)
leave_short = tell(
    step(Do.PLACE_SCARCE, (0, 0)), step(Do.MISS_ONE, (0.2, 1), WAREHOUSE), step(Do.PAY, (0.5, 2))
)
leave_urged = tell(leave_confirmed, step(Do.URGE, (15 * HOUR, 15.5 * HOUR)))
leave_extended = tell(leave_shipped, step(Do.EXTEND, (2 * DAY, 3 * DAY)))
leave_labelled = tell(leave_preparing, step(Do.GET_LABEL, (5, 30), WAREHOUSE, courier=LABELS))
leave_label_in_doubt = tell(leave_preparing, step(Do.GET_DOUBTFUL_LABEL, (5, 30), WAREHOUSE, courier=LABELS))
leave_label_voided = tell(leave_labelled, step(Do.VOID_LABEL, (5, 30), WAREHOUSE))
leave_sent_labelled = tell(leave_labelled, step(Do.SHIP_LABELLED, (10, 60), WAREHOUSE))
leave_merged = tell(leave_preparing, step(Do.MERGE, (5, 15), WAREHOUSE))
leave_sent_together = tell(leave_merged, step(Do.SHIP_TOGETHER, (15, 60), WAREHOUSE))
leave_called = tell(leave_sent_labelled, step(Do.CALL_COURIER, (2, 10), WAREHOUSE, hours=2))
leave_not_called = tell(leave_sent_labelled, step(Do.CALL_COURIER, (2, 10), WAREHOUSE, hours=2, refused=True))
leave_called_off = tell(leave_called, step(Do.CALL_COURIER_OFF, (1, 5), WAREHOUSE))
leave_not_called_off = tell(
    leave_sent_labelled,
    step(Do.CALL_COURIER, (2, 10), WAREHOUSE, hours=40),
    step(Do.CALL_COURIER_OFF, (5, 20), WAREHOUSE, refused=True),
)
leave_called_by_phone = tell(leave_shipped, step(Do.SAY_HANDED_OVER, (2, 10), WAREHOUSE, how="by_phone"))
leave_dropped_off = tell(
    leave_shipped, step(Do.SAY_HANDED_OVER, (HOUR, 2 * HOUR), WAREHOUSE, how="dropped_off")
)
leave_photographed = tell(leave_shipped, step(Do.PHOTOGRAPH, (1, 3), WAREHOUSE))
leave_number_corrected = tell(leave_shipped, step(Do.CORRECT_NUMBER, (10, 60), WAREHOUSE))
leave_relabelled = tell(leave_shipped, step(Do.RELABEL, (2 * HOUR, 5 * HOUR), WAREHOUSE))
leave_to_stop = tell(
    leave_shipped,
    step(Do.ASK_INTERCEPT, (HOUR, 3 * HOUR), CLERK, kind="stop", called="已致电网点，等回复"),
)
leave_redirected = tell(
    leave_shipped,
    step(Do.ASK_INTERCEPT, (HOUR, 3 * HOUR), CLERK, kind="redirect", called="网点 王师傅"),
    step(Do.FINISH_INTERCEPT, (HOUR, 4 * HOUR), CLERK, note="网点已改派"),
)
leave_delivered = tell(leave_shipped, step(Do.ARRIVE, (DAY, 2 * DAY)))
leave_refused = tell(leave_shipped, step(Do.REFUSE, (DAY, 2 * DAY), WAREHOUSE))
leave_returned = tell(
    leave_refused, step(Do.CLOSE_RETURNED, (DAY, 2 * DAY), CLERK, reason="买家拒收，已验收入库")
)
leave_owing = tell(
    leave_confirmed, step(Do.CHANGE_GOODS, (5, 30), SUPPORT, notice="已按您的要求换货，请补差价")
)
leave_postponed = tell(
    leave_confirmed, step(Do.POSTPONE, (5, 30), SUPPORT, days=4, notice="新茶到货后马上发出")
)
leave_printed = tell(leave_preparing, step(Do.PRINT_RECEIPT, (1, 5), CLERK))
leave_print_in_doubt = tell(leave_confirmed, step(Do.PRINT_IN_DOUBT, (1, 5), CLERK))
leave_proof_to_check = tell(place, step(Do.SEND_PROOF, (4, 14)))
leave_proof_rejected = tell(
    leave_proof_to_check, step(Do.REJECT_PROOF, (40, 90), FINANCE, reason=REJECT_REASONS[0])
)
leave_to_pay_out = tell(
    leave_proof_to_check,
    step(Do.RECORD_TRANSFER, (20, 60), FINANCE),
    step(Do.CANCEL_PAID, (2 * HOUR, 5 * HOUR), MANAGER, reason="买家不想要了"),
)
leave_refunded = tell(
    leave_to_confirm, step(Do.CANCEL_PAID, (HOUR, 4 * HOUR), MANAGER, reason="买家拍错规格")
)
leave_refund_failed = tell(
    leave_to_confirm,
    step(Do.CANCEL_PAID, (10 * HOUR, 10.5 * HOUR), MANAGER, reason="无法送达该地区", fails=True),
)


def _left(story: Story, *ages: float) -> tuple[DeskOrder, ...]:
    return tuple(DeskOrder(story, age) for age in ages)


DESK: tuple[DeskOrder, ...] = (
    *_left(Story(leave_to_confirm), 7, 31, 64, 118),
    *_left(Story(leave_to_confirm, pay_method=COD), 47),
    *_left(Story(leave_to_confirm, delivery=LOCAL), 88),
    *_left(Story(place), 4, 13, 22),
    *_left(Story(leave_short, is_scarce=True), 95),
    *_left(Story(leave_confirmed), 150, 240, 420),
    *_left(Story(leave_confirmed, pay_method=COD), 310),
    *_left(Story(leave_preparing), 260, 980),
    *_left(Story(leave_printed), 520, 700),
    *_left(Story(leave_print_in_doubt), 165),
    # Cash that couriers have not brought yet, and two that were not taken.
    *_left(Story(leave_shipped, pay_method=COD), 1530, 2900),
    *_left(Story(leave_delivered, pay_method=COD), 6000, 8000),
    *_left(Story(leave_refused, pay_method=COD), 4700),
    *_left(Story(leave_returned, pay_method=COD), 7300),
    *_left(Story(leave_labelled), 230, 350, 470),
    *_left(Story(leave_label_in_doubt), 290),
    *_left(Story(leave_label_voided), 410),
    *_left(Story(leave_preparing, companions="waiting"), 330, 455),
    *_left(Story(leave_preparing, companions="merged"), 530),
    *_left(Story(leave_merged, companions="merged"), 440),
    *_left(Story(leave_owing), 365),
    # The rest was to be paid within a day.
    *_left(Story(leave_owing), 1550),
    *_left(Story(leave_postponed), 1420),
    *_left(Story(leave_part_shipped, lines=2), 610, 1100),
    *_left(Story(leave_held), 800),
    *_left(Story(leave_held_until), 1300),
    # To be sent within a day.
    *_left(Story(leave_confirmed), 1640),
    *_left(Story(leave_preparing), 2130),
    # Overdue: the shop promises 48 hours.
    *_left(Story(leave_preparing), 51 * 60, 56 * 60),
    *_left(Story(leave_confirmed), 63 * 60),
    *_left(Story(leave_dropped_off), 500),
    *_left(Story(leave_called_by_phone), 1240),
    *_left(Story(leave_not_called_off), 545),
    *_left(Story(leave_called_off), 640),
    *_left(Story(leave_called), 690),
    *_left(Story(leave_not_called), 930),
    *_left(Story(leave_preparing, companions="sent"), 1210),
    *_left(Story(leave_sent_together, companions="sent"), 1120),
    *_left(Story(leave_photographed), 580),
    *_left(Story(leave_number_corrected), 1050),
    *_left(Story(leave_relabelled), 860),
    *_left(Story(leave_to_stop), 1010),
    *_left(Story(leave_redirected), 1290),
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

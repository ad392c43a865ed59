"""What happens to orders that are paid by bank transfer or from the balance."""

from shop.demo.seeding.diary import Diary, Do, Minutes
from shop.demo.seeding.stories import CANCEL_REASONS, DAY, FINANCE, HOUR, MANAGER, fulfil

REJECT_REASONS = (
    "图片看不清金额，请重新上传",
    "还没有收到这笔转账，请核对收款账号",
    "金额与订单不符，请补足差额",
)


def place_and_send_proof(diary: Diary, after: Minutes = (8, 5 * HOUR)) -> None:
    diary.write(Do.PLACE, after=(0, 0))
    diary.write(Do.SEND_PROOF, after=after)


def _record(diary: Diary) -> None:
    diary.write(Do.RECORD_TRANSFER, after=(15, 3 * HOUR), who=FINANCE, at_work=True)


def _cancel(diary: Diary) -> None:
    reason = diary.rng.choice(CANCEL_REASONS)
    diary.write(Do.CANCEL_PAID, after=(20, 5 * HOUR), who=MANAGER, at_work=True, reason=reason)


def tell_transferred(diary: Diary) -> None:
    place_and_send_proof(diary)
    _record(diary)
    fulfil(diary)


def tell_proof_rejected(diary: Diary) -> None:
    """The first picture does not do; the second does."""
    place_and_send_proof(diary)
    reason = diary.rng.choice(REJECT_REASONS)
    diary.write(Do.REJECT_PROOF, after=(15, 2 * HOUR), who=FINANCE, at_work=True, reason=reason)
    diary.write(Do.SEND_PROOF, after=(5, 6 * HOUR))
    _record(diary)
    fulfil(diary)


def tell_paid_out(diary: Diary) -> None:
    """What came by transfer goes back by hand."""
    place_and_send_proof(diary)
    _record(diary)
    _cancel(diary)
    diary.write(Do.PAY_OUT, after=(HOUR, DAY), who=FINANCE, at_work=True)


def top_up_and_pay(diary: Diary) -> None:
    diary.write(Do.TOP_UP, after=(0, 0), who=FINANCE)
    diary.write(Do.PLACE, after=(3, 9))
    diary.write(Do.PAY_BY_BALANCE, after=(0.3, 1))


def tell_paid_by_balance(diary: Diary) -> None:
    top_up_and_pay(diary)
    fulfil(diary)


def tell_back_to_balance(diary: Diary) -> None:
    """Cancelled, and the money is on the balance again at once."""
    top_up_and_pay(diary)
    _cancel(diary)

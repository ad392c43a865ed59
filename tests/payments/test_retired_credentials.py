"""When former credentials are thrown away: the timer looks at them daily, and keeps what money may still need."""

from datetime import timedelta

import pytest

from orders.payments.changes.cancelling import cancel_paid
from orders.payments.models import AttemptState, PayAttempt, Payment, Refund, RefundState
from orders.payments.selectors import is_merchant_needed, list_former_to_look_at
from orders.payments.timers import retire_former_credentials
from shop import clock
from shop.store.models import FormerCredentials, WeChatAccount
from shop.store.services import change_wechat_account
from tests import cast

DAY = timedelta(days=1)
MCHID = "1900000001"


def replaced(**changes: str) -> FormerCredentials:
    """The present set was tested and is replaced; its former self."""
    WeChatAccount.objects.update(tested_at=clock.now(), merchant_private_key="key", api_v3_key="a" * 32)
    change_wechat_account(changes, actor=cast.clerk())
    return FormerCredentials.objects.get()


def is_kept(former: FormerCredentials) -> bool:
    retire_former_credentials(former.pk)
    return FormerCredentials.objects.filter(pk=former.pk).exists()


def attempt_under_way() -> None:
    cast.open_attempt((order := cast.place()).pk, actor=cast.buyer(order))


def test_exchanged_keys_of_the_same_set_go_whatever_is_under_way():
    attempt_under_way()
    former = replaced(api_v3_key="x" * 32)
    assert is_kept(former)
    WeChatAccount.objects.update(tested_at=clock.now())
    assert not is_kept(former)


@pytest.mark.parametrize("changes", [{"appid": "wx-another"}, {"mchid": "1900000009"}])
def test_those_of_another_mini_program_or_number_stay_while_money_is_under_way(changes):
    attempt_under_way()
    assert is_kept(replaced(**changes))


@pytest.mark.parametrize("changes", [{"appid": "wx-another"}, {"mchid": "1900000009"}])
def test_and_go_where_none_is(changes):
    assert not is_kept(replaced(**changes))


def test_a_shop_that_has_no_account_any_more_keeps_them_as_long():
    former = replaced(appid="wx-another")
    WeChatAccount.objects.all().delete()
    assert not is_kept(former)


def test_a_shop_without_account_keeps_what_an_attempt_needs():
    attempt_under_way()
    former = replaced(api_v3_key="x" * 32)
    WeChatAccount.objects.all().delete()
    assert is_kept(former)


def test_what_is_kept_is_looked_at_a_day_later():
    attempt_under_way()
    former = replaced(appid="wx-another")
    with clock.at(former.replaced_at + 3 * DAY):
        assert list_former_to_look_at(clock.now(), (), 9) == [former.pk]
        assert list_former_to_look_at(clock.now(), (former.pk,), 9) == []
        assert is_kept(former)
        assert list_former_to_look_at(clock.now(), (), 9) == []
        assert list_former_to_look_at(clock.now() + DAY - timedelta(seconds=1), (), 9) == []
        assert list_former_to_look_at(clock.now() + DAY, (), 9) == [former.pk]


def test_of_young_ones_nothing_is_asked():
    former = replaced(appid="wx-another")
    assert list_former_to_look_at(former.replaced_at + 3 * DAY - timedelta(seconds=1), (), 9) == []


class TestNeeded:
    """What a merchant number is still needed for, each alone."""

    def needed(self, *, later: timedelta = timedelta(0)) -> bool:
        return is_merchant_needed(MCHID, clock.now() + later)

    def paid(self) -> Payment:
        return cast.paid_order().payments.get()

    def use_up(self, payment: Payment) -> None:
        Payment.objects.filter(pk=payment.pk).update(refunded_fen=payment.amount_fen)

    def restore(self, payment: Payment) -> None:
        Payment.objects.filter(pk=payment.pk).update(refunded_fen=0)

    def test_for_nothing(self):
        assert not self.needed()

    @pytest.mark.parametrize(
        ("state", "is_asked", "needed"),
        [
            (AttemptState.OPEN, False, True),
            (AttemptState.CLOSING, False, True),
            (AttemptState.CLOSED, False, False),
            (AttemptState.CLOSED, True, True),
        ],
    )
    def test_an_attempt_that_is_open_or_asked_about(self, state, is_asked, needed):
        attempt_under_way()
        PayAttempt.objects.update(state=state, next_query_at=clock.now() if is_asked else None)
        assert self.needed() == needed
        assert not is_merchant_needed("1900000009", clock.now())

    @pytest.mark.parametrize("state", [RefundState.COMMITTED, RefundState.PROCESSING, RefundState.FAILED])
    def test_a_refund_that_is_not_done_however_old(self, state):
        order = cast.paid_order()
        cancel_paid(order.pk, reason="缺货", actor=cast.clerk("order_clerk"))
        Refund.objects.update(state=state)
        assert self.needed(later=400 * DAY)

    def test_a_payment_of_which_something_is_left_for_a_year(self):
        payment = self.paid()
        assert self.needed(later=365 * DAY - timedelta(minutes=1))
        assert not self.needed(later=365 * DAY + timedelta(minutes=1))
        self.use_up(payment)
        assert not self.needed()
        self.restore(payment)

    def test_one_fen_that_is_left_is_something(self):
        payment = self.paid()
        Payment.objects.update(refunded_fen=payment.amount_fen - 3, refunding_fen=2)
        assert self.needed()
        Payment.objects.update(refunding_fen=3)
        assert not self.needed()
        Payment.objects.update(refunded_fen=0, refunding_fen=0)

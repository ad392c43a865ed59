"""What is kept for a term goes when the term is over, and nothing else does."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt

from shop import clock
from shop.callbacks.models import Callback
from shop.callbacks.timers import ACCEPTED_KEPT_FOR
from shop.customers.models import CustomerToken
from shop.customers.services import TOKEN_LIFE, issue_token
from shop.customers.timers import TOKENS_KEPT_FOR
from shop.events.sweeping import sweep
from shop.staff.timers import KEPT_FOR
from tests.cast import make_customer, open_shop

pytestmark = pytest.mark.django_db


def sweep_after(passed: timedelta) -> None:
    with clock.at(clock.now() + passed):
        sweep()


def test_tokens_go_some_time_after_their_end() -> None:
    issue_token(make_customer())
    sweep_after(TOKEN_LIFE + TOKENS_KEPT_FOR - timedelta(minutes=1))
    assert CustomerToken.objects.count() == 1
    with clock.at(clock.now() + timedelta(days=1)):
        issue_token(make_customer())
    sweep_after(TOKEN_LIFE + TOKENS_KEPT_FOR + timedelta(minutes=1))
    assert CustomerToken.objects.count() == 1


def test_accepted_callbacks_go_when_nobody_disputes_them_any_more() -> None:
    open_shop()
    Callback.objects.create(
        provider="wechat", nonce="n", is_accepted=True, is_signed=True, body="{}", received_at=clock.now()
    )
    sweep_after(ACCEPTED_KEPT_FOR - timedelta(minutes=1))
    assert Callback.objects.count() == 1
    sweep_after(ACCEPTED_KEPT_FOR + timedelta(minutes=1))
    assert Callback.objects.count() == 0


def test_wrong_passwords_go() -> None:
    AccessAttempt.objects.create(username="wang", ip_address="203.0.113.9", failures_since_start=1)
    sweep_after(KEPT_FOR - timedelta(minutes=1))
    assert AccessAttempt.objects.count() == 1
    sweep_after(KEPT_FOR + timedelta(minutes=1))
    assert AccessAttempt.objects.count() == 0

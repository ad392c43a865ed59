"""What is kept for a term goes when the term is over, and nothing else does."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import Model

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


AROUND = (-timedelta(minutes=1), timedelta(minutes=1))


def count_after(model: type[Model], passed: timedelta) -> int:
    """How many rows are left once this time has passed."""
    with clock.at(clock.now() + passed):
        sweep()
    return model._default_manager.count()


def test_tokens_go_some_time_after_their_end() -> None:
    issue_token(make_customer())
    before, after = (TOKEN_LIFE + TOKENS_KEPT_FOR + around for around in AROUND)
    assert count_after(CustomerToken, before) == 1
    with clock.at(clock.now() + timedelta(days=1)):
        issue_token(make_customer())
    assert count_after(CustomerToken, after) == 1


def test_accepted_callbacks_go_when_nobody_disputes_them_any_more() -> None:
    open_shop()
    Callback.objects.create(
        provider="wechat", nonce="n", is_accepted=True, is_signed=True, body="{}", received_at=clock.now()
    )
    assert [count_after(Callback, ACCEPTED_KEPT_FOR + around) for around in AROUND] == [1, 0]


def test_wrong_passwords_go() -> None:
    AccessAttempt.objects.create(username="wang", ip_address="203.0.113.9", failures_since_start=1)
    assert [count_after(AccessAttempt, KEPT_FOR + around) for around in AROUND] == [1, 0]

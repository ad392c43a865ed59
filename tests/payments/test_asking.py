"""What the gateway is asked with, and what its answers are taken for."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from orders.payments.gateway import (
    Closed,
    OtherMerchant,
    PaymentEvidence,
    StillOpen,
    ask_and_close,
    evidence_of,
    list_gateways,
    open_gateway_for_refund,
    open_gateway_of,
    query_and_close,
    query_attempt,
)
from orders.payments.line import asking
from orders.payments.models import GatewayLine, PayAttempt
from orders.payments.services.attempts import open_attempt
from orders.payments.tasks import cancel_overdue, query_payment
from orders.stages import Stage
from shop import clock
from shop.clients.circuit import Crowded, Resting
from shop.clients.errors import BadCredentials, BadSignature, Rejected, Unknown, Unreachable
from shop.clients.wechat_pay import WeChatPay
from shop.errors import Refused
from shop.events.registry import HANDLERS, HANDLERS_BY_VERB, TIMERS
from shop.queues import GENERAL, PAYMENTS
from shop.store.models import WeChatAccount
from shop.store.services import change_wechat_account
from tests import cast
from tests.expect import fresh, refused


@pytest.fixture
def attempt() -> PayAttempt:
    order = cast.place()
    return open_attempt(order.pk, actor=cast.buyer(order))


def transaction(state: str, **changes: object) -> SimpleNamespace:
    facts = {"number": "n-1", "trade_no": "42", "amount_fen": 1, "paid_at": clock.now(), "state": state}
    facts["openid"] = "who-paid"
    return SimpleNamespace(**facts | changes)


class Answers:
    """What the gateway answers to every query, or raises; closing succeeds and is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.given: object = None
        self.closed: list[str] = []
        monkeypatch.setattr(WeChatPay, "query", lambda _client, _number: self.give())
        monkeypatch.setattr(WeChatPay, "close", lambda _client, number: self.closed.append(number))

    def __call__(self, given: object) -> None:
        self.given = given

    def give(self) -> object:
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


@pytest.fixture
def answer(gateway, monkeypatch) -> Answers:
    return Answers(monkeypatch)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("SUCCESS", PaymentEvidence),
        ("REFUND", PaymentEvidence),
        ("CLOSED", Closed),
        ("REVOKED", Closed),
        ("NOTPAY", StillOpen),
        ("USERPAYING", StillOpen),
        ("PAYERROR", StillOpen),
    ],
)
def test_each_state_of_a_payment_is_taken_for_one_of_three(answer, attempt, state, kind):
    answer(transaction(state))
    assert isinstance(query_attempt(attempt), kind)
    outcome = ask_and_close(attempt)
    assert isinstance(outcome, Closed if kind is StillOpen else kind)
    assert answer.closed == ([attempt.number] if kind is StillOpen else [])


def test_what_it_does_not_know_cannot_be_paid(answer, attempt):
    answer(None)
    assert query_attempt(attempt) == Closed()


def test_evidence_has_all_that_was_said():
    paid_at = clock.now()
    facts = evidence_of(transaction("REFUND", paid_at=paid_at), mchid="19")
    told = PaymentEvidence("n-1", "42", 1, paid_at, was_refunded=True, mchid="19", openid="who-paid")
    assert facts == told
    assert not evidence_of(transaction("SUCCESS")).was_refunded
    assert evidence_of(transaction("SUCCESS")).mchid == ""


def test_an_answer_says_whose_it_is(answer, attempt):
    answer(transaction("SUCCESS"))
    assert query_attempt(attempt).mchid == attempt.mchid


@pytest.mark.parametrize(
    "error", [Unknown(""), Rejected("NO_AUTH", "", 403), Refused("wechat_not_set_up", "")]
)
def test_closing_never_raises_what_went_wrong_on_the_way(answer, attempt, error):
    answer(error)
    assert query_and_close(attempt) == StillOpen(is_unheard=True)


@pytest.mark.parametrize("error", [Crowded(""), Resting("")])
def test_where_nobody_was_asked_nobody_has_left_it_unheard(answer, attempt, error):
    answer(error)
    assert query_and_close(attempt) == StillOpen(is_unheard=False)


def test_what_was_paid_while_it_was_being_closed_is_found(gateway, attempt, monkeypatch):
    answers = iter([transaction("NOTPAY"), transaction("SUCCESS")])

    def refuse(*_args: object) -> None:
        raise Rejected("ORDERPAID", "", 400)

    monkeypatch.setattr(WeChatPay, "query", lambda *_args: next(answers))
    monkeypatch.setattr(WeChatPay, "close", refuse)
    assert isinstance(ask_and_close(attempt), PaymentEvidence)


class TestWhichCredentials:
    def test_an_attempt_is_asked_about_with_number_and_mini_program_of_its_own(self, gateway, attempt):
        PayAttempt.objects.update(appid="wx-another")
        attempt.refresh_from_db()
        with pytest.raises(OtherMerchant):
            open_gateway_of(attempt)
        attempt.appid, attempt.mchid = gateway.server.world.credentials.appid, "1900000009"
        with pytest.raises(OtherMerchant):
            open_gateway_of(attempt)

    def test_a_refund_needs_the_number_alone(self, gateway, attempt):
        attempt.appid, attempt.mchid = "wx-another", gateway.server.world.credentials.mchid
        assert open_gateway_for_refund(attempt)
        assert open_gateway_for_refund(None)
        attempt.mchid = "1900000009"
        with pytest.raises(OtherMerchant):
            open_gateway_for_refund(attempt)

    def test_each_merchant_number_is_asked_once_the_present_one_first(self, gateway):
        before = WeChatAccount.objects.get()
        change_wechat_account({"api_v3_key": "x" * 32}, actor=cast.clerk())
        WeChatAccount.objects.update(tested_at=clock.now())
        change_wechat_account({"mchid": "1900000009"}, actor=cast.clerk())
        WeChatAccount.objects.update(tested_at=clock.now())
        made = [client._credentials for client in list_gateways()]
        assert [one.mchid for one in made] == ["1900000009", before.mchid]
        assert made[1].api_v3_key == "x" * 32

    def test_without_credentials_nobody_can_be_asked(self, attempt):
        WeChatAccount.objects.all().delete()
        for ask in (list_gateways, lambda: open_gateway_of(attempt)):
            with refused("wechat_not_set_up", 409):
                ask()


class TestTheLine:
    @pytest.mark.parametrize(
        "error", [Unknown(""), BadSignature("serial", ""), Unreachable(""), BadCredentials("")]
    )
    def test_no_answer_is_noted_and_raised_on(self, error):
        with pytest.raises(type(error)), asking("19"):
            raise error
        assert GatewayLine.objects.get().failures == 1

    @pytest.mark.parametrize("error", [Crowded(""), Resting("")])
    def test_where_nobody_was_asked_nothing_is(self, error):
        with pytest.raises(type(error)), asking("19"):
            raise error
        assert not GatewayLine.objects.exists()

    @pytest.mark.parametrize("error", [None, Rejected("NO_AUTH", "", 403)])
    def test_an_answer_ends_what_failed_before(self, error):
        with pytest.raises(Unknown), asking("19"):
            raise Unknown("")
        try:
            with asking("19"):
                if error:
                    raise error
        except Rejected:
            pass
        line = GatewayLine.objects.get()
        assert (line.failures, line.silent_since, line.told_at) == (0, None, None)

    def test_silence_began_with_the_last_of_five_failures(self):
        moment = clock.now()
        for seconds in range(7):
            with clock.at(moment + timedelta(seconds=seconds)), pytest.raises(Unknown), asking("19"):
                raise Unknown("")
        line = GatewayLine.objects.get()
        assert (line.failures, line.silent_since) == (7, moment + timedelta(seconds=4))


class TestTasks:
    """Tasks wait for their turn with the merchant that they ask."""

    @pytest.fixture
    def turns(self, monkeypatch) -> list[str]:
        taken: list[str] = []
        monkeypatch.setattr("orders.payments.tasks.wait_for_turn", taken.append)
        return taken

    def test_a_query_waits_with_the_attempts_own(self, answer, attempt, turns):
        answer(transaction("NOTPAY"))
        query_payment(attempt.pk)
        assert turns == [attempt.mchid]

    def test_closing_a_late_order_waits_with_that_of_its_last_attempt(self, answer, attempt, turns):
        answer(None)
        with clock.at(attempt.order.pay_by):
            cancel_overdue(attempt.order_id)
        assert (turns, fresh(attempt.order).stage) == ([attempt.mchid], Stage.CLOSED)

    def test_and_not_with_that_of_an_earlier_one(self, answer, attempt, turns):
        PayAttempt.objects.update(state="closed", mchid="1900000009")
        with clock.at(attempt.order.pay_by - timedelta(seconds=1)):
            second = open_attempt(attempt.order_id, actor=cast.buyer(attempt.order))
        cancel_overdue(attempt.order_id)
        assert turns == [second.mchid] != ["1900000009"]

    def test_an_order_without_attempt_is_closed_too(self, turns):
        order = cast.place()
        with clock.at(order.pay_by):
            cancel_overdue(order.pk)
        assert (turns, fresh(order).stage) == ([""], Stage.CLOSED)

    def test_one_that_is_not_due_stays_and_nothing_is_raised(self, turns):
        order = cast.place()
        cancel_overdue(order.pk)
        assert fresh(order).stage == Stage.UNPAID

    @pytest.mark.parametrize("was_made", [True, False])
    def test_what_the_gateway_does_not_know_is_closed_only_if_it_was_made_there(
        self, answer, attempt, turns, was_made
    ):
        PayAttempt.objects.update(prepay_id="p" if was_made else "")
        answer(None)
        query_payment(attempt.pk)
        attempt.refresh_from_db()
        assert (attempt.state == "closed") == was_made


ASKS_THE_GATEWAY = {"order.cancel_attempted", "payment.query", "refund.send", "gateway.probe"}


@pytest.mark.parametrize(
    "name", sorted({timer.name for timer in TIMERS.values() if "orders.payments" in timer.act.__module__})
)
def test_what_asks_the_gateway_is_a_task_of_the_workers_for_payments(name):
    timer = TIMERS[name]
    assert timer.outside == (name in ASKS_THE_GATEWAY)
    assert timer.queue == (PAYMENTS if timer.outside else GENERAL)


def test_so_is_sending_a_refund():
    handler = HANDLERS["orders.payments.handlers.enqueue_refund"]
    assert (handler.outside, handler.queue, handler.pushes) == (True, PAYMENTS, False)
    assert all(handler in HANDLERS_BY_VERB[verb] for verb in ("order.refund", "order.retry_refund"))

"""One press of a phone, sent many times at once by a weak network: handed out once, and every answer says the same."""

from functools import partial

from orders.payments.models import Means, Payment
from pickup.models import Verification
from pickup.services.once import verify_once
from pickup.services.verifiers import verifier_actor
from pickup.services.verifying import Collected, Handout
from shop.http.api import idempotency
from shop.store.choices import PayMethod
from tests import cast
from tests.expect import stock_of
from tests.pickup.counter import appoint, unpaid, waiting
from tests.races.conftest import codes_of, run_together

NONCE = "0123456789abcdef0123456789abcdef"


def test_pressed_50_times_under_one_nonce_a_part_is_handed_out_once():
    sku = cast.make_sku(on_hand=90)
    order = waiting(basket={sku.pk: 60})
    actor = verifier_actor(appoint(order.pickup_store))
    handout = Handout(order.pickup_store_id, {order.lines.get().pk: 1})
    act = partial(verify_once, order.pk, handout, NONCE, actor=actor)
    results = run_together([act] * 50)
    assert set(codes_of(results)) <= {"ok", "in_progress"}
    results.append(act())
    assert len({result for result in results if isinstance(result, tuple)}) == 1
    assert (Verification.objects.count(), stock_of(sku.pk)) == (1, (89, 59))


def test_without_the_kept_answer_each_press_would_hand_out_a_part(monkeypatch):
    """The control: it is the nonce that holds them back, since a part may be followed by another one."""
    sku = cast.make_sku(on_hand=90)
    order = waiting(basket={sku.pk: 60})
    actor = verifier_actor(appoint(order.pickup_store))
    handout = Handout(order.pickup_store_id, {order.lines.get().pk: 1})
    monkeypatch.setattr(idempotency, "_hold", lambda _command: None)
    monkeypatch.setattr(idempotency, "_keep", lambda _command, answer: idempotency._write(answer))
    run_together([partial(verify_once, order.pk, handout, NONCE, actor=actor)] * 4)
    assert Verification.objects.count() == 4


def test_cash_under_one_nonce_is_collected_once():
    order = unpaid(pay_method=PayMethod.COD)
    actor = verifier_actor(appoint(order.pickup_store))
    handout = Handout(order.pickup_store_id, collected=Collected(Means.CASH, order.owed_fen))
    act = partial(verify_once, order.pk, handout, NONCE, actor=actor)
    results = [*run_together([act] * 20), act()]
    assert set(codes_of(results)) <= {"ok", "in_progress"}
    assert len({result for result in results if isinstance(result, tuple)}) == 1
    assert (Payment.objects.count(), Verification.objects.count()) == (1, 1)


def test_two_verifiers_with_one_nonce_are_two_presses():
    order = waiting()
    pair = [verifier_actor(appoint(order.pickup_store)) for _ in range(2)]
    handout = Handout(order.pickup_store_id)
    acts = [partial(verify_once, order.pk, handout, NONCE, actor=actor) for actor in pair]
    assert codes_of(run_together(acts)) == ["already_done", "ok"]

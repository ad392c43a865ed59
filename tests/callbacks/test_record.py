"""The record of callbacks, whoever they come from."""

import pytest

from shop.callbacks import services
from shop.callbacks.models import Callback
from shop.callbacks.services import Letter, record_refused, remember_callback
from tests.expect import refused

pytestmark = pytest.mark.django_db


def letter(provider: str = "kuaidi100", body: bytes = b"{}", address: str = "203.0.113.7") -> Letter:
    return Letter(provider, {}, body, address)


def test_a_nonce_is_taken_once_by_each_provider() -> None:
    remember_callback(letter("wechat"), nonce="n", subject="1")
    remember_callback(letter("alipay"), nonce="n", subject="1")
    with refused("replayed", 403):
        remember_callback(letter("alipay"), nonce="n", subject="2")
    assert Callback.objects.count() == 2


def test_false_ones_of_one_provider_leave_the_others_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_REFUSED", 2)
    for _ in range(4):
        record_refused(letter("kuaidi100"), "bad_signature")
    record_refused(letter("wechat"), "bad_signature")
    assert sorted(Callback.objects.values_list("provider", flat=True)) == ["kuaidi100"] * 2 + ["wechat"]


def test_the_longest_name_of_a_provider_fits() -> None:
    record_refused(letter("a-courier-of-20-char"), "bad_signature")
    assert Callback.objects.get().provider == "a-courier-of-20-char"

"""Vectors computed by others than the code under test."""

import hashlib

from shop.clients.wechat_pay import Credentials, WeChatPay
from shop.demo.standins.wechat.signatures import encrypt_text, join_lines


def test_a_request_is_signed_over_five_lines_each_ended() -> None:
    text = join_lines(b"POST", b"/v3/pay/transactions/jsapi", b"1700000000", b"NONCE1", b'{"a":1}')

    expected = "098ba87552eac6a84878600b57ad9e52396e0fb9412ba0a87f1b247cc550b765"
    assert hashlib.sha256(text).hexdigest() == expected


def test_an_answer_is_signed_over_three_lines_each_ended() -> None:
    text = join_lines(b"1700000000", b"NONCE1", b'{"a":1}')

    expected = "c81defce524ff7659cf7d2f86f19538bb292cd9705d575b92f5793725ed5796b"
    assert hashlib.sha256(text).hexdigest() == expected


def test_the_stand_in_encrypts_as_the_vendor_does() -> None:
    sealed = encrypt_text("0123456789abcdef0123456789abcdef", "abcdefghijkl", "transaction", b'{"a":1}')

    assert sealed == "Eu6onfHUEIuHuUJ2U2443mIzhnIIlMg="


def test_the_client_decrypts_what_the_vendor_encrypts(credentials: Credentials) -> None:
    values = vars(credentials) | {"api_v3_key": "0123456789abcdef0123456789abcdef"}
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": "abcdefghijkl",
        "associated_data": "transaction",
        "ciphertext": "Eu6onfHUEIuHuUJ2U2443mIzhnIIlMg=",
    }

    assert WeChatPay(Credentials(**values))._decrypt(resource) == {"a": 1}

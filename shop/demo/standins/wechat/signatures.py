"""The signatures of WeChat Pay v3, computed from raw bytes and shared with no client, so that a client's
mistake shows.

Source: WeChat Pay documents 签名与验签 and 回调通知.
"""

import base64
import re
from dataclasses import dataclass, fields

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

SCHEME = "WECHATPAY2-SHA256-RSA2048"


@dataclass(frozen=True)
class Authorization:
    """The parts of an Authorization header."""

    mchid: str
    nonce_str: str
    signature: str
    timestamp: str
    serial_no: str


def parse_authorization(header: str) -> Authorization | None:
    """Take the header apart; None unless it has exactly the five parts, each once."""
    scheme, _, rest = header.partition(" ")
    pairs = [re.fullmatch(r'(\w+)="([^"]*)"', part.strip()) for part in rest.split(",")]
    found = {pair[1]: pair[2] for pair in pairs if pair}
    parts = {field.name for field in fields(Authorization)}
    if scheme != SCHEME or len(pairs) != len(parts) or set(found) != parts:
        return None
    return Authorization(**found)


def join_lines(*lines: bytes) -> bytes:
    """The text to sign: each line ended, also the last, by a newline."""
    return b"".join(line + b"\n" for line in lines)


def sign_bytes(key: RSAPrivateKey, message: bytes) -> str:
    """RSA PKCS#1 v1.5 with SHA-256, as base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def is_signed_by(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the base64 `signature` over `message` was made with the private half of `key`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def encrypt_text(api_v3_key: str, nonce: str, associated_data: str, plain: bytes) -> str:
    """AES-256-GCM with the tag appended, as base64."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return base64.b64encode(sealed).decode()

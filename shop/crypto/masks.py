"""Personal values with the personal part hidden; what cannot be read has no such part.

Of somebody who was erased the name says so, and the rest is empty.
"""

from shop.crypto.fields import Erased, Unreadable


def mask_phone(phone: str) -> str:
    """Hide at least six digits: 13812345678 → "138******78"; short numbers are hidden whole."""
    if isinstance(phone, Unreadable):
        return _pass_on(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 5)}{phone[-2:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_name(name: str) -> str:
    """Keep the first character: 张三丰 → "张**"."""
    if isinstance(name, Unreadable):
        return name
    return name[:1] + "*" * min(max(len(name) - 1, 0), 4)


def mask_email(email: str) -> str:
    """Keep the first character and whose server it is: lin@example.com → "l****@example.com"."""
    if isinstance(email, Unreadable):
        return _pass_on(email)
    name, at, host = email.rpartition("@")
    return f"{name[:1]}****{at}{host}" if email else ""


def mask_address(detail: str) -> str:
    """Keep the first characters of the street, hide the rest with the house number."""
    if isinstance(detail, Unreadable):
        return _pass_on(detail)
    return detail[:4] + "****" if len(detail) > 4 else "****"


def _pass_on(value: Unreadable) -> str:
    return "" if isinstance(value, Erased) else value

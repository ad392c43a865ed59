"""What can go wrong when another company's computer is asked: one family, so that callers decide by class.

`Unreachable` and `Rejected` mean that nothing happened there. `Unknown` and its child `BadSignature` mean
that it may have happened: ask again about the same number, never send it under a new one.
"""

# The classes are named by the verdict they give (N818), as callers read `except Unknown`.


class ClientError(Exception):
    """Any failure of a call to, or a message from, an outside service."""


class BadCredentials(ClientError):
    """The configured keys cannot even be read; nothing was sent."""


class Unreachable(ClientError):
    """No connection was made, so nothing happened."""


class Unknown(ClientError):
    """The answer is missing or makes no sense (timeout after sending, 5xx, garbage): it may have happened."""


class BadSignature(Unknown):
    """The message is not proven to come from the provider, now, for this merchant: believe nothing in it.

    `reason` is one of: headers, stale, serial, signature, decryption, merchant.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Rejected(ClientError):
    """The provider said no, in its own words: `code`, `message` and the HTTP `status`."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status

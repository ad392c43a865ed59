"""The picture of a label that a provider leaves at an address of its own, as HTML that holds it whole.

The address comes with an answer from outside, so nothing is fetched but from the provider itself, and nothing is kept
but a picture.
"""

from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from shop.clients.errors import Unknown
from shop.clients.transport import Answer, Request, send

TIMEOUT_S = 5.0
_ENDS: Mapping[str, tuple[bytes, bytes]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
}
"""How a picture begins and how it ends."""
_TAIL = 64
_PAGE = (
    '<!doctype html><meta charset="utf-8">'
    "<style>html, body {{ margin: 0 }} img {{ display: block; width: 100% }}</style>"
    '<img alt="" src="data:{kind};base64,{data}">'
)


def fetch_label(address: str, *, provider: str, domain: str, timeout: float = TIMEOUT_S) -> str:
    """The label at an address of `provider`, a base address such as `https://host`, or of a host in `domain`.

    At most 1 MB. Raises ClientError, `Unknown` also for an address that leads elsewhere and for what is no picture.
    """
    base, target = _read(address, provider, domain)
    return _draw(send(Request("GET", base, target, {"Accept": ", ".join(_ENDS)}), timeout=timeout))


def _read(address: str, provider: str, domain: str) -> tuple[str, str]:
    """Whom to ask for what; hosts of the domain by https alone."""
    try:
        url = urlsplit(address)
    except ValueError as error:
        raise Unknown("The address of the label is none.") from error
    target = url.path + (f"?{url.query}" if url.query else "")
    if f"{url.scheme}://{url.netloc}" == provider:
        return provider, target
    # With a port or a user there, it is not the host alone.
    if url.netloc != url.hostname or not f".{url.netloc}".endswith(f".{domain}"):
        raise Unknown("The address of the label leads elsewhere.")
    return f"https://{url.netloc}", target


def _draw(answer: Answer) -> str:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status != HTTPStatus.OK or not _is_whole(answer.body, kind):
        raise Unknown("There is no picture of the label.")
    return _PAGE.format(kind=kind, data=b64encode(answer.body).decode())


def _is_whole(body: bytes, kind: str) -> bool:
    beginning, end = _ENDS.get(kind, (b"", b""))
    return bool(beginning) and body.startswith(beginning) and end in body[-_TAIL:]

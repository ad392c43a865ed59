"""Receipts on cloud printers of 易联云: print, ask whether it was printed, ask how the printer is.

Each receipt has a number of ours (`origin_id`), which the service prints once (`idempotence` 1): whoever does not know
what became of one sends it again under the same number.

Source: 易联云 open platform, its SDKs. Which code says that a number was used before, and the numbers of states,
could not be had from the vendor: a refusal that speaks of `origin_id` is read as the former.
"""

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import BadCredentials, Rejected, Unknown
from shop.clients.printers.slips import (
    LONGEST_REASON,
    Line,
    Sent,
    SentBefore,
    Slip,
    State,
    escape_tags,
    write_within,
)
from shop.clients.transport import Request, parse_object, send
from shop.clients.waybills import FORM_HEADERS, read_fact

PRODUCTION_URL = "https://open-api.10ss.net/v2"
TIMEOUT_S = 10.0
LONGEST = 9000
"""Bytes of one receipt that are surely taken; the vendor names no limit."""
LONGEST_TOKEN = 200
_STATES = {"0": State.OFFLINE, "1": State.ONLINE, "2": State.TROUBLED}
_PRINTED = {"0": False, "1": True}

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """What 易联云 shows a developer of an own application, and the token that it gave for them."""

    client_id: str
    client_secret: str = field(repr=False)
    token: str = field(repr=False, default="")


class Yilianyun:
    """A `Printer`: the one with this machine code. Every failure is a ClientError."""

    is_repeatable = True
    forgets = False

    def __init__(
        self,
        credentials: Credentials,
        machine_code: str,
        *,
        base_url: str = PRODUCTION_URL,
        timeout: float = TIMEOUT_S,
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._credentials = credentials
        self._machine_code = machine_code
        self._base_url = base_url
        self._timeout = timeout
        self._circuit = circuit_of(base_url, credentials.client_id)

    def fetch_token(self) -> str:
        """A token for id and secret. One of an own application does not lapse, so it is kept. Raises ClientError."""
        fields = {"grant_type": "client_credentials", "scope": "all"}
        return self._call("/oauth/oauth", fields, _read_token)

    def print(self, slip: Slip) -> Sent:
        """Have a slip printed; `SentBefore` where the service has it already. Raises as `Printer.print` says."""
        fields = {
            "content": write_within(slip, LONGEST, write_tags),
            "origin_id": slip.code,
            "idempotence": "1",
        }
        try:
            return self._ask("/print/index", fields, _read_sent)
        except Rejected as refusal:
            if "origin_id" not in refusal.message:
                raise
        raise SentBefore("The service has this receipt already.")

    def was_printed(self, reference: str) -> bool:
        """Whether the order of this id is on paper."""
        return self._ask("/printer/getorderstatus", {"order_id": reference}, _read_printed)

    def find_state(self) -> State:
        """How the printer is; a refusal of token or machine code is `Rejected`."""
        return self._ask("/printer/getprintstatus", {}, _read_state)

    def _ask(self, path: str, fields: dict[str, str], read: Callable[[dict[str, Any]], T]) -> T:
        if not self._credentials.token:
            raise BadCredentials("There is no token yet.")
        known = {"access_token": self._credentials.token, "machine_code": self._machine_code}
        return self._call(path, known | fields, read)

    def _call(self, path: str, fields: dict[str, str], read: Callable[[dict[str, Any]], T]) -> T:
        body = write_form(self._credentials, fields, moment=int(time.time()))
        with self._circuit.call():
            answer = send(Request("POST", self._base_url, path, FORM_HEADERS, body), timeout=self._timeout)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The service answered HTTP {answer.status}.")
            return read(_open(parse_object(answer.body)))


def write_form(credentials: Credentials, fields: dict[str, str], *, moment: int) -> bytes:
    """The form that is posted; `moment` in Unix seconds."""
    signed = {
        "client_id": credentials.client_id,
        "timestamp": str(moment),
        "sign": sign(credentials, moment),
        "id": str(uuid.uuid4()),
    }
    return urlencode(signed | fields).encode()


def sign(credentials: Credentials, moment: int) -> str:
    """MD5 in lower-case hexadecimal over id, moment and secret."""
    text = f"{credentials.client_id}{moment}{credentials.client_secret}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def write_tags(slip: Slip) -> str:
    """The slip in the service's tags."""
    copies = f"<MN>{slip.copies}</MN>" if slip.copies > 1 else ""
    return copies + "".join(_write_line(line) for line in slip.lines)


def _write_line(line: Line) -> str:
    text = escape_tags(line.text)
    if line.is_big:
        text = f"<FS2>{text}</FS2>"
    elif line.is_bold:
        text = f"<FB>{text}</FB>"
    return f"<center>{text}</center>\n" if line.is_centred else f"{text}\n"


def _open(answer: dict[str, Any]) -> dict[str, Any]:
    """What a success holds. Raises `Rejected` for a clear refusal, `Unknown` for anything else."""
    code = read_fact(answer, "error")
    if not code.isdecimal():
        raise Unknown("The answer does not say whether it was done.")
    if int(code):
        raise Rejected(code, read_fact(answer, "error_description", LONGEST_REASON), HTTPStatus.OK)
    body = answer.get("body")
    return body if isinstance(body, dict) else {}


def _read_token(body: dict[str, Any]) -> str:
    token = read_fact(body, "access_token", LONGEST_TOKEN + 1)
    if not token or len(token) > LONGEST_TOKEN:
        raise Unknown("The answer holds no token.")
    return token


def _read_sent(body: dict[str, Any]) -> Sent:
    reference = read_fact(body, "id")
    if not reference:
        raise Unknown("The answer holds no order id.")
    return Sent(reference)


def _read_printed(body: dict[str, Any]) -> bool:
    if (said := _PRINTED.get(read_fact(body, "status"))) is None:
        raise Unknown("The answer does not say whether it was printed.")
    return said


def _read_state(body: dict[str, Any]) -> State:
    if (said := _STATES.get(read_fact(body, "state"))) is None:
        raise Unknown("The answer does not say how the printer is.")
    return said

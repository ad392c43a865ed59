"""Receipts on cloud printers of 飞鹅: print, ask whether it was printed, ask how the printer is.

The service knows no number of ours: the same receipt sent twice is printed twice. Its answer names an order id, under
which one can ask; without an answer nobody can.

Source: 飞鹅 open platform, API documentation and the vendor's own demos. The texts of refusals could not be had.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from shop.clients.circuit import circuit_of
from shop.clients.errors import Rejected, Unknown
from shop.clients.printers.slips import LONGEST_REASON, Line, Sent, Slip, State, escape_tags, write_within
from shop.clients.transport import Request, parse_object, send
from shop.clients.waybills import FORM_HEADERS, read_fact

PRODUCTION_URL = "https://api.feieyun.cn"
PATH = "/Api/Open/"
TIMEOUT_S = 10.0
LONGEST = 5000
"""Bytes of one receipt."""
LASTS = timedelta(hours=1)
"""So long the service keeps what a printer that is off has not printed; a receipt of yesterday helps nobody."""

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """What 飞鹅 shows a developer: the registered user and UKEY."""

    user: str
    ukey: str = field(repr=False)


class Feie:
    """A `Printer`: the one with this number (SN). Every failure is a ClientError."""

    is_repeatable = False
    forgets = True

    def __init__(
        self,
        credentials: Credentials,
        sn: str,
        *,
        base_url: str = PRODUCTION_URL,
        timeout: float = TIMEOUT_S,
    ) -> None:
        """`timeout` in seconds, for connecting and for each wait for bytes."""
        self._credentials = credentials
        self._sn = sn
        self._base_url = base_url
        self._timeout = timeout
        self._circuit = circuit_of(base_url, credentials.user)

    def print(self, slip: Slip) -> Sent:
        """Have a slip printed; raises as `Printer.print` says."""
        fields = {
            "sn": self._sn,
            "content": write_within(slip, LONGEST, write_tags),
            "times": str(slip.copies),
            "expired": str(int(time.time() + LASTS.total_seconds())),
        }
        return self._call("Open_printMsg", fields, _read_sent)

    def was_printed(self, reference: str) -> bool:
        """Whether the order of this id is on paper."""
        return self._call("Open_queryOrderState", {"orderid": reference}, _read_flag)

    def find_state(self) -> State:
        """How the printer is; a refusal of user, key or SN is `Rejected`."""
        return self._call("Open_queryPrinterStatus", {"sn": self._sn}, _read_state)

    def _call(self, name: str, fields: dict[str, str], read: Callable[[Any], T]) -> T:
        body = write_form(self._credentials, name, fields, moment=int(time.time()))
        with self._circuit.call():
            answer = send(Request("POST", self._base_url, PATH, FORM_HEADERS, body), timeout=self._timeout)
            if answer.status != HTTPStatus.OK:
                raise Unknown(f"The service answered HTTP {answer.status}.")
            return read(_open(parse_object(answer.body)))


def write_form(credentials: Credentials, name: str, fields: dict[str, str], *, moment: int) -> bytes:
    """The form that is posted; `moment` in Unix seconds."""
    signed = {
        "user": credentials.user,
        "stime": str(moment),
        "sig": sign(credentials, moment),
        "apiname": name,
    }
    return urlencode(signed | fields).encode()


def sign(credentials: Credentials, moment: int) -> str:
    """SHA-1 in lower-case hexadecimal over user, UKEY and the moment."""
    text = f"{credentials.user}{credentials.ukey}{moment}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def write_tags(slip: Slip) -> str:
    """The slip in the service's tags."""
    return "".join(_write_line(line) for line in slip.lines) + "<BR><BR><CUT>"


def _write_line(line: Line) -> str:
    text = escape_tags(line.text)
    if line.is_big:
        name = "CB" if line.is_centred else "B"
        return f"<{name}>{text}</{name}><BR>"
    text = f"<BOLD>{text}</BOLD>" if line.is_bold else text
    return f"<C>{text}</C><BR>" if line.is_centred else f"{text}<BR>"


def _open(answer: dict[str, Any]) -> Any:
    """What a success holds. Raises `Rejected` for a clear refusal, `Unknown` for anything else."""
    code = answer.get("ret")
    if not isinstance(code, int) or isinstance(code, bool) or code > 0:
        raise Unknown("The answer does not say whether it was done.")
    if code < 0:
        raise Rejected(str(code), read_fact(answer, "msg", LONGEST_REASON), HTTPStatus.OK)
    return answer.get("data")


def _read_sent(data: Any) -> Sent:
    if not isinstance(data, str) or not data.strip() or len(data) > 100:
        raise Unknown("The answer holds no order id.")
    return Sent(data.strip())


def _read_flag(data: Any) -> bool:
    if not isinstance(data, bool):
        raise Unknown("The answer does not say whether it was printed.")
    return data


def _read_state(data: Any) -> State:
    if not isinstance(data, str):
        raise Unknown("The answer does not say how the printer is.")
    if "离线" in data:
        return State.OFFLINE
    if "不正常" in data:
        return State.TROUBLED
    if "在线" in data:
        return State.ONLINE
    raise Unknown("The answer does not say how the printer is.")

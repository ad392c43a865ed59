"""One HTTP exchange, with every way of failing sorted into "nothing happened" and "it may have happened"."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from shop.clients.errors import ClientError, Unknown, Unreachable
from shop.clients.hurry import open_session
from shop.clients.waiting import let_go

MAX_ANSWER_BYTES = 1_000_000


@dataclass(frozen=True)
class Request:
    """What to send; `target` is the path with its query, exactly as it goes on the wire."""

    method: str
    base_url: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back, not yet believed; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Take = Callable[[bytes], object]


def send(request: Request, *, timeout: float, take: Take | None = None) -> Answer:
    """Make one exchange, never repeated and never redirected.

    `timeout` (seconds) bounds the connecting and each wait for bytes; the whole answer gets twice as much,
    so that one that drips cannot hold a worker. `take` gets the body of a 200 piece by piece, however long it
    is, and the answer then has none. Raises `Unreachable`, `Unknown`, or the `ClientError` that `take` raises.
    """
    let_go()
    try:
        return _exchange(request, timeout, take)
    except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
        failure = _sort_failure(exc)
    # Raised outside the handler because the library's own error text, kept as context, holds the address
    # with its secrets.
    raise failure


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; anything else is `Unknown`."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise Unknown("The answer is not a JSON object.")
    return parsed


def _exchange(request: Request, timeout: float, take: Take | None) -> Answer:
    with (
        open_session() as session,
        session.request(
            request.method,
            request.base_url + request.target,
            data=request.body or None,
            headers=dict(request.headers),
            timeout=(timeout, timeout),
            allow_redirects=False,
            stream=True,
        ) as response,
    ):
        body = _hand_on(response, take) if take and response.status_code == 200 else _read_body(response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body)


def _read_body(response: requests.Response) -> bytes:
    body = b""
    while chunk := response.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise Unknown("The answer is too long.")
    return body


def _hand_on(response: requests.Response, take: Take) -> bytes:
    while chunk := response.raw.read1(65536, decode_content=True):
        take(chunk)
    return b""


def _sort_failure(exc: Exception) -> ClientError:
    if isinstance(exc, requests.ConnectTimeout) or _was_never_connected(exc):
        return Unreachable("No connection could be made.")
    if isinstance(exc, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return Unreachable("The address is not valid.")
    if isinstance(exc, requests.Timeout):
        return Unknown("No answer came in time.")
    return Unknown(f"The exchange broke off ({type(exc).__name__}).")


def _was_never_connected(exc: Exception) -> bool:
    cause = exc.args[0] if exc.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)

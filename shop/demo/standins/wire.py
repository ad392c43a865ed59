"""Requests and replies of the stand-ins, and the strict reading of JSON fields."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """What came in: `target` and `body` are exactly the bytes of the wire, header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path without its query, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """What goes out."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Problem(Exception):
    """A refusal on its way to the caller."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def as_reply(self) -> Reply:
        """The vendor's error shape."""
        return reply_json({"code": self.code, "message": self.message}, self.status)


def reply_json(value: object, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode())


def wrong_field(name: str) -> Problem:
    """The refusal for a field that breaks the vendor's rules."""
    return Problem(400, "PARAM_ERROR", f"field {name} is wrong")


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a request body."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise wrong_field("body")
    return value


def take_text(fields: Mapping[str, Any], name: str, *, longest: int, pattern: str = r".+") -> str:
    """A required text of at most `longest` characters, wholly matching `pattern`."""
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > longest or not re.fullmatch(pattern, value, re.DOTALL):
        raise wrong_field(name)
    return value


def take_fen(fields: Mapping[str, Any], name: str) -> int:
    """A required sum in fen, at least 1."""
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise wrong_field(name)
    return value


def take_object(fields: Mapping[str, Any], name: str, allowed: set[str]) -> dict[str, Any]:
    """A required object with no other keys than `allowed`."""
    value = fields.get(name)
    if not isinstance(value, dict):
        raise wrong_field(name)
    refuse_unknown(value, allowed)
    return value


def refuse_unknown(fields: Mapping[str, Any], allowed: set[str]) -> None:
    """Refuse undocumented fields: in earnest a misspelt one would be silently ignored."""
    for name in fields:
        if name not in allowed:
            raise wrong_field(name)


def take_notify_url(fields: Mapping[str, Any]) -> str:
    """An https address without query; plain http only to this machine, because this is a demo."""
    url = take_text(fields, "notify_url", longest=255)
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not (parts.scheme == "https" or is_local) or not parts.hostname or "?" in url or "#" in url:
        raise wrong_field("notify_url")
    return url

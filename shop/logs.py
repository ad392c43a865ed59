"""Log lines as JSON for machines to read, without personal data, whatever is logged.

An exception is written as its type and where it came from, never its message: the database quotes whole rows
in it, and libraries quote what they were given.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
_DEEPEST = 12
_HIDDEN = (
    (re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)"), "(phone)"),
    (re.compile(r"(?i)\bbearer\s+\S+"), "(token)"),
    (re.compile(r"[A-Za-z0-9_+/=-]{40,}"), "(token)"),
)


def scrub(text: str) -> str:
    """Take out what looks like a phone number or a token."""
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line; `extra={"facts": {…}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["error_at"] = _places(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def _places(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)][-_DEEPEST:]

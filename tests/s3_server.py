"""A strict S3 server: moto behind a door that checks each signature with code of its own, as moto believes anybody.

python s3_server.py PORT KEY SECRET REGION BUCKET. From `POST /fault?full=1` to `full=0` it answers 507 to what writes.
"""

import datetime as dt
import hashlib
import hmac
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, quote

from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import run_simple

PORT, KEY, SECRET, REGION, BUCKET = sys.argv[1:]
ACCOUNT = "123456789012"
Start = Callable[..., Any]


class Denied(Exception):
    """The code that S3 answers with."""


class Door:
    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self._inner = inner
        self._is_full = False

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/fault":
            self._is_full = environ["QUERY_STRING"] == "full=1"
            return _answer(start, "200 OK", "")
        try:
            check_signature(environ)
        except Denied as denied:
            return _answer(start, "403 Forbidden", str(denied))
        if self._is_full and environ["REQUEST_METHOD"] in ("PUT", "POST"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return _answer(start, "507 Insufficient Storage", "XMinioStorageFull")
        return self._inner(environ, start)


def _answer(start: Start, status: str, code: str) -> list[bytes]:
    start(status, [("Content-Type", "application/xml")])
    return [f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()]


def check_signature(environ: dict[str, Any]) -> None:
    """AWS Signature Version 4, in the header or in the query. Raises Denied."""
    path, _mark, query = environ["RAW_URI"].partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    asked = dict(pairs)
    if "X-Amz-Signature" in asked:
        _check_age(asked)
        claim = {"Credential": asked["X-Amz-Credential"], "SignedHeaders": asked["X-Amz-SignedHeaders"]}
        claim["Signature"], moment, body = asked["X-Amz-Signature"], asked["X-Amz-Date"], "UNSIGNED-PAYLOAD"
        pairs = [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
    else:
        _scheme, _space, fields = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        claim = dict(field.strip().split("=", 1) for field in fields.split(",") if "=" in field)
        moment, body = environ.get("HTTP_X_AMZ_DATE", ""), environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
    if claim.get("Credential", "").split("/")[0] != KEY:
        raise Denied("InvalidAccessKeyId")
    _scope_key, day, region, *_rest = claim["Credential"].split("/")
    names = claim["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{' '.join(_header(environ, name).split())}\n" for name in names)
    encoded = "&".join(sorted(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs))
    canonical = [environ["REQUEST_METHOD"], path, encoded, headers, ";".join(names), body]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{day}/{region}/s3/aws4_request\n{digest}"
    if not hmac.compare_digest(_sign(text, day, region), claim["Signature"]):
        raise Denied("SignatureDoesNotMatch")


def _check_age(asked: dict[str, str]) -> None:
    made = dt.datetime.strptime(asked["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    if dt.datetime.now(dt.UTC) > made + dt.timedelta(seconds=int(asked["X-Amz-Expires"])):
        raise Denied("AccessDenied")


def _header(environ: dict[str, Any], name: str) -> str:
    plain = name.upper().replace("-", "_")
    return str(environ.get(plain if plain in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{plain}", ""))


def _sign(text: str, day: str, region: str) -> str:
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def main() -> None:
    s3_backends[ACCOUNT]["aws"].create_bucket(BUCKET, REGION)
    run_simple("127.0.0.1", int(PORT), Door(create_backend_app("s3")), threaded=True)


if __name__ == "__main__":
    main()

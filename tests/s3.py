"""A bucket on a private S3 server, which a test may stop, freeze and fill."""

import http.client
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from harness.servers import PrivateServer

KEY, SECRET, REGION, BUCKET = "shop-key", "shop-secret", "eu-central-1", "shop-files"
SERVER = Path(__file__).with_name("s3_server.py")


class PrivateS3(PrivateServer):
    """It keeps objects in memory: gone when it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        # The virtual environment may lie where an unprivileged user cannot look.
        self._user = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        keys = {"S3_KEY": KEY, "S3_SECRET": SECRET, "S3_REGION": REGION}
        return {"S3_BUCKET": BUCKET, "S3_ENDPOINT": self.url, "S3_ADDRESSING": "path", **keys}

    def command(self) -> Sequence[str]:
        return [sys.executable, str(SERVER), str(self.port), KEY, SECRET, REGION, BUCKET]

    def is_ready(self) -> bool:
        try:
            return self._ask("GET", "/") == http.HTTPStatus.FORBIDDEN
        except OSError:
            return False

    @contextmanager
    def full(self) -> Iterator[None]:
        self._ask("POST", "/fault?full=1")
        try:
            yield
        finally:
            self._ask("POST", "/fault?full=0")

    def list_keys(self) -> list[str]:
        found = self._client.list_objects_v2(Bucket=BUCKET)
        return [item["Key"] for item in found.get("Contents", ())]

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(s3={"addressing_style": "path"}),
        )

    def _ask(self, method: str, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        finally:
            connection.close()


def make_stores(server: PrivateS3, **changed: str) -> dict[str, dict[str, Any]]:
    """STORAGES as the settings make them of `server.environment`; `changed` are options."""
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": server.url,
        "link_endpoint": server.url,
        "access_key": KEY,
        "secret_key": SECRET,
        "region_name": REGION,
        "addressing_style": "path",
    } | changed
    return {
        alias: {"BACKEND": "shop.storage.s3.Bucket", "OPTIONS": {**options, "location": folder}}
        for alias, folder in (("default", "media"), ("private", "private"))
    }

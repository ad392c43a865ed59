"""Stored files in a bucket of any S3-compatible store. Loaded only where one is configured: boto3 is large."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import IO, Any

import botocore.exceptions as aws
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from storages.backends.s3 import S3Storage

from shop.clients.circuit import circuit_of
from shop.clients.errors import ClientError, Rejected, Unknown, Unreachable
from shop.storage import CHUNK
from shop.storage.pace import set_pace

CONNECT_S, WAIT_S = 2.0, 5.0
"""Seconds for a connection, and for each wait for bytes."""
PART = 8 << 20
"""Bytes of a large file that are in memory at a time."""
# In the caller's own thread: pools of threads for each upload would have no bound.
_TRANSFER = TransferConfig(use_threads=False, multipart_threshold=PART, multipart_chunksize=PART)
_HEADERS = {
    "Content-Type": "ResponseContentType",
    "Content-Disposition": "ResponseContentDisposition",
    "Cache-Control": "ResponseCacheControl",
}
_NEVER_CONNECTED = (
    aws.ConnectTimeoutError,
    aws.EndpointConnectionError,
    aws.ProxyConnectionError,
    aws.SSLError,
)
_making = Lock()


class _OneWay:
    """A file that is read from front to end, a part at a time; some that cannot seek say they can."""

    def __init__(self, source: IO[bytes]) -> None:
        self.read = source.read


class Bucket(S3Storage):  # type: ignore[misc]  # The library has no types.
    """One folder (`location`) of a bucket. Browsers may know the store by another address, `link_endpoint`."""

    def __init__(self, *, link_endpoint: str, **options: Any) -> None:
        self._link_endpoint = link_endpoint
        super().__init__(client_config=_make_config(options["addressing_style"]), **options)

    @cached_property
    def client(self) -> Any:
        """One for all threads: it may be shared, unlike what the library keeps for each thread."""
        return self._make_client(self.endpoint_url)

    @cached_property
    def _signer(self) -> Any:
        return self._make_client(self._link_endpoint)

    def _make_client(self, endpoint: str) -> Any:
        with _making:
            session = self._create_session()
            client = session.client(
                "s3", region_name=self.region_name, endpoint_url=endpoint, config=self.client_config
            )
        set_pace(client)
        return client

    def write(self, name: str, source: IO[bytes]) -> None:
        with self._asking():
            self.client.upload_fileobj(_OneWay(source), self.bucket_name, self._key(name), Config=_TRANSFER)

    def read(self, name: str) -> Iterator[bytes]:
        with self._asking():
            try:
                body = self.client.get_object(Bucket=self.bucket_name, Key=self._key(name))["Body"]
            except self.client.exceptions.NoSuchKey:
                raise FileNotFoundError(name) from None
        return self._read(body)

    def _read(self, body: Any) -> Iterator[bytes]:
        with _sorted_failures(), body:
            yield from body.iter_chunks(CHUNK)

    def delete(self, name: str) -> None:
        with self._asking():
            self.client.delete_object(Bucket=self.bucket_name, Key=self._key(name))

    def list_names(self) -> Iterator[str]:
        folder = f"{self.location}/"
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=folder)
        with _sorted_failures():
            for page in pages:
                yield from (item["Key"].removeprefix(folder) for item in page.get("Contents", ()))

    def link(self, name: str, *, holds_s: int, headers: dict[str, str]) -> str:
        extra = {_HEADERS[header]: value for header, value in headers.items()}
        asked = {"Bucket": self.bucket_name, "Key": self._key(name), **extra}
        return str(self._signer.generate_presigned_url("get_object", Params=asked, ExpiresIn=holds_s))

    def _key(self, name: str) -> str:
        return str(self._normalize_name(name))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Raises ClientError: Unreachable, Unknown, Rejected."""
        circuit = circuit_of("s3", self.endpoint_url, self.bucket_name, self.access_key)
        with circuit.call(), _sorted_failures():
            yield


def _make_config(addressing_style: str) -> Config:
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": addressing_style},
        connect_timeout=CONNECT_S,
        read_timeout=WAIT_S,
        # People press again, timers come again; with tries of its own a hung store would hold a thread for as many.
        retries={"total_max_attempts": 1, "mode": "standard"},
        # Amazon's newest checksums are unknown to most other stores.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


@contextmanager
def _sorted_failures() -> Iterator[None]:
    """What the library raises as one of our ClientErrors, without its text, which may hold keys."""
    failure: ClientError
    try:
        yield
        return
    except aws.ClientError as error:
        failure = _sort_answer(error)
    except _NEVER_CONNECTED:
        failure = Unreachable("No connection could be made.")
    except (aws.BotoCoreError, aws.HTTPClientError) as error:
        failure = Unknown(f"The exchange broke off ({type(error).__name__}).")
    raise failure


def _sort_answer(error: aws.ClientError) -> ClientError:
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(error.response.get("Error", {}).get("Code", ""))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(f"The store answers {status} {code}.")
    return Rejected(code, "", status)

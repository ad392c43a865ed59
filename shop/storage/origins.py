"""Where links to a bucket lead, for the content security policy."""

from urllib.parse import urlsplit


def list_origins(endpoint: str, bucket: str) -> list[str]:
    """The endpoint's own origin, and that of the bucket as a host name before it."""
    parts = urlsplit(endpoint)
    return [f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{bucket}.{parts.netloc}"]

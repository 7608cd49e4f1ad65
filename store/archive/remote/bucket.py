"""A bucket of an S3 service. Endpoint, region and credentials come from the environment, as for every AWS tool.

What the library says of an error is never passed on: it may name what nobody should read in a log. One request stores an
object, so that it is there whole or not at all, and a broken upload leaves nothing behind.
"""

import base64
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import IO, Any, Self

from articles.errors import ArchiveError, ArchiveUnavailableError, ConfigError

_CONNECT, _ANSWER = 5, 30  # seconds
_MAKING = threading.Lock()
CONNECTIONS = 16
_CHUNK = 1 << 20
_MISSING = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchVersion"})
_TAKEN = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict"})


class MissingObjectError(ArchiveError):
    """The bucket answers, and has no such object."""


class KeptError(ArchiveError):
    """The service keeps versions of an object that were to be removed: a lock, or a right that is missing."""


class TakenError(ArchiveError):
    """There is an object of that key already."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a bucket says of an object. `sha256` (hexadecimal) is the sum that the service itself took, "" where it took none."""

    size: int
    etag: str
    sha256: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket. Every method raises ArchiveUnavailableError where the service does not do what it is asked for."""

    name: str
    client: Any = field(repr=False)

    @classmethod
    def named(cls, name: str) -> Self:
        """Connections are kept for each process. Raises ConfigError where the library is not installed."""
        with _MAKING:
            return cls(name, _client(os.getpid()))

    def put(
        self, key: str, body: IO[bytes], sha256: str, said: Mapping[str, str], within: float = inf
    ) -> None:
        """Store an object, which the service takes only if its bytes have this SHA-256 (hexadecimal).

        After so many seconds the upload is given up: a service that is slow is away, too.
        """
        with self._asking(key):
            self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=_Hurried(body, time.monotonic() + within),
                ContentType="application/warc",
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                Metadata=dict(said),
            )

    def put_new(self, key: str, body: bytes) -> None:
        """Store an object unless there is one. Raises TakenError. A service that knows no conditions is not asked for one."""
        known = {"Bucket": self.name, "Key": key, "Body": body}
        try:
            with self._asking(key):
                self.client.put_object(**known, IfNoneMatch="*")
        except _NotKnownError:
            with self._asking(key):
                self.client.put_object(**known)

    def head(self, key: str) -> Stored:
        """What the bucket has under this key. Raises MissingObjectError."""
        with self._asking(key):
            found = self.client.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        stated = found.get("ChecksumSHA256", "")
        whole = stated if found.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT" else ""
        return Stored(
            size=found["ContentLength"],
            etag=found.get("ETag", "").strip('"'),
            sha256=base64.b64decode(whole).hex(),
            said=found.get("Metadata", {}),
        )

    def bytes_of(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """So many bytes of an object (None: all), fewer where it ends. Raises MissingObjectError."""
        ranged = {} if length is None else {"Range": f"bytes={offset}-{offset + length - 1}"}
        try:
            with self._asking(key):
                found: bytes = self.client.get_object(Bucket=self.name, Key=key, **ranged)["Body"].read()
        except _BeyondError:
            return b""
        return found

    def fetch(self, key: str, into: IO[bytes]) -> None:
        """Write a whole object into a file. Raises MissingObjectError."""
        with self._asking(key):
            body = self.client.get_object(Bucket=self.name, Key=key)["Body"]
            for chunk in body.iter_chunks(_CHUNK):
                into.write(chunk)

    def listed(self, prefix: str) -> Iterator[tuple[str, Stored]]:
        """The objects whose keys begin so, by key."""
        with self._asking(prefix.rpartition("/")[0]):
            for page in self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix
            ):
                for each in page.get("Contents", ()):
                    yield each["Key"], Stored(each["Size"], each.get("ETag", "").strip('"'))

    def remove(self, key: str) -> str:
        """Remove an object with all its versions; what may be left of it, in a sentence, "" for nothing. Raises KeptError."""
        where = f"s3://{self.name}/{key}"
        try:
            with self._asking(key):
                versions = self._versions(key)
        except (_NotKnownError, _RefusedError, MissingObjectError):
            versions = None
        for version in versions or ():
            try:
                with self._asking(key):
                    self.client.delete_object(Bucket=self.name, Key=key, VersionId=version)
            except _RefusedError:
                raise KeptError(
                    f"{where} has versions that the service keeps (a lock, or a right that is missing)"
                ) from None
        if not versions:
            with self._asking(key):
                self.client.delete_object(Bucket=self.name, Key=key)
        if versions is None and self._keeps_versions():
            return f"{where} was removed, but earlier versions of it may be kept: they may not be listed"
        return ""

    def _versions(self, key: str) -> list[str]:
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=key)
        kinds = ("Versions", "DeleteMarkers")
        known = (each for page in pages for kind in kinds for each in page.get(kind, ()))
        return [each["VersionId"] for each in known if each["Key"] == key]

    def _keeps_versions(self) -> bool:
        """Whether the bucket is, or was, one that keeps versions; one that does not know of them does not."""
        try:
            with self._asking(""):
                return bool(self.client.get_bucket_versioning(Bucket=self.name).get("Status"))
        except _RefusedError:
            return True
        except (_NotKnownError, MissingObjectError):
            return False

    @contextmanager
    def _asking(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        where = f"s3://{self.name}/{key}"
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        except BotoCoreError as error:
            raise ArchiveUnavailableError(
                f"{where} cannot be reached ({type(error).__name__}): check the connection and the AWS_ variables"
            ) from None
        else:
            return
        raise _refusal(where, code, status) from None


class _Hurried:
    """A file that cannot be read any more after a deadline, which breaks off its upload."""

    def __init__(self, file: IO[bytes], deadline: float) -> None:
        self._file = file
        self._deadline = deadline
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._deadline:
            raise ArchiveUnavailableError("the upload took too long: it is tried again next time")
        return self._file.read(size)


class _NotKnownError(ArchiveUnavailableError):
    """The service does not know the request."""


class _RefusedError(ArchiveUnavailableError):
    """The service knows the request, and denies it."""


class _BeyondError(ArchiveUnavailableError):
    """The object ends before the bytes that were asked for."""


def _refusal(where: str, code: str, status: int) -> ArchiveError:
    if code in _MISSING:
        return MissingObjectError(f"{where} is not there")
    if code in _TAKEN:
        return TakenError(f"{where} is there already")
    shown = code if code.isascii() and code.isalnum() else "an error"
    kind = next((kind for kind, codes in _KINDS.items() if code in codes), ArchiveUnavailableError)
    return kind(
        f"{where}: the service answers {shown} (HTTP {status}): check the bucket, its rights and the AWS_ variables"
    )


_KINDS: Mapping[type[ArchiveError], frozenset[str]] = {
    _RefusedError: frozenset({"AccessDenied", "403", "Forbidden"}),
    _NotKnownError: frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"}),
    _BeyondError: frozenset({"InvalidRange", "416"}),
}


@lru_cache(maxsize=1)
def _client(process: int) -> Any:  # noqa: ARG001  a forked process has connections of its own
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise ConfigError(
            "[store] archive needs the library boto3: install Broadsheet with its extra, `broadsheet[s3]`."
        ) from None
    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)  # below, they write session tokens
    settings = Config(
        connect_timeout=_CONNECT,
        read_timeout=_ANSWER,
        retries={"mode": "standard"},  # three attempts, unless AWS_MAX_ATTEMPTS says otherwise
        max_pool_connections=CONNECTIONS,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        return boto3.session.Session().client("s3", config=settings)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(
            f"the AWS_ variables do not say how to reach the bucket of [store] archive ({type(error).__name__}): "
            "check AWS_REGION, AWS_ENDPOINT_URL and AWS_PROFILE."
        ) from None

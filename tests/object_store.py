"""A real S3 server for the tests that claim one, and a way to it that can be cut.

BROADSHEET_TEST_S3_URL (http://KEY:SECRET@127.0.0.1:PORT), else versitygw, if it is on the PATH or in the folder that `go install`
installs into (`go install github.com/versity/versitygw/cmd/versitygw@v1.8.0`). Without either the tests are skipped and say why;
with CI=true that is a failure.
"""

import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.patience import PATIENCE

SECRET = "s3cr3t-" + "0123456789abcdef" * 2


@dataclass(frozen=True)
class ObjectStore:
    """A running server: its port, and the folder in which it keeps its buckets (None where that is elsewhere)."""

    port: int
    key: str
    secret: str
    folder: Path | None = None

    def environment(self, port: int | None = None) -> dict[str, str]:
        """What leads every AWS tool to it; by another port, if one is given."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }

    @cache  # noqa: B019  one for each server
    def client(self) -> Any:
        """A client of the library's, which is made once: that takes a second."""
        import boto3

        return boto3.session.Session().client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            region_name="us-east-1",
        )

    def new_bucket(self, *, versioned: bool = False) -> str:
        """The name of an empty bucket."""
        name = f"test-{secrets.token_hex(6)}"
        client = self.client()
        client.create_bucket(Bucket=name)
        if versioned:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def objects(self, bucket: str) -> dict[str, bytes]:
        """Everything in a bucket, every version of it, by key and version."""
        client = self.client()
        found = {}
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for each in page.get("Versions", ()):
                which = {"Key": each["Key"], "VersionId": each["VersionId"]}
                found[f"{each['Key']} {each['VersionId']}"] = client.get_object(Bucket=bucket, **which)[
                    "Body"
                ].read()
        return found

    def keys(self, bucket: str) -> list[str]:
        """The keys of what is in a bucket now."""
        found = self.client().list_objects_v2(Bucket=bucket).get("Contents", ())
        return sorted(each["Key"] for each in found)


@contextmanager
def server(folder: Path) -> Iterator[ObjectStore]:
    """The server that is named, or one that is started in this folder and stopped."""
    if url := os.environ.get("BROADSHEET_TEST_S3_URL"):
        named = urlsplit(url)
        yield ObjectStore(named.port or 80, named.username or "", named.password or "")
        return
    program = shutil.which("versitygw") or shutil.which("versitygw", path=_go_bin())
    if program is None:
        why = "no S3 server to test with: neither BROADSHEET_TEST_S3_URL nor the program versitygw (tests/object_store.py)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    for name in ("buckets", "versions"):
        (folder / name).mkdir()
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    known = ObjectStore(port, "key-" + secrets.token_hex(6), SECRET, folder / "buckets")
    process = subprocess.Popen(
        [
            program,
            "--port",
            f"127.0.0.1:{port}",
            "--quiet",
            "posix",
            "--versioning-dir",
            folder / "versions",
            folder / "buckets",
        ],
        env={"ROOT_ACCESS_KEY": known.key, "ROOT_SECRET_KEY": known.secret, "PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None, "the S3 server ended"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield known
    finally:
        process.terminate()
        process.wait()


class Way:
    """A way to a server, on a port of its own, that can be closed: at once, or after so many bytes of a request."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.closed = False
        self.most: int | None = None
        self._pairs: list[socket.socket] = []
        self._changing = threading.RLock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close_now(self) -> None:
        """Cut every connection, and take no other."""
        with self._changing:
            self.closed = True
            for each in self._pairs:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def open_again(self) -> None:
        """Let connections through again; what closes them has done so."""
        with self._changing:
            self.closed, self.most = False, None

    def end(self) -> None:
        self.close_now()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                mine, _ = self._listening.accept()
                theirs = socket.create_connection(("127.0.0.1", self._to))
                with self._changing:
                    if self.closed:
                        mine.close()
                        theirs.close()
                        continue
                    self._pairs += [mine, theirs]
                for one, other in ((mine, theirs), (theirs, mine)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _is_too_much(self, size: int) -> bool:
        """Count these bytes, and close the way where they are more than may pass."""
        with self._changing:
            if self.most is None:
                return False
            self.most -= size
            if self.most >= 0:
                return False
            self.close_now()
            return True

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if self._is_too_much(len(data)):
                    return
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


def _go_bin() -> str:
    return os.environ.get("GOBIN") or str(Path(os.environ.get("GOPATH", Path.home() / "go")) / "bin")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

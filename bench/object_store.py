"""Compare libraries for an S3 service: one upload of a file, and reads of records in random order.

    python bench/object_store.py LIBRARY http://KEY:SECRET@127.0.0.1:PORT BUCKET [--megabytes 200] [--reads 2000] [--record 45000] [--threads 1]

LIBRARY is boto3, obstore or s3fs. The bucket must exist; what is stored there is removed again. Prints wall and CPU seconds
of this process; the reads are verified.
"""

import argparse
import hashlib
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

Upload = Callable[[Path], object]
Read = Callable[[int, int], bytes]
KEY = "bench/segment.warc.gz"


@contextmanager
def timed(what: str, per: int = 1) -> Iterator[None]:
    """Print the wall and CPU seconds of the block, and of each of so many parts of it."""
    began, cpu = time.monotonic(), _cpu()
    yield
    wall, cpu = time.monotonic() - began, _cpu() - cpu
    each = f", {1000 * wall / per:.2f} ms and {1000 * cpu / per:.2f} ms of CPU each" if per > 1 else ""
    print(f"{what}: {wall:.2f} s, {cpu:.2f} s of CPU{each}")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def boto3_of(url: SplitResult, bucket: str) -> tuple[Upload, Read, Callable[[], object]]:
    """As store.archive.remote does it: one request, with a sum that the service checks."""
    from store.archive.remote.bucket import Bucket

    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://{url.hostname}:{url.port}",
        "AWS_ACCESS_KEY_ID": url.username or "",
        "AWS_SECRET_ACCESS_KEY": url.password or "",
        "AWS_REGION": "us-east-1",
    }
    there = Bucket.named(bucket)

    def upload(path: Path) -> None:
        with path.open("rb") as file:
            sum_of = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            there.put(KEY, file, sum_of, {})

    return upload, lambda offset, length: there.bytes_of(KEY, offset, length), lambda: there.remove(KEY)


def obstore_of(url: SplitResult, bucket: str) -> tuple[Upload, Read, Callable[[], object]]:
    import obstore
    from obstore.store import S3Store

    store = S3Store(
        bucket,
        endpoint=f"http://{url.hostname}:{url.port}",
        access_key_id=url.username,
        secret_access_key=url.password,
        region="us-east-1",
        checksum_algorithm="SHA256",
        client_options={"allow_http": True},
    )
    return (
        lambda path: obstore.put(store, KEY, path, use_multipart=False),
        lambda offset, length: bytes(obstore.get_range(store, KEY, start=offset, length=length)),
        lambda: obstore.delete(store, KEY),
    )


def s3fs_of(url: SplitResult, bucket: str) -> tuple[Upload, Read, Callable[[], object]]:
    import s3fs

    system = s3fs.S3FileSystem(
        key=url.username,
        secret=url.password,
        endpoint_url=f"http://{url.hostname}:{url.port}",
        client_kwargs={"region_name": "us-east-1"},
    )
    where = f"{bucket}/{KEY}"
    return (
        lambda path: system.put_file(str(path), where),
        lambda offset, length: system.cat_file(where, start=offset, end=offset + length),
        lambda: system.rm_file(where),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("library", choices=("boto3", "obstore", "s3fs"))
    parser.add_argument("url", type=urlsplit)
    parser.add_argument("bucket")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--reads", type=int, default=2000)
    parser.add_argument("--record", type=int, default=45_000, help="bytes of a record")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(5)
    with timed("import and connection"):
        made = {"boto3": boto3_of, "obstore": obstore_of, "s3fs": s3fs_of}[options.library]
        upload, read, remove = made(options.url, options.bucket)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "segment")
        with path.open("wb") as file:
            for _ in range(options.megabytes):
                file.write(rng.randbytes(1_000_000))
        data = path.read_bytes()
        with timed(f"upload of {options.megabytes} MB"):
            upload(path)
    places = [rng.randrange(len(data) - options.record) for _ in range(options.reads)]

    def check(place: int) -> None:
        assert read(place, options.record) == data[place : place + options.record]

    check(0)
    with (
        timed(f"{options.reads} reads of {options.record} bytes by {options.threads}", options.reads),
        ThreadPoolExecutor(options.threads) as threads,
    ):
        list(threads.map(check, places))
    print(
        f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB, of which the file takes {options.megabytes}"
    )
    remove()


if __name__ == "__main__":
    main()

"""Where an archive's objects are: `s3://bucket/prefix`. Pure."""

import re
from dataclasses import dataclass
from typing import Self

_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[\w!.*'()+=,-]+)*)/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class BucketUrl:
    """A bucket, and what the keys of its objects begin with ("": nothing, else without a slash at either end)."""

    bucket: str
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for anything else; its message does not repeat the text, which may hold a secret."""
        found = _URL.fullmatch(text)
        if found is None:
            raise ValueError(
                "must be s3://BUCKET or s3://BUCKET/PREFIX; endpoint and credentials stand in AWS_ variables alone"
            )
        return cls(found[1], found[2].strip("/"))

    def key(self, name: str) -> str:
        """The key of the object of this name."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def object(self, name: str) -> str:
        """The URL of the object of this name."""
        return f"s3://{self.bucket}/{self.key(name)}"

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parts(url: str) -> tuple[str, str]:
    """The bucket and the key of an object's URL."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


def in_folder(url: str) -> BucketUrl:
    """Where an object lies: its URL without its name."""
    return BucketUrl.parse(url.rpartition("/")[0])

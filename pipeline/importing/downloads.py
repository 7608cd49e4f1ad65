"""WARC files that are named by URLs, downloaded into the data folder."""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.fetching.files import download
from pipeline.configuration.config import Config
from pipeline.crawl import settings
from store.lock import RunLock


def downloaded(config: Config, url: str, progress: Callable[[int, int], None] = lambda _, __: None) -> Path:
    """The file at `url`, downloaded now if it was not before. `progress` is called with bytes so far and in all.

    Raises WarcError, LockedError while another download is under way, StorageError.
    """
    name = urlsplit(url).path.rpartition("/")[2] or "file.warc.gz"
    path = config.imports / f"{blake2b(url.encode(), digest_size=4).hexdigest()}-{name[-150:]}"
    with RunLock(config.imports):
        if not path.exists():
            download(url, path, settings(config), progress)
    return path

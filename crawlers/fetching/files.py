"""A file of any size from a URL, streamed to disk: by the rules of the address guard, and resumed where it broke off."""

import http.client
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from articles.errors import UrlError, WarcError
from articles.urls import host, masked, refuse_unfetchable
from crawlers.fetching.addresses import Guard
from crawlers.fetching.answers import FetchError, resolved
from crawlers.plan import CrawlSettings

_CHUNK = 1 << 20
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


def download(
    url: str, path: Path, settings: CrawlSettings, progress: Callable[[int, int], None] = lambda _, __: None
) -> None:
    """Save the file at `url` as `path`, through `path`.part, which the next call goes on with.

    `progress` is called with the bytes so far and in all (0: not known). Raises WarcError.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, part, settings, progress)
        part.replace(path)
        _validator(part).unlink(missing_ok=True)
    except (OSError, UrlError, FetchError, http.client.HTTPException) as error:
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise WarcError(
            f"{masked(url)} could not be downloaded: {masked(why)}; run again to go on"
        ) from error


def _fetch(url: str, part: Path, settings: CrawlSettings, progress: Callable[[int, int], None]) -> None:
    guard = Guard(settings.allow_addresses)
    validator = _validator(part)
    known = validator.read_text("latin-1") if validator.exists() and part.exists() else ""
    have = part.stat().st_size if known else 0
    headers = {"User-Agent": settings.user_agent, "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": known}
    for _ in range(settings.max_redirects + 1):
        with closing(_connection(url, guard, settings.timeout)) as connection:
            parts = urlsplit(url)
            connection.request(
                "GET", urlunsplit(("", "", parts.path or "/", parts.query, "")), headers=headers
            )
            answer = connection.getresponse()
            location = answer.headers.get("Location", "")
            if answer.status not in _REDIRECTS or not location:
                _save(answer, part, have, progress)
                return
        url = resolved(location, url)
    raise http.client.HTTPException(f"more than {settings.max_redirects} redirects")


def _connection(url: str, guard: Guard, timeout: float) -> http.client.HTTPConnection:
    """A connection to an address that the guard admits. Raises UrlError."""
    refuse_unfetchable(url)
    parts, name = urlsplit(url), host(url)
    if not guard.admits_host(name):
        raise UrlError(f"{name} is not a public address")
    kind = _GuardedTls if parts.scheme == "https" else _Guarded
    connection = kind(name.strip("[]"), parts.port, timeout=timeout)
    connection.guard = guard
    return connection


class _Guarded(http.client.HTTPConnection):
    guard: Guard

    def connect(self) -> None:
        self.sock = _dialled(self.guard, self.host, self.port, self.timeout)


class _GuardedTls(_Guarded, http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = _dialled(self.guard, self.host, self.port, self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def _dialled(guard: Guard, name: str, port: int, timeout: float | None) -> socket.socket:
    """Raises OSError."""
    found = guard.lookup(name, port, type=socket.SOCK_STREAM)
    failure: OSError = OSError(f"{name} is not a public address")
    for family, kind, protocol, _, address in found:
        dialling = socket.socket(family, kind, protocol)
        dialling.settimeout(timeout)
        try:
            dialling.connect(address)
        except OSError as error:
            dialling.close()
            failure = error
        else:
            return dialling
    raise failure


def _save(
    answer: http.client.HTTPResponse, part: Path, have: int, progress: Callable[[int, int], None]
) -> None:
    """Append what follows the first `have` bytes, or write the file from its beginning, as the server says."""
    if answer.status == 416 and answer.headers.get("Content-Range") == f"bytes */{have}":
        return  # it is whole already
    resumed = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    if answer.status == 416:
        part.unlink()  # it is another file by now
    if answer.status != 200 and not resumed:
        raise http.client.HTTPException(f"HTTP status {answer.status}")
    done = have if resumed else 0
    total = done + answer.length if answer.length is not None else 0
    with part.open("ab" if resumed else "wb") as file:
        _validator(part).write_text(_stated_validator(answer), "latin-1")
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            progress(done, total)
        file.flush()
        os.fsync(file.fileno())
    if done < total:
        raise http.client.HTTPException(f"the connection broke off after {done} of {total} bytes")


def _stated_validator(answer: http.client.HTTPResponse) -> str:
    """What tells whether the file on the server is still the same; "" where the server does not say."""
    etag = answer.headers.get("ETag", "")
    return answer.headers.get("Last-Modified", "") if not etag or etag.startswith("W/") else etag


def _validator(part: Path) -> Path:
    """The file that keeps it."""
    return part.with_name(f"{part.name}.validator")

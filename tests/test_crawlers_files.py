"""Files of any size from a URL: streamed, resumed, and never from a private address."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from articles.errors import WarcError
from crawlers.fetching.files import download
from crawlers.plan import CrawlSettings
from tests.loopback import Hit, Reply, Site, plan, redirect
from tests.loopback import serve as serve_at

DATA = bytes(range(256)) * 5000


def settings(*allowed: str) -> CrawlSettings:
    return plan(Path(), allow_addresses=allowed).settings


def serve(routes: dict[str, Reply | Callable[[Hit], Reply]]) -> AbstractContextManager[Site]:
    return serve_at("127.0.0.1", routes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "imports" / "news.warc.gz"


def ranged(hit: Hit) -> Reply:
    """The file, or the part of it that is asked for."""
    asked = hit.headers.get("Range", "")
    if not asked or hit.headers.get("If-Range") != '"one"':
        return Reply(DATA, headers=(("ETag", '"one"'),))
    start = int(asked.removeprefix("bytes=").rstrip("-"))
    if start == len(DATA):
        return Reply(b"", 416, (("Content-Range", f"bytes */{len(DATA)}"),))
    stated = ("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
    return Reply(DATA[start:], 206, (("ETag", '"one"'), stated))


def breaking(connection: socket.socket) -> None:
    head = f'HTTP/1.1 200 OK\r\nETag: "one"\r\nContent-Length: {len(DATA)}\r\n\r\n'
    connection.sendall(head.encode() + DATA[:400_000])


def test_a_file_is_saved_and_progress_told(path: Path) -> None:
    told: list[tuple[int, int]] = []
    with serve({"/f": ranged, "/": redirect("/f")}) as site:
        download(f"{site.url}/", path, settings("127.0.0.0/8"), lambda *now: told.append(now))
    assert path.read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_download_that_broke_off_goes_on(path: Path) -> None:
    with serve({"/f": Reply(write=breaking)}) as site:
        with pytest.raises(WarcError, match="run again to go on"):
            download(f"{site.url}/f", path, settings("127.0.0.0/8"))
        part = path.with_name("news.warc.gz.part")
        assert part.stat().st_size == 400_000
        site.routes["/f"] = ranged
        download(f"{site.url}/f", path, settings("127.0.0.0/8"))
        assert site.hits[-1].headers["Range"] == "bytes=400000-"
        assert path.read_bytes() == DATA
        path.rename(part)
        part.with_name(f"{part.name}.validator").write_text('"one"')
        download(f"{site.url}/f", path, settings("127.0.0.0/8"))
    assert path.read_bytes() == DATA


def test_a_file_that_has_changed_is_downloaded_from_its_beginning(path: Path) -> None:
    with serve({"/f": Reply(write=breaking)}) as site:
        with pytest.raises(WarcError):
            download(f"{site.url}/f", path, settings("127.0.0.0/8"))
        site.routes["/f"] = Reply(b"another", headers=(("ETag", '"two"'),))
        download(f"{site.url}/f", path, settings("127.0.0.0/8"))
    assert path.read_bytes() == b"another"


def test_private_addresses_are_out_of_reach(path: Path) -> None:
    with serve({"/f": ranged}) as site:
        by_name = site.url.replace(site.url.split("//")[1].split(":")[0], "localhost")
        for url in (site.url, by_name):
            with pytest.raises(WarcError, match="no.*public address"):
                download(f"{url}/f", path, settings())
        assert site.hits == []
        site.routes["/f"] = redirect("http://10.0.0.1/f")
        with pytest.raises(WarcError, match=r"10\.0\.0\.1 is not a public address"):
            download(f"{site.url}/f", path, settings("127.0.0.0/8"))


@pytest.mark.parametrize("status", [404, 503])
def test_another_status_is_named(status: int, path: Path) -> None:
    with serve({"/f": Reply(b"no", status)}) as site, pytest.raises(WarcError, match=f"status {status}"):
        download(f"{site.url}/f", path, settings("127.0.0.0/8"))
    assert not path.exists()


def test_redirects_in_a_circle_end(path: Path) -> None:
    with serve({"/f": redirect("/f")}) as site, pytest.raises(WarcError, match="redirects"):
        download(f"{site.url}/f", path, settings("127.0.0.0/8"))
    with (
        serve({"/f": redirect("ftp://a.example/f")}) as site,
        pytest.raises(WarcError, match="away from http"),
    ):
        download(f"{site.url}/f", path, settings("127.0.0.0/8"))

"""Passwords in URLs: whatever the place they come from, no command shows them, and nothing but broadsheet.toml keeps them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from gzip import decompress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from broadsheet import Collection
from broadsheet.cli import main
from pipeline.configuration.config import load
from pipeline.configuration.config_file import template
from pipeline.status import feeds
from tests.loopback import Reply, Site, redirect, rss, serve
from tests.patience import PATIENCE, until

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

WORD = "s3cr3t"
BAD = (
    f"http://user:{WORD}@127.0.0.1:99999/feed",
    f"http://user:{WORD}@[::1/feed",
    f"http://user:{WORD}@nowhere.invalid/feed",
    f"http://user:it's {WORD}@127.0.0.1/feed",
    f"http://user:a/{WORD}@127.0.0.1/feed",
    f"http://{WORD}@127.0.0.1/feed",
    f"ftp://user:{WORD}@127.0.0.1/feed",
    f"user:{WORD}@127.0.0.1/feed",
)


def with_password(url: str) -> str:
    return url.replace("://", f"://user:{WORD}@", 1)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site whose feed, and whose pages, redirect to URLs with passwords; /list is a feed list with some."""
    with serve("127.0.0.1", {}) as site:
        away = {
            "good": redirect(with_password(f"{site.url}/page")),
            "ftp": redirect(f"ftp://user:{WORD}@127.0.0.1/"),
            "none": redirect(f"http://user:{WORD}@[::1/"),
            "long": redirect(f"ftp://user:{WORD * 50}@127.0.0.1/"),
            "circle": redirect(with_password(f"{site.url}/circle")),
        }
        site.routes |= {f"/{name}": reply for name, reply in away.items()}
        site.routes |= {
            "/feed": rss(*(f"/{name}" for name in away)),
            "/away": redirect(with_password(f"{site.url}/feed")),
            "/page": Reply(b"<html><title>a</title><p>a"),
            "/list": Reply(f"{with_password(site.url)}/feed\n{BAD[0]}\n".encode()),
            "/opml": Reply(f'<opml><outline xmlUrl="{BAD[0]}"/></opml>'.encode()),
        }
        yield site


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    urls = [
        *BAD,
        with_password(f"{site.url}/feed"),
        f"{site.url}/feed",
        f"{site.url}/away",
        f"{site.url}/ftp",
    ]
    text = (
        template()
        .replace("delay = 1.0", "delay = 0.0")
        .replace("workers = 2", "workers = 1")
        .replace("max_attempts = 3", "max_attempts = 1")
        .replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    )
    path = tmp_path / "broadsheet.toml"
    path.write_text(f'{text}\n[[sources]]\nname = "one"\nfeeds = {json.dumps(urls)}\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def broadsheet(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Calls the command line in `folder`; returns all that it prints, however it ends."""
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.chdir(folder)

    def call(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["broadsheet", *words])
        with pytest.raises(SystemExit):
            main()
        printed = "".join(capfd.readouterr())
        assert WORD not in printed
        return printed

    return call


def deploy(folder: Path, url: str) -> str:
    """What the command prints about the server at this URL, which Prefect reads once for a process."""
    done = subprocess.run(
        [sys.executable, "-m", "broadsheet", "deploy", "--pool", "nowhere"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "PREFECT_API_URL": url},
    )
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed
    assert WORD not in printed
    return printed


def kept(folder: Path) -> list[Path]:
    """The files that hold the password, as it stands or packed by SQLite or tantivy; segments of the archive too."""
    return [
        path for path in folder.rglob("*") if path.is_file() and WORD.encode() in _unpacked(path.read_bytes())
    ]


def _unpacked(data: bytes) -> bytes:
    return decompress(data) if data.startswith(b"\x1f\x8b") else data


def test_no_password_of_a_feed_or_a_redirect_is_shown_or_kept(
    folder: Path, site: Site, broadsheet: Callable[..., str]
) -> None:
    failed = json.loads(broadsheet("run", "--json"))["crawl"]["failed_feeds"]
    assert len(failed) == len(BAD) + 2
    assert sum("***@" in each["url"] for each in failed) == len(BAD) + 1
    sent = [hit for hit in site.hits if "Authorization" in hit.headers]
    assert not sent
    said = broadsheet("run")
    assert said.count("***@") >= len(BAD)
    assert "feed of one failed: http://***@127.0.0.1:99999/feed: url: not a URL" in said
    rows = {row["url"]: row["error"] for row in json.loads(broadsheet("sources", "--json"))}
    assert "user or password" in rows[with_password(f"{site.url}/feed").replace(f"user:{WORD}", "***")]
    assert rows[f"{site.url}/feed"] == rows[f"{site.url}/away"] == ""
    assert "redirects away from http: 'ftp://***@127.0.0.1/'" in rows[f"{site.url}/ftp"]
    assert "***@" in broadsheet("sources", "--lists")
    assert "***@" in broadsheet("health")
    for name, told in (("ftp", "ftp://***@"), ("none", "no URL: 'http://***@"), ("long", "ftp://***@")):
        assert told in broadsheet("explain", f"{site.url}/{name}", "--json")
    assert f"{site.url}/good -> {site.url}/page" in broadsheet("explain", f"{site.url}/good", "--json")
    for words in ("status", "doctor", "maintain", "export", "index rebuild", "reclean", "rebuild"):
        broadsheet(*words.split())
    with Collection(folder) as news:
        assert WORD not in repr(news.sources)
    assert kept(folder) == [folder / "broadsheet.toml"]


def test_no_password_that_is_typed_is_shown(folder: Path, site: Site, broadsheet: Callable[..., str]) -> None:
    text = (folder / "broadsheet.toml").read_text(encoding="utf-8").partition("[[sources]]")[0]
    (folder / "broadsheet.toml").write_text(text, encoding="utf-8")
    (folder / "list.txt").write_text("\n".join(("# list", BAD[0])), encoding="utf-8")
    for bad in BAD:
        for command in ("explain", "show", "run", "remove"):
            assert "broadsheet:" in broadsheet(command, bad)
    for bad in (BAD[0], BAD[2], BAD[-1]):  # those that can be asked for are, in a process
        assert "broadsheet:" in broadsheet("add", bad)
        assert "broadsheet:" in broadsheet("check", bad)
        assert "broadsheet:" in broadsheet("add", "--from", bad)
    assert "not added: http://***@127" in broadsheet("add", with_password(f"{site.url}/none"))
    assert "line 2: not a URL: 'http://***@127" in broadsheet("add", "--from", "list.txt")
    for name, told in (("list", "line 2"), ("opml", "http://***@"), ("ftp", "http://***@"), ("none", "***@")):
        assert told in broadsheet("add", "--from", with_password(f"{site.url}/{name}"))
    assert "is not an article" in broadsheet("check", with_password(f"{site.url}/good"))
    assert "***@" in broadsheet("check", f"{site.url}/ftp")
    assert "1 source added" in broadsheet("add", with_password(f"{site.url}/away"))
    broadsheet("run")
    said = broadsheet("explain", with_password(f"{site.url}/good"))
    assert said.startswith(f"http://***@{site.url.removeprefix('http://')}/good\n")
    said = broadsheet("search", f"{with_password(site.url)} AND")
    assert "http://***@127.0.0.1" in said
    assert kept(folder) == [folder / "list.txt"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (f'[index]\nurl = "http://user:{WORD}@127.0.0.1:9"\nbackend = "elasticsearch"', "environment"),
        (f'[index]\nurl = "ftp://user:{WORD}@127.0.0.1:9"\nbackend = "elasticsearch"', "environment"),
        (f'[index]\nurl = "http://{WORD}@127.0.0.1:9"', "environment"),
        (f'[index]\nurl = ["http://user:{WORD}@127.0.0.1:9"]', "***@"),
        (f'[[sources]]\nname = "a"\nfeeds = "http://user:{WORD}@127.0.0.1"', "***@"),
        (f'[[sources]]\nname = "a"\nfeeds = "user:{WORD}@127.0.0.1"', "***@"),
        (f'[[sources]]\nname = "http://user:{WORD}@127.0.0.1"\nfeeds = ["x"]', "***@"),
    ],
)
def test_no_password_in_a_wrong_configuration_is_shown(
    folder: Path, broadsheet: Callable[..., str], setting: str, told: str
) -> None:
    (folder / "broadsheet.toml").write_text(setting, encoding="utf-8")
    for command in ("run", "status", "index check", "search ferry"):
        assert told in broadsheet(*command.split())


@pytest.mark.parametrize("url", [f"http://user:{WORD}@127.0.0.1:9/api", f"http://user:{WORD}@[::1/api"])
def test_no_password_of_the_prefect_server_is_shown(folder: Path, url: str) -> None:
    assert "PREFECT_API_URL" in deploy(folder, url)


@pytest.mark.prefect
def test_prefect_is_told_no_password(client: "SyncPrefectClient", folder: Path) -> None:
    from flows.ingest import ingest

    state = ingest(folder / "broadsheet.toml", return_state=True)
    assert state.is_completed()
    wanted = {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}

    def logs() -> str:
        return client.request("POST", "/logs/filter", json={"logs": wanted}).text

    until(lambda: "***@[::1" in logs() and "indexed: 0" in logs())  # logs are sent in the background
    artifacts = client.request("POST", "/artifacts/filter", json={"artifacts": wanted}).text
    assert "***@" in artifacts
    assert WORD not in logs() + artifacts
    api = with_password(str(client.api_url))
    said = deploy(folder, api)
    assert "***@127.0.0.1" in said
    assert "has no work pool" in said
    assert len(feeds(load(folder / "broadsheet.toml"))) == len(BAD) + 4

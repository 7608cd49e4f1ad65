"""What must not be kept stays out, whatever brings it: an import, a site that reserves it, a page that retention dropped."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from articles.model import Article, to_json
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete, tombstones
from pipeline.explain import explain
from pipeline.importing.warc_files import ImportOptions, import_files
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.upkeep import maintain
from pipeline.run import run
from pipeline.status import status
from store.archive.reader import scan
from store.archived import Remains
from tests.loopback import Reply, Site, rss, serve
from tests.traces import holding
from tests.warcs import NOON, address, html, http, members, record, story

POST = "www.post.example.org"


def configured(folder: Path, feed: str, obey: str = "[]") -> Config:
    path = folder / "broadsheet.toml"
    text = template().replace("workers = 2", "workers = 1").replace("delay = 1.0", "delay = 0.0")
    text = text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    path.write_text(text.replace("obey = []", f"obey = {obey}"), encoding="utf-8")
    add_sources(path, [SourceSection(name="harbour", feeds=(feed,))])
    return load(path)


def articles(config: Config) -> dict[str, Article]:
    return {one.url: one for one in EmbeddedReader(config.index_folder).all()}


def words(page: bytes, *others: bytes) -> list[str]:
    """The numbers in a page's text that stand in no other."""
    found = set(re.findall(r"number (\d{4,})", page.decode()))
    return sorted(found - {each for other in others for each in re.findall(r"\d{4,}", other.decode())})


def sound(config: Config) -> bool:
    findings = [finding for finding in examine(config) if not finding.ok]
    assert not findings, findings
    return True


# Imports


def test_a_deleted_page_does_not_come_back_with_an_import(tmp_path: Path) -> None:
    config = configured(tmp_path, f"https://{POST}/rss")
    first, second = tmp_path / "first.warc.gz", tmp_path / "second.warc.gz"
    first.write_bytes(members([story(1, POST), story(2, POST)]))
    import_files(config, [first], ImportOptions())
    before = articles(config)
    gone = [*words(html(1), html(2), html(3)), *words(html(1001), html(2), html(3))]
    assert len(gone) > 6
    assert holding(config, gone[:3])
    delete(config, DeleteRequest(which=(address(1, POST),), reason="asked by the harbour"))
    later = record(http(html(1001)), address(1, POST), NOON + timedelta(days=1))
    second.write_bytes(members([story(1, POST), later, story(3, POST)]))
    import_files(config, [second], ImportOptions())
    assert articles(config).keys() == {address(2, POST), address(3, POST)}
    assert articles(config)[address(2, POST)] == before[address(2, POST)]
    assert holding(config, gone) == []
    assert [stone.url for stone in tombstones(config)] == [address(1, POST)]
    assert sound(config)
    for path in config.folder.glob("ledger.sqlite*"):
        path.unlink()
    rebuild(config)
    assert articles(config).keys() == {address(2, POST), address(3, POST)}
    assert holding(config, gone) == []
    assert sound(config)


# A site that reserves what it says


@pytest.fixture
def site() -> Iterator[Site]:
    routes: dict[str, Reply | Callable[..., Reply]] = {
        "/free": Reply(html(20_001)),
        "/header": Reply(
            html(20_002), headers=(("Content-Type", "text/html"), ("X-Robots-Tag", "noarchive"))
        ),
        "/meta": Reply(html(20_003).replace(b"<title>", b'<meta name="tdm-reservation" content="1"><title>')),
    }
    with serve("127.0.6.1", routes) as site:
        site.routes["/ai/page"] = Reply(html(20_004))
        site.routes["/mined/page"] = Reply(html(20_005))
        rules = b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /ai/\n\nUser-agent: *\nDisallow: /no\n"
        site.routes["/robots.txt"] = Reply(rules)
        mining = b'[{"location": "/mined/*", "tdm-reservation": 1, "tdm-policy": "/policy.json"}]'
        site.routes["/.well-known/tdmrep.json"] = Reply(mining)
        paths = ("/free", "/header", "/meta", "/ai/page", "/mined/page")
        site.routes["/feed"] = rss(*(f"{site.url}{path}" for path in paths))
        yield site


def test_what_a_site_reserves_is_kept_with_its_articles(tmp_path: Path, site: Site) -> None:
    config = configured(tmp_path, f"{site.url}/feed")
    run(config)
    assert {url.removeprefix(site.url): one.rights for url, one in articles(config).items()} == {
        "/free": (),
        "/header": ("noarchive",),
        "/meta": ("tdm-reservation",),
        "/ai/page": ("robots-noai",),
        "/mined/page": (),
    }
    assert "/.well-known/tdmrep.json" not in site.paths(), "it is asked for only where it is binding"
    before = articles(config)
    rebuild(config)
    assert articles(config).keys() == before.keys()
    assert {url: one.rights for url, one in articles(config).items()} == {
        url: one.rights for url, one in before.items()
    }


def test_what_is_binding_is_not_kept(tmp_path: Path, site: Site) -> None:
    config = configured(tmp_path, f"{site.url}/feed", '["noarchive", "tdm-reservation"]')
    run(config)
    assert articles(config).keys() == {f"{site.url}/free", f"{site.url}/ai/page"}
    assert site.paths().count("/.well-known/tdmrep.json") == 1
    gone = [
        word
        for number in (20_002, 20_003, 20_005)
        for word in words(html(number), html(20_001), html(20_004))
    ]
    assert len(gone) > 6
    assert holding(config, gone) == []
    assert holding(config, words(html(20_001), html(20_002)))
    assert status(config)["captures"]["rejected"] == 3
    told = "\n".join(map(str, explain(config, f"{site.url}/header")))
    assert "reserved" in told
    assert "noarchive" in told
    assert sound(config)
    rebuild(config)
    assert articles(config).keys() == {f"{site.url}/free", f"{site.url}/ai/page"}
    assert sound(config)


def test_what_robots_txt_keeps_from_ai_may_be_binding(tmp_path: Path, site: Site) -> None:
    config = configured(tmp_path, f"{site.url}/feed", '["robots-noai"]')
    run(config)
    assert f"{site.url}/ai/page" not in articles(config)
    assert len(articles(config)) == 4
    assert holding(config, words(html(20_004), html(20_001), html(20_002), html(20_003), html(20_005))) == []


# Retention


def test_what_retention_left_of_a_page_is_deleted_too(config: Config, newsroom: Newsroom) -> None:
    run(config)
    newsroom.publish_update()
    at = datetime.now(UTC)
    text = config.path.read_text("utf-8").replace('retention = ""', 'retention = "1d"', 1)
    config.path.write_text(text, "utf-8")
    config = load(config.path)
    maintain(config, lambda: at + timedelta(days=1.5))
    run(config)
    maintain(config, lambda: at + timedelta(days=2))
    dropped = {
        url: one
        for url, one in articles(config).items()
        if not (config.archive / one.archive.partition(":")[0]).exists()
    }
    assert len(dropped) > 5
    chosen = next(one for one in dropped.values() if one.language == "en")
    kept = [each.kept for _, each in scan(config.archive, print) if isinstance(each, Remains)]
    others = "\n".join(
        to_json(each).decode() for each in kept if isinstance(each, Article) and each.id != chosen.id
    )
    found = re.findall(r"[a-z]{8,}", "\n".join(chosen.body))
    gone = sorted({word for word in found if word not in others.lower()})
    assert len(gone) > 5
    assert holding(config, gone)
    before = {url: one for url, one in articles(config).items() if url != chosen.url}
    delete(config, DeleteRequest(which=(chosen.url,), reason="asked"))
    assert holding(config, gone) == []
    assert articles(config) == before
    assert sound(config)
    for path in config.folder.glob("ledger.sqlite*"):
        path.unlink()
    rebuild(config)
    assert articles(config).keys() == before.keys()
    assert holding(config, gone) == []
    assert sound(config)

"""A whole run over the sample newsroom: from its feeds to search hits, twice, and again from the archive alone."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

import store.workers
from articles.errors import ConfigError, LedgerError, LockedError, SearchIndexError
from articles.model import Article
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from index.query import Query
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.due import due_sources
from pipeline.explain import explain
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.report import RunReport, funnel, troubled
from pipeline.run import choose, now, run
from pipeline.settling import Settler
from pipeline.status import feeds, status
from store.ledger import capture_table, feed_table, url_table
from store.ledger.capture_table import CAPTURES
from store.ledger.database import Ledger
from store.ledger.queries import recent
from store.lock import RunLock
from store.records import Outcome, Selection
from tests.loopback import Reply, rss, serve
from tests.lost_index import lose_index
from tests.patience import alive, until

VOLATILE = ("fetched_at", "first_seen_at", "archive")


def articles(config: Config) -> dict[str, Article]:
    return {article.id: article for article in EmbeddedReader(config.index_folder).all()}


def lasting(article: Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in article.__slots__ if name not in VOLATILE}


def test_every_entry_becomes_what_it_should_and_a_second_run_fetches_only_the_update(
    config: Config, newsroom: Newsroom
) -> None:
    report = run(config)
    wanted = {sample.title for sample in newsroom.articles()}
    found = articles(config)
    assert wanted == {article.title for article in found.values()}
    assert report.crawl.finish == "finished"
    assert report.crawl.misses == {"robots": 1}
    assert report.rejections == {"http_status": 1, "list_page": 1, "no_article": 1}
    counts = status(config)
    assert sum(counts["captures"].values()) == report.crawl.fetched
    assert counts["index"]["documents"] == counts["captures"]["indexed"] == len(found)
    assert counts["urls"]["refused"] == 1
    assert counts["urls"]["gone"] == 1

    before = len(newsroom.requests)
    newsroom.publish_update()
    second = run(config)
    asked = newsroom.requests[before:]
    assert (second.crawl.new, second.crawl.fetched) == (0, 1)
    assert second.outcomes == {"indexed": 1}
    fetched = [request.path for request in asked if request.status == 200 and "robots" not in request.path]
    assert len(fetched) == 2, "the changed feed and the updated article"
    conditional = [request for request in asked if "if-none-match" in request.headers]
    assert len(conditional) == 4
    (updated,) = [a for a in articles(config).values() if any("Zweite Fassung" in p for p in a.body)]
    assert updated.first_seen_at < updated.fetched_at
    assert status(config)["captures"]["superseded"] == 1
    assert all(finding.ok for finding in examine(config)), examine(config)


def test_a_run_without_news_starts_no_cleaner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it ask more than once for what stands in for an original."""
    asked: list[str] = []
    monkeypatch.setattr(Settler, "fold", lambda _: asked.append("fold") or [])
    monkeypatch.setattr(store.workers, "_Worker", lambda *_: asked.append("worker"))
    with serve("127.0.11.1", {"/feed": Reply(rss().body, headers=rss().headers, wait=1.0)}) as site:
        path = tmp_path / "broadsheet.toml"
        text = template().replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
        path.write_text(text.replace("delay = 1.0", "delay = 0.0"), encoding="utf-8")
        add_sources(path, [SourceSection(name="harbour", feeds=(f"{site.url}/feed",))])
        report = run(load(path))
    assert (report.crawl.feeds_fetched, asked) == (1, ["fold"])


def test_the_archive_alone_gives_the_same_articles(crawled: Config) -> None:
    before = articles(crawled)
    for segment in crawled.archive.glob("*.warc.gz"):
        with segment.open("rb") as stream:
            assert sum(record.rec_type == "response" for record in ArchiveIterator(stream)) == 29
    lose_index(crawled.index_folder)
    with pytest.raises(SearchIndexError, match="broadsheet index rebuild"):
        run(crawled)
    crawled.ledger.unlink()
    with pytest.raises(LedgerError, match="broadsheet rebuild"):
        run(crawled)
    rebuilt = rebuild(crawled)
    assert rebuilt.captures == 29
    assert rebuilt.damages == ()
    assert articles(crawled) == before
    assert all(finding.ok for finding in examine(crawled)), examine(crawled)
    assert run(crawled).crawl.fetched == 0


def test_an_archive_in_another_packing_is_named_and_read_again(config: Config, newsroom: Newsroom) -> None:
    run(config)
    before = articles(config)
    (segment,) = config.archive.glob("*.warc.gz")
    written = segment.read_bytes()
    segment.write_bytes(gzip.compress(gzip.decompress(written)))
    (config.archive / "notes.txt").touch()
    told = [finding.text for finding in examine(config) if not finding.ok]
    assert any("broadsheet rebuild" in text and segment.name in text for text in told)
    assert any("notes.txt is no segment of this archive" in text for text in told)
    (config.archive / "notes.txt").unlink()
    rebuilt = rebuild(config)
    assert (rebuilt.captures, rebuilt.damages) == (29, ())
    assert segment.read_bytes() == written
    assert articles(config) == before
    assert all(finding.ok for finding in examine(config)), examine(config)


def test_explain_tells_the_way_of_an_article_and_the_rule_of_each_cut(
    crawled: Config, crawled_newsroom: Newsroom
) -> None:
    (seed,) = [a for a in crawled_newsroom.articles() if "tide-buoys" in a.url]
    steps = explain(crawled, seed.url)
    assert [s.step for s in steps if s.step in ("discovered", "fetched", "indexed")] == [
        "discovered",
        "fetched",
        "indexed",
    ]
    cuts = " ".join(s.what for s in steps if s.step == "cut")
    assert "address" in cuts
    (article,) = [each for each in articles(crawled).values() if each.url == seed.url]
    (sure,) = [s.what for s in steps if s.step == "confidence"]
    assert sure == f"{article.confidence:.2f}, the probability that the text is right"
    (by,) = [s.what for s in steps if s.step == "extractor"]
    assert by == "container, which found the text"
    refused = next(e for e in crawled_newsroom.entries() if e.intent == "private")
    assert any("robots" in s.what for s in explain(crawled, refused.url))
    with pytest.raises(ConfigError, match="never discovered"):
        explain(crawled, "http://127.0.1.1/nowhere")


def test_explain_does_not_clean_what_was_rejected_once_more(
    crawled: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Ledger.open(crawled.ledger)) as ledger, ledger.reading() as conn:
        rejected = capture_table.settled(conn, Selection(outcomes=(Outcome.REJECTED,)), 1)
    monkeypatch.setattr(
        "pipeline.explain.cleaned_again",
        lambda *_: pytest.fail("it may be a page that stops its cleaner"),
    )
    assert [step.step for step in explain(crawled, rejected[0].url)][-2:] == ["rejected", "state"]


def test_explain_asks_the_index_for_what_is_there_instead_of_cleaning_its_page_again(
    crawled: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Ledger.open(crawled.ledger)) as ledger, ledger.transaction() as conn:
        indexed, other = capture_table.settled(conn, Selection(outcomes=(Outcome.INDEXED,)), 2)
        names = ("url", "final_url", "article_id", "content_hash")
        same = {name: getattr(indexed, name) for name in names}
        later = CAPTURES.update().where(CAPTURES.c.id == other.id)
        conn.execute(later.values(**same, outcome=Outcome.UNCHANGED))
    monkeypatch.setattr("pipeline.explain.cleaned_again", lambda *_: pytest.fail("the index has it"))
    steps = [step.step for step in explain(crawled, indexed.url)]
    assert {"indexed", "unchanged"} < set(steps)
    assert steps.count("confidence") == 2


def test_articles_are_found_by_what_they_say_not_by_what_was_cut(
    crawled: Config, crawled_newsroom: Newsroom
) -> None:
    reader = EmbeddedReader(crawled.index_folder)
    assert reader.search(Query(text="关税")).total == 1
    (seed,) = [a for a in crawled_newsroom.articles() if "tide-buoys" in a.url]
    article = next(a for a in reader.all() if a.title == seed.title)
    text = "\n".join((article.title, article.lead, *article.body))
    for cut in seed.cut:
        assert cut not in text


def test_one_run_per_data_folder(config: Config) -> None:
    config.folder.mkdir()
    with RunLock(config.folder), pytest.raises(LockedError, match=str(os.getpid())):
        run(config)


def test_an_unknown_source_is_named(config: Config) -> None:
    with pytest.raises(ConfigError, match="`five`"):
        choose(config, ("one", "five"))


def offspring(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()[1:]]
    found = {pid}
    while more := {child for child, parent in parents if parent in found} - found:
        found |= more
    return found


def test_a_killed_run_leaves_no_process_and_the_next_one_makes_it_good(
    config: Config, crawled: Config, crawled_newsroom: Newsroom
) -> None:
    """Killed while it reads the feeds, and the next one while pages come in and are cleaned; `crawled` was not disturbed."""
    shutil.copy(crawled.path, config.path)  # the same sites
    config = load(config.path)
    quick = config.path.read_text(encoding="utf-8")
    slow = quick.replace("delay = 0.0", "delay = 0.3").replace("workers = 1", "workers = 2")
    config.path.write_text(slow, encoding="utf-8")
    kill_after(config, crawled_newsroom, 4)
    kill_after(config, crawled_newsroom, 20)
    config.path.write_text(quick, encoding="utf-8")
    run(config)
    assert {k: lasting(a) for k, a in articles(config).items()} == {
        k: lasting(a) for k, a in articles(crawled).items()
    }
    assert all(finding.ok for finding in examine(config)), examine(config)


def kill_after(config: Config, newsroom: Newsroom, requests: int) -> None:
    """Start a run, kill it when it has made so many requests, and see all its processes end."""
    before = len(newsroom.requests)
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "-c", str(config.path), "run", "--json"],
        stdout=subprocess.DEVNULL,
    )
    until(lambda: len(newsroom.requests) >= before + requests)
    assert process.poll() is None
    process.send_signal(signal.SIGSTOP)  # so that it starts nothing while its children are counted
    family = offspring(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not any(map(alive, family)))


def test_a_feed_that_is_no_url_or_of_another_source_is_named_and_the_other_sources_go_on(
    config: Config, newsroom: Newsroom
) -> None:
    bad = ("", "http://[::1/feed", "ftp://example.org/feed")
    add_sources(
        config.path,
        [
            SourceSection(name="mixed", feeds=(*bad, newsroom.feeds[0])),
            SourceSection(name="none", feeds=("notes",)),
        ],
    )
    started = now()
    report = run(load(config.path))
    assert report.crawl.finish == "finished"
    assert {article.title for article in articles(config).values()} == {
        sample.title for sample in newsroom.articles()
    }
    failed = {(each.source, each.url) for each in report.crawl.failed_feeds}
    rows = {(row["source"], row["url"]): row["error"] for row in feeds(load(config.path))}
    assert {key for key, error in rows.items() if error} == failed
    claimed = ("mixed", newsroom.feeds[0])
    assert rows[claimed].startswith("claimed: the source `one` has it already")
    named = failed - {claimed}
    assert named == {*(("mixed", url) for url in bad), ("none", "notes")}
    assert all(rows[key].startswith("url: not a") for key in named)
    assert due_sources(load(config.path), started) == ()
    ledger = Ledger.open(config.ledger)
    with closing(ledger), ledger.reading() as conn:
        table = troubled(recent.hosts(conn, started))
    assert all(any(repr(url) in str(row["problems"]) for row in table) for _, url in named)


def test_a_page_that_comes_too_early_is_looked_at_again(config: Config) -> None:
    text = "The ferry Marit stays in port until Friday because a gate of the lock is jammed, the harbour office said. "
    page = f"<html><head><title>{{}}</title></head><body><article><h1>{{}}</h1><p>{text * 3}</article></body></html>"

    def said(title: str) -> Reply:
        return Reply(page.format(title, title).encode())

    with serve("127.0.6.1", {"/feed": rss("/ferry"), "/ferry": said("Page not found")}) as site:
        url = f"{site.url}/ferry"
        add_sources(config.path, [SourceSection(name="early", feeds=(f"{site.url}/feed",))])
        run(load(config.path), ("early",))
        state = explain(config, url)[-1].what
        assert state.startswith(f"{url} is due (not_found: its title says that the page is missing: Page not")
        assert ", next fetch " in state

        site.routes["/ferry"] = said("Ferry stays in port")
        run(load(config.path), ("early",))
        assert explain(config, url)[-1].what == state, "its time has not come"
        with closing(Ledger.open(config.ledger)) as ledger, ledger.transaction() as conn:
            conn.execute(url_table.URLS.update().values(due_at=now()))
        run(load(config.path), ("early",))
    assert [step.step for step in explain(config, url)][-2:] == ["indexed", "state"]
    assert explain(config, url)[-1].what.startswith(f"{url} is fetched, next fetch ")


def test_a_scheduled_run_passes_over_feeds_that_are_not_worth_asking_yet(
    config: Config, newsroom: Newsroom
) -> None:
    run(config)
    asked = feed_requests(newsroom)
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        tomorrow = feed_table.FEEDS.update().values(due_at=now() + timedelta(days=1))
        conn.execute(tomorrow.where(feed_table.FEEDS.c.url != newsroom.feeds[0]))
    started = now()
    crawl = run(config, scheduled=True).crawl
    others = len(newsroom.feeds) - 1
    assert (crawl.feeds, crawl.feeds_passed_over) == (1, others)
    assert feed_requests(newsroom) == asked + 1
    assert due_sources(config, started) == (), "those that were passed over had their turn, too"
    assert ("  not asked", others, "feeds that gave little of late") in funnel(RunReport(crawl=crawl))
    assert run(config).crawl.feeds == len(newsroom.feeds), "a run by hand asks all"


def feed_requests(newsroom: Newsroom) -> int:
    return sum(any(feed.endswith(request.path) for feed in newsroom.feeds) for request in newsroom.requests)

"""The archive cleaned again: what is told, what is written, and what stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from articles.errors import LedgerError, LockedError
from articles.model import Article
from articles.text import tokens
from index.embedded.local_writer import EmbeddedWriter
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.reprocess import FAILED, GAINED, LOST, Recleaned, reclean
from pipeline.run import now
from pipeline.status import status
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.lock import RunLock
from store.records import Capture, Outcome, Selection


def articles(config: Config) -> list[Article]:
    """All but the number of the snapshot that each was judged by."""
    return [replace(article, snapshot=0) for article in indexes.reader(config).all()]


def by_older_rules(config: Config) -> tuple[Capture, Capture, Capture]:
    """Makes ledger and index what older rules might have made of the archive: another title and a paragraph more in one
    article, one rejected that is an article, a list page taken for one. Answers the three captures.
    """
    ledger = Ledger.open(config.ledger)
    with ledger.reading() as conn:
        settled = capture_table.settled(conn, Selection(), 100)
    other, missed = [one for one in settled if one.outcome is Outcome.INDEXED][:2]
    listed = next(one for one in settled if one.reason == "list_page")
    reader = indexes.reader(config)
    article, model = reader.get(other.article_id), reader.get(missed.article_id)
    assert article
    assert model
    worse = replace(
        article, title=f"{article.title} - News", body=(*article.body, "Follow us!"), content_hash="old"
    )
    front = replace(model, id=listed.article_id, url=listed.final_url, canonical_url=listed.final_url)
    writer = EmbeddedWriter(config.index_folder)
    writer.delete([missed.article_id])
    writer.add([worse, replace(front, fetched_at=listed.fetched_at, content_hash="old")])
    writer.close()
    table = capture_table.CAPTURES
    with ledger.transaction() as conn:
        for capture, values in (
            (other, {"content_hash": "old"}),
            (
                missed,
                {"outcome": Outcome.REJECTED, "reason": "too_short", "detail": "9 words", "content_hash": ""},
            ),
            (listed, {"outcome": Outcome.INDEXED, "reason": "", "detail": "", "content_hash": "old"}),
        ):
            conn.execute(table.update().where(table.c.id == capture.id).values(values))
    ledger.close()
    return other, missed, listed


def test_a_dry_run_tells_and_the_real_one_writes_what_todays_rules_make_otherwise(crawled: Config) -> None:
    before = articles(crawled)
    assert reclean(crawled) == Recleaned(captures=29), "nothing has changed"
    other, missed, listed = by_older_rules(crawled)
    older = articles(crawled)
    told = reclean(crawled, dry_run=True)
    assert articles(crawled) == older
    assert (told.captures, told.changed) == (29, 3)
    assert told.kinds == {"title": 1, "body": 1, GAINED: 1, LOST: 1}
    again, as_listed = (
        next(one for one in older_or_not if one.id == of.article_id)
        for older_or_not, of in ((before, missed), (older, listed))
    )
    assert (told.words_gained, told.words_lost) == (_words(again), _words(as_listed) + len(("follow", "us")))
    assert told.examples["body"][0].diff == ("- Follow us!",)
    assert told.examples["title"][0].url == other.final_url
    assert told.examples[GAINED][0].diff[0] == "- too_short: 9 words"
    assert told.examples[LOST][0].url == listed.final_url
    assert reclean(crawled) == told
    assert articles(crawled) == before
    assert missed.article_id in {article.id for article in before}
    assert all(finding.ok for finding in examine(crawled)), examine(crawled)
    assert reclean(crawled).changed == 0


def _words(article: Article) -> int:
    return len(tokens("\n".join((article.lead, *article.body))))


def test_a_change_of_the_extractor_is_told_before_and_written_after(crawled: Config) -> None:
    """What a dry run says with another extractor, and what is there once the file says so, are the same; a source's own wins."""
    before = articles(crawled)
    told = reclean(crawled.preferring("trafilatura"), dry_run=True)
    assert articles(crawled) == before
    assert told.changed > 0
    own = [source.model_copy(update={"extractor": "container"}) for source in crawled.sources]
    kept = crawled.preferring("trafilatura").model_copy(update={"sources": tuple(own)})
    assert (
        reclean(kept, dry_run=True).changed == reclean(crawled.preferring("container"), dry_run=True).changed
    )
    theirs = crawled.preferring("trafilatura")
    assert reclean(theirs) == told
    after = {article.id: article for article in articles(theirs)}
    changed = [
        one.id for one in before if after.get(one.id) and after[one.id].content_hash != one.content_hash
    ]
    assert {after[one].extractor for one in changed} <= {"trafilatura", "stated"}
    assert reclean(theirs).changed == 0
    reclean(crawled)
    assert articles(crawled) == before


def test_one_source_or_some_days_are_looked_at_alone(crawled: Config) -> None:
    by_source = {name: reclean(crawled, sources=(name,)).captures for name in ("one", "two", "three", "four")}
    assert min(by_source.values()) > 0
    assert sum(by_source.values()) == 29
    assert reclean(crawled, since=now() + timedelta(days=1)).captures == 0
    assert reclean(crawled, since=now() - timedelta(days=1)).captures == 29


def test_what_cannot_be_cleaned_again_stays(crawled: Config) -> None:
    before = articles(crawled)
    (segment,) = crawled.archive.glob("*.warc.gz")
    with segment.open("r+b") as file:
        file.seek(int(before[0].archive.rpartition(":")[2]) + 200)
        file.write(b"\0" * 20)
    report = reclean(crawled)
    assert report.kinds == {FAILED: 1}
    assert report.examples[FAILED][0].url == before[0].url
    assert articles(crawled) == before


def test_an_article_confirmed_later_is_still_rewritten(crawled: Config) -> None:
    """A later fetch found the same content: the capture that the index has is older than what is known of the article."""
    before = articles(crawled)
    other, _, _ = by_older_rules(crawled)
    ledger = Ledger.open(crawled.ledger)
    with ledger.transaction() as conn:
        conn.execute(
            capture_table.CAPTURES.insert().values(
                url=other.url,
                final_url=other.final_url,
                article_id=other.article_id,
                source=other.source,
                status=200,
                fetched_at=other.fetched_at + timedelta(seconds=1),
                segment=other.ref.segment,
                offset=other.ref.offset + 1,
                length=1,
                outcome=Outcome.UNCHANGED,
                settled_at=other.settled_at,
            )
        )
    ledger.close()
    reclean(crawled)
    assert articles(crawled) == before
    assert status(crawled)["captures"]["superseded"] == 0


def test_it_needs_something_collected_and_nobody_else_writing(config: Config, crawled: Config) -> None:
    with pytest.raises(LedgerError, match="broadsheet run"):
        reclean(config)
    with RunLock(crawled.folder):
        assert reclean(crawled, dry_run=True).captures > 0
        with pytest.raises(LockedError, match="another run"):
            reclean(crawled)

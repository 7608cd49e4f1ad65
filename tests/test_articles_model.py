"""Records as JSON: what was stored before is read, whatever its rules were called."""

from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import Pipe

import msgspec
import pytest

from articles.model import Article, Removal, Rule, from_json, to_json

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
ARTICLE = Article(
    id="a" * 32,
    url="https://harbour.example/ferry",
    canonical_url="https://harbour.example/ferry",
    source="harbour",
    title="Ferry stays in port",
    body=("The ferry stayed.",),
    first_seen_at=NOON,
    fetched_at=NOON,
    removed=(Removal(text="News / Isle", rule=Rule.BREADCRUMB, place="head"),),
    word_count=3,
    content_hash="b" * 32,
    rules=3,
)


def sent(article: Article) -> Article:
    """As a cleaning process hands it over."""
    reader, writer = Pipe(duplex=False)
    with reader, writer:
        writer.send(article)
        return reader.recv()


def test_a_rule_is_stored_by_its_name() -> None:
    assert b'"rule":"breadcrumb"' in to_json(ARTICLE)
    assert from_json(to_json(ARTICLE)).removed[0].rule is Rule.BREADCRUMB


@pytest.mark.parametrize("name", ["follow_us", "Follow us!", "", "BREADCRUMB", "mro"])
def test_a_rule_that_no_longer_exists_is_read_and_written_as_it_was(name: str) -> None:
    stored = to_json(ARTICLE).replace(b'"breadcrumb"', msgspec.json.encode(name))
    read = from_json(stored)
    (removal,) = read.removed
    assert (removal.rule, str(removal.rule), f"{removal.rule}") == (name, name, name)
    assert to_json(read) == stored
    assert msgspec.convert(msgspec.json.decode(stored), Article) == sent(read) == read
    assert read != ARTICLE == replace(read, removed=ARTICLE.removed)
    assert removal.rule not in list(Rule)


@pytest.mark.parametrize("value", [b"3", b"null", b'["breadcrumb"]'])
def test_a_rule_is_text(value: bytes) -> None:
    with pytest.raises(msgspec.ValidationError, match="rule"):
        from_json(to_json(ARTICLE).replace(b'"breadcrumb"', value))

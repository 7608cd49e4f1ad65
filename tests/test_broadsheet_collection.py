"""A collection read from Python, over each backend."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import broadsheet
from articles.model import Article
from broadsheet import (
    Collection,
    ConfigError,
    Count,
    LedgerError,
    QueryError,
    SearchIndexError,
    Source,
    UrlError,
    UsageError,
)
from pipeline.configuration.config import Config, load
from pipeline.indexes import writer
from tests.command_line import call
from tests.desk import STORIES, article

if TYPE_CHECKING:
    from tests.elastic import Server

FIRST = date(2026, 3, 2)  # of twelve days; on each an English and a German story
FETCHED = datetime(2026, 3, 20, tzinfo=UTC)


def story(language: str, number: int) -> Article:
    return article(
        f"{language}-{number}",
        STORIES[language][number],
        language=language,
        source={"en": "norland", "de": "norland.de:8080"}[language],
        section="Local" if number % 3 else "World",
        authors=("Ada Tarn",) if number == 4 else (),
        published_at=datetime.combine(FIRST, time(8), UTC) + timedelta(days=number),
        fetched_at=FETCHED,
        day=20,
    )


EVERY = [story(language, number) for number in range(12) for language in ("en", "de")]


def fill(folder: Path, settings: str = "") -> Path:
    """A collection that holds EVERY, without a crawl; its broadsheet.toml."""
    path = folder / "broadsheet.toml"
    sources = '[[sources]]\nname = "norland"\nfeeds = ["https://norland-post.example/feed"]\n'
    path.write_text(settings + sources, encoding="utf-8")
    config = load(path)
    config.archive.mkdir(parents=True)
    index = writer(config)
    assert {ack.status for ack in index.add(EVERY)} == {"indexed"}
    index.close()
    return path


def names(articles: Iterator[Article]) -> list[str]:
    return [each.title for each in articles]


class CollectionContract:
    """What a collection does, whatever index it has: `news` is opened on EVERY."""

    def test_a_search_gives_the_hits_of_a_page(self, news: Collection) -> None:
        hits = news.search("wolves OR Wölfe", sort="newest", limit=1, offset=1)
        assert hits.total == 2
        first = news.search("wolves OR Wölfe", sort="newest", limit=1)
        assert {hit.article.title for hit in (*first, *hits)} == {"en-8", "de-8"}
        (hit,) = news.search('"permission to shoot"')
        assert hit.article == story("en", 8)
        assert hit.snippets("[", "]")[0].endswith("farmers want [permission to shoot] the pack.")

    def test_without_words_all_are_found(self, news: Collection) -> None:
        assert news.search().total == len(EVERY)

    @pytest.mark.parametrize(
        ("since", "until", "days"),
        [
            ("2026-03-04", "2026-03-05", [2, 3]),
            (date(2026, 3, 4), date(2026, 3, 5), [2, 3]),
            (datetime(2026, 3, 4, 8, tzinfo=UTC), datetime(2026, 3, 5, 8, tzinfo=UTC), [2]),
            ("2026-03-04T09:00:00+01:00", "2026-03-05T09:00:01+01:00", [2, 3]),
            ("2026-03-12", None, [10, 11]),
            (None, "2026-03-02", [0]),
            (None, date.max, list(range(12))),
            ("2026-03-05", "2026-03-04", []),
        ],
    )
    def test_days_are_included_and_a_time_ends_before_itself(
        self, news: Collection, since: Any, until: Any, days: list[int]
    ) -> None:
        wanted = [f"en-{day}" for day in reversed(days)]
        hits = news.search("language:en", since=since, until=until, limit=20)
        assert [hit.article.title for hit in hits] == wanted
        assert names(news.articles("language:en", since=since, until=until)) == wanted
        counts = news.days("language:en", since=since, until=until)
        assert counts == [Count(value=(FIRST + timedelta(days=day)).isoformat(), articles=1) for day in days]
        facet = news.facet("source", "language:en", since=since, until=until)
        assert facet == ([Count(value="norland", articles=len(days))] if days else [])

    def test_articles_come_newest_first_and_whole(self, news: Collection) -> None:
        found = list(news.articles())
        assert sorted(found, key=lambda each: each.id) == sorted(EVERY, key=lambda each: each.id)
        assert [each.published_at for each in found] == sorted(
            (each.published_at for each in EVERY), reverse=True
        )

    def test_articles_are_narrowed_by_source_and_language(self, news: Collection) -> None:
        assert names(news.articles("ferry OR wolves OR Wölfe", language="de")) == ["de-8"]
        assert names(news.articles(source="norland.de:8080", since="2026-03-13")) == ["de-11"]
        assert names(news.articles(source="norland", language="de")) == []
        assert len(names(news.articles(" ", source="norland", language="en"))) == 12

    def test_one_article_by_id_its_beginning_or_url(self, news: Collection) -> None:
        wanted = story("de", 3)
        for which in (wanted.id, wanted.id[:6], wanted.id[:31], wanted.url, f"{wanted.url}?utm_source=x#top"):
            assert news.article(which) == wanted, which
        for which in ("0" * 32, "0" * 6, wanted.id[:5], "ferry", "", "https://norland-post.example/none"):
            assert news.article(which) is None, which
        with pytest.raises(UrlError, match="not an http"):
            news.article("ftp://norland-post.example/de-3")

    def test_the_most_frequent_values_are_counted(self, news: Collection) -> None:
        assert news.facet("section", "language:en") == [
            Count(value="Local", articles=8),
            Count(value="World", articles=4),
        ]
        assert news.facet("section", limit=1) == [Count(value="Local", articles=16)]
        assert news.facet("author", "orchestra OR railway OR midfielder") == [
            Count(value="Ada Tarn", articles=1)
        ]

    @pytest.mark.parametrize("query", ["title:(", "a) OR (b", "no_such_field:x", "&"])
    def test_a_query_that_does_not_compile_is_pointed_at_as_typed(self, news: Collection, query: str) -> None:
        for ask in (
            news.search,
            news.days,
            lambda text: news.facet("source", text),
            lambda text: news.articles(text, source="norland"),
        ):
            with pytest.raises(QueryError) as caught:
                ask(query)
            assert caught.value.query == query

    def test_a_scan_is_refused_before_its_first_step(self, news: Collection) -> None:
        for wrong in ('no"rland', "nor land", "a) OR (b", "*"):
            with pytest.raises(UsageError, match="source="):
                news.articles(source=wrong)

    @pytest.mark.parametrize(
        ("call", "told"),
        [
            (lambda news: news.search(limit=0), "limit=0"),
            (lambda news: news.search(offset=-1), "offset=-1"),
            (lambda news: news.search(sort="best"), "sort='best'"),
            (lambda news: news.facet("title"), "field='title'"),
            (lambda news: news.facet("source", limit=0), "limit=0"),
            (lambda news: news.search(since="yesterday"), "since='yesterday' is not a day"),
            (lambda news: news.articles(until="2026-02-30"), "until='2026-02-30' is not a day"),
            (lambda news: news.days(since=datetime(2026, 3, 2)), "has no time zone"),  # noqa: DTZ001
            (lambda news: news.days(since="2026-03-02T08:00:00"), "has no time zone"),
        ],
    )
    def test_arguments_that_cannot_be_meant_are_named(self, news: Collection, call: Any, told: str) -> None:
        with pytest.raises(UsageError, match=told):
            call(news)

    def test_a_time_of_another_type_is_refused(self, news: Collection) -> None:
        with pytest.raises(TypeError, match="since is a day or a time, not int"):
            news.search(since=2026)  # type: ignore[arg-type]

    def test_a_page_beyond_reach_is_a_query_error(self, news: Collection) -> None:
        with pytest.raises(QueryError, match="10,000"):
            news.search(limit=10_001)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("news")).parent


class TestEmbedded(CollectionContract):
    @pytest.fixture
    def news(self, folder: Path) -> Iterator[Collection]:
        with Collection(folder) as news:
            yield news

    def test_a_folder_its_file_and_the_working_folder_are_one(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(folder)
        for news in (Collection(folder), Collection(str(folder / "broadsheet.toml")), Collection()):
            with news:
                assert news.search().total == len(EVERY)
                assert news.sources == (Source(name="norland", feeds=("https://norland-post.example/feed",)),)

    def test_what_is_added_meanwhile_is_found(self, folder: Path, news: Collection) -> None:
        new = article("new", "The harbour freezes over.", fetched_at=FETCHED)
        assert news.search("freezes").total == 0
        index = writer(load(folder / "broadsheet.toml"))
        index.add([new])
        try:
            assert news.search("freezes").total == 1
        finally:
            index.delete([new.id])
            index.close()

    def test_nothing_can_be_asked_of_a_closed_one(self, folder: Path) -> None:
        with Collection(folder) as news:
            news.search()
        for ask in (
            news.search,
            news.articles,
            news.days,
            news.status,
            lambda: news.explain("https://a.example/"),
        ):
            with pytest.raises(UsageError, match="is closed"):
                ask()
        news.close()
        assert news.sources


@pytest.fixture(scope="module")
def in_elastic(tmp_path_factory: pytest.TempPathFactory, elasticsearch_server: "Server") -> Iterator[Path]:
    from tests import elastic

    with (
        pytest.MonkeyPatch.context() as patch,
        closing(elasticsearch_server.connect()) as connection,
        elastic.fresh_alias(connection) as alias,
    ):
        for name, value in elasticsearch_server.environment.items():
            patch.setenv(name, value)
        settings = (
            f'[index]\nbackend = "elasticsearch"\nurl = "{elasticsearch_server.url}"\nalias = "{alias}"\n'
        )
        yield fill(tmp_path_factory.mktemp("news"), settings)


class TestElasticsearch(CollectionContract):
    @pytest.fixture
    def news(self, in_elastic: Path) -> Iterator[Collection]:
        with Collection(in_elastic) as news:
            yield news


def test_where_there_is_no_collection_the_error_names_the_file(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "none", tmp_path / "none.toml"):
        with pytest.raises(ConfigError, match=str(where)):
            Collection(where)
    (tmp_path / "broadsheet.toml").write_text("[crawl]\ndealy = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key"):
        Collection(tmp_path)


def test_before_the_first_run_each_call_says_so(config: Config) -> None:
    with Collection(config.path) as news:
        assert len(news.sources) == 4
        with pytest.raises(SearchIndexError, match="`broadsheet run` collects it"):
            news.search("ferry")
        for ask in (news.status, lambda: news.explain("https://example.org/")):
            with pytest.raises(LedgerError, match="`broadsheet run` makes one"):
                ask()


def test_after_a_run_all_is_told_as_the_command_tells_it(crawled: Config) -> None:
    folder = crawled.path.parent

    def command(*words: str) -> Any:
        return json.loads(call(folder, *words, "--json").stdout)

    with Collection(folder) as news:
        assert news.status() == command("status")
        assert [each.id for each in sorted(news.articles(), key=lambda each: each.id)] == [
            json.loads(line)["id"] for line in call(folder, "export").stdout.splitlines()
        ]
        (hit,) = news.search("关税")
        steps = news.explain(hit.article.url)
        assert [(each.step, each.what) for each in steps] == [
            (each["step"], each["what"]) for each in command("explain", hit.article.url)
        ]
        assert str(steps[0]).startswith(f"{steps[0].at:%Y-%m-%d %H:%M:%S}  discovered   {hit.article.url}")
        with pytest.raises(ConfigError, match="was never discovered"):
            news.explain("https://example.org/")
        with pytest.raises(UrlError):
            news.explain("ferry")
    assert repr(news) == f"<Collection '{crawled.path}'>"
    assert isinstance(steps[0], broadsheet.Step)

"""A handful of articles that differ in what Kibana's panels, searches and recipes ask for."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from articles.model import Image, Removal
from crawlers.plan import CrawlReport
from index.elastic import journal
from index.elastic.cluster_writer import ElasticWriter
from index.patience import Patience
from pipeline.health.checkup import Condition, Health
from pipeline.health.diagnosis import Verdict
from pipeline.health.observed import RunSeen, documents
from pipeline.health.verdicts import SourceHealth
from pipeline.report import RunReport
from tests import elastic
from tests.index_contract import article
from tests.kibana_objects import JOURNAL, mapped
from tests.kibana_panels import Kibana


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


SEEDS = (
    article(
        "steel",
        title="Tariffs on steel rise",
        lead="Norland raises its tariffs again.",
        body=("Steel makers welcomed the news.", "Importers of cars did not: a trade war looms."),
        authors=("Ada O'Neill", "Ben Émile"),
        section="World News",
        tags=("Trade", "Climate Change"),
        language="en",
        site_name="Norland Post",
        images=(Image(url="https://img.example/1.jpg", caption="A furnace at night", status="matched"),),
        removed=(Removal(text="Subscribe to our newsletter", rule="newsletter", place="tail"),),
        published_at=_at(20, 8),
        first_seen_at=_at(20, 9),
        word_count=420,
        extractor="container",
        confidence=0.875,
        rules=2,
        versions=2,
        changed=("title",),
    ),
    article(
        "cars",
        title="Cars get dearer",
        body=("Steel costs more since the tariff.", "War in trade, peace at sea."),
        section="Money",
        tags=("Trade",),
        language="en",
        images=(Image(url="https://img.example/2.jpg", caption="A school opens", status="mismatched"),),
        removed=(
            Removal(text="Read the newsletter", rule="newsletter", place="tail"),
            Removal(text="More about cars: steel", rule="related", place="block"),
        ),
        published_at=_at(20, 20),
        first_seen_at=_at(20, 21),
        word_count=80,
        extractor="container",
        confidence=0.75,
    ),
    article(
        "ferry",
        url="https://news.southern.co.example/ferry",
        source="southern",
        title="Die Fähre fährt wieder",
        lead="Nach dem Streik legen die Fähren ab.",
        body=("Der Hafen ist offen.",),
        authors=("Ada O'Neill",),
        language="de",
        removed=(Removal(text="Lesen Sie auch", rule="read_also", place="body"),),
        published_at=_at(21, 0),
        modified_at=_at(21, 10),
        first_seen_at=_at(21, 1),
        word_count=300,
        extractor="container",
        confidence=0.75,
        rules=2,
    ),
    article(
        "jets",
        url="https://news.southern.co.example/jets",
        source="southern",
        title="F-35 jets land",
        lead="They came from the sea.",
        body=("It was loud.",),
        section="World News",
        images=(Image(url="https://img.example/3.jpg", credit="N. Olsen", status="credit_only"),),
        first_seen_at=_at(19, 12),
        word_count=150,
        extractor="trafilatura",
        confidence=0.25,
        rules=2,
    ),
    article(
        "chinese",
        source="island-times",
        title="中国关税上调",
        body=("政府周一宣布，税率将上调。",),
        authors=("李明",),
        language="zh",
        published_at=_at(22, 6),
        first_seen_at=_at(22, 7),
        word_count=90,
        extractor="container",
        confidence=0.75,
        rules=2,
    ),
)


@contextmanager
def seeded(server: elastic.Server) -> Iterator[Kibana]:
    """A real index with the seeds in it, and what Kibana would ask it."""
    with closing(server.connect()) as client, elastic.fresh_alias(client) as alias:
        elastic.create(client, alias)
        acks = ElasticWriter(client, alias).add(SEEDS)
        assert [ack.status for ack in acks] == ["indexed"] * len(SEEDS)
        yield Kibana(client, alias, mapped())


REPORT = RunReport(
    crawl=CrawlReport(feeds=3, feeds_failed=1, fetched=9), outcomes={"indexed": 7, "rejected": 2}
)
RUNS = (
    (
        RunSeen(start=_at(20, 8), end=_at(20, 9), report=REPORT),
        Health(
            conditions=(),
            sources=(
                SourceHealth(source="norland", verdict=Verdict.WELL, new_at=_at(20, 8), of_week=40, usual=42),
                SourceHealth(source="southern", verdict=Verdict.UNKNOWN, evidence="it gave no article yet"),
                SourceHealth(source="island-times", verdict=Verdict.QUIET, new_at=_at(1, 8), since=_at(1, 8)),
            ),
        ),
    ),
    (
        RunSeen(start=_at(21, 8), end=_at(21, 9), error="The crawl did not end by itself"),
        Health(
            conditions=(
                Condition(part="disk", text="1 MiB left"),
                Condition(part="contact", text="none", code=0),
            ),
            sources=(
                SourceHealth(
                    source="norland",
                    verdict=Verdict.FAILING,
                    evidence="https://norland.example/feed: HTTP 503, 2 times in a row",
                    since=_at(20, 10),
                    new_at=_at(20, 8),
                    of_week=33,
                    usual=42,
                    rejected=0.5,
                    failures=2,
                ),
                SourceHealth(source="southern", verdict=Verdict.UNKNOWN, evidence="it gave no article yet"),
                SourceHealth(source="island-times", verdict=Verdict.WELL, new_at=_at(21, 8), of_week=1),
            ),
        ),
    ),
)
"""Two runs with the health of three sources at their ends."""


@contextmanager
def seeded_journal(server: elastic.Server) -> Iterator[Kibana]:
    """A real journal with the runs in it, and what Kibana would ask it."""
    with closing(server.connect()) as client, elastic.fresh_alias(client) as alias:
        for run, health in RUNS:
            found = documents(run, health, {"norland": "norland.example"})
            journal.write(client, alias, found, run.end, Patience(seconds=0.5))
        yield Kibana(client, journal.alias_of(alias), mapped(JOURNAL))

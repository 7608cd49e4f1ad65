"""Writes broadsheet.ndjson, Broadsheet's data views, saved searches and dashboards for Kibana.

    python deploy/kibana/build.py

The same bytes every time; edit here, never the file. Fields are those of index/elastic/mapping.py and journal.py.
"""

from pathlib import Path

from lens import (
    EVERYTHING,
    JOURNAL,
    MOST_SOURCES,
    Json,
    always,
    bars,
    count,
    dashboard,
    days,
    kql,
    last,
    lucene,
    metric,
    number,
    packed,
    search,
    table,
    top,
)
from views import view_of_articles, view_of_journal, view_of_older

FILE = Path(__file__).with_name("broadsheet.ndjson")

NO_AUTHOR = kql("not authors: *")
NO_LEAD = kql("not lead: *")
NO_DATE = kql("not published_at: *")
NO_LANGUAGE = kql("not language: *")
WRONG_CAPTION = kql("images.status: mismatched")
SHORT = kql("word_count < 100")
UNSURE = kql("confidence < 0.7")  # articles.confidence.LOW
BY_TRAFILATURA = kql("extractor: trafilatura")
RUNS, SOURCES = kql("event.dataset: broadsheet.run"), kql("event.dataset: broadsheet.source")
FAILED = kql("event.outcome: failure")
CONTROLS = {"source": "Source", "section": "Section", "language": "Language"}


def objects() -> list[Json]:
    """Every object, those that are referred to before those that refer."""
    collected, wrong, health = _collected(), _wrong(), _health()
    panels = [panel for row in collected + wrong + health for panel, _, _ in row]
    return [
        view_of_articles(),
        view_of_older(),
        view_of_journal(),
        *_searches(),
        *panels,
        dashboard(
            "broadsheet-collected",
            "What was collected",
            "Articles in the index, by the date they were published.",
            collected,
            CONTROLS,
        ),
        dashboard(
            "broadsheet-wrong",
            "What went wrong",
            "Articles with gaps, and what was cut from them. Pages that never became an article are not in the "
            "index: `broadsheet status`, `sources` and `explain` know of them.",
            wrong,
            CONTROLS,
        ),
        dashboard(
            "broadsheet-health",
            "How the sources are",
            "What each run did, and each source's verdict at its end, as `broadsheet health` gives it. Runs of the last 90 days.",
            health,
            {"broadsheet.source": "Source", "broadsheet.verdict": "Verdict"},
            ("now-7d", JOURNAL),
        ),
    ]


def _searches() -> list[Json]:
    gaps = lucene("(*:* NOT authors:*) OR (*:* NOT lead:?*)")
    return [
        search(
            "broadsheet-latest",
            "Latest articles",
            "Every article, newest first.",
            ["title", "source", "section", "authors", "extractor", "confidence", "url"],
            EVERYTHING,
        ),
        search(
            "broadsheet-gaps",
            "Without author or lead",
            "Either the page does not say, or cleaning did not find it.",
            ["title", "source", "authors", "lead", "extractor", "confidence", "url"],
            gaps,
        ),
        search(
            "broadsheet-cut",
            "What was cut",
            "Text that a rule took out of an article, with the rule.",
            ["title", "source", "removed.rule", "removed.text"],
            kql("removed.rule: *"),
        ),
        search(
            "broadsheet-runs",
            "Runs",
            "Every run, newest first, with what it brought and how it ended.",
            ["message", "event.outcome", "broadsheet.run.indexed", "broadsheet.run.troubled"],
            RUNS,
            JOURNAL,
        ),
        search(
            "broadsheet-troubles",
            "Sources in trouble",
            "Each verdict that was no good one, at the end of each run, with its evidence.",
            ["broadsheet.source", "broadsheet.verdict", "message", "broadsheet.since"],
            kql("event.dataset: broadsheet.source and event.outcome: failure"),
            JOURNAL,
        ),
    ]


def _collected() -> list[list[tuple[Json, int, int]]]:
    articles = count("Articles")
    by_day = {"x": days(), "s": top("source", "Source", 10, "n"), "n": articles}
    sources = {
        "s": top("source", "Source", MOST_SOURCES, "n"),
        "n": articles,
        "newest": metric("max", "@timestamp", "Newest article", "date"),
        "seen": metric("max", "first_seen_at", "Newest first seen", "date"),
        "words": metric("median", "word_count", "Words (median)"),
    }
    return [
        [
            (number("broadsheet-articles-count", "Articles", articles), 12, 6),
            (number("broadsheet-sources", "Sources", metric("unique_count", "source", "Sources")), 12, 6),
            (
                number(
                    "broadsheet-newest",
                    "Newest first seen",
                    metric("max", "first_seen_at", "Newest first seen", "date"),
                ),
                12,
                6,
            ),
            (
                number(
                    "broadsheet-words",
                    "Words of an article",
                    metric("median", "word_count", "Words (median)"),
                ),
                12,
                6,
            ),
        ],
        [
            (bars("broadsheet-by-day", "Articles over time, by source", by_day), 32, 14),
            (_values("broadsheet-languages", "Languages", "language"), 16, 14),
        ],
        [
            (_values("broadsheet-sections", "Sections", "section"), 16, 14),
            (_values("broadsheet-authors", "Authors", "authors"), 16, 14),
            (_values("broadsheet-tags", "Tags", "tags"), 16, 14),
        ],
        [(table("broadsheet-per-source", "Newest per source", sources), 48, 16)],
    ]


def _wrong() -> list[list[tuple[Json, int, int]]]:
    by_day = {"x": days(), "s": top("removed.rule", "Rule", 10, "n"), "n": count("Articles")}
    gaps = {
        "s": top("source", "Source", MOST_SOURCES, "n"),
        "n": count("Articles"),
        "author": count("Without author", NO_AUTHOR),
        "lead": count("Without lead", NO_LEAD),
        "date": count("Without publication date", NO_DATE),
        "language": count("Without language", NO_LANGUAGE),
        "caption": count("A caption does not fit", WRONG_CAPTION),
        "short": count("Under 100 words", SHORT),
    }
    confidence = {
        "s": top("source", "Source", MOST_SOURCES, "n"),
        "n": count("Articles"),
        "sure": metric("median", "confidence", "Confidence (median)"),
        "unsure": count("Confidence under .7", UNSURE),
        "theirs": count("Text by trafilatura", BY_TRAFILATURA),
    }
    quiet = {
        "s": top("source", "Source", MOST_SOURCES, "seen", ascending=True),
        "seen": metric("max", "first_seen_at", "Newest first seen", "date"),
    }
    versions = {"x": top("rules", "Version", 10, "n", kind="number"), "n": count("Articles")}
    return [
        [
            (number("broadsheet-no-author", "Without author", count("Without author", NO_AUTHOR)), 12, 6),
            (number("broadsheet-no-lead", "Without lead", count("Without lead", NO_LEAD)), 12, 6),
            (
                number(
                    "broadsheet-no-date",
                    "Without publication date",
                    count("Without publication date", NO_DATE),
                ),
                12,
                6,
            ),
            (
                number(
                    "broadsheet-wrong-caption",
                    "A caption does not fit",
                    count("A caption does not fit", WRONG_CAPTION),
                ),
                12,
                6,
            ),
        ],
        [(table("broadsheet-gaps-per-source", "Gaps per source", gaps), 48, 14)],
        [(table("broadsheet-confidence", "Confidence by source", confidence), 48, 14)],
        [
            (_values("broadsheet-rules", "Articles that a rule cut from", "removed.rule"), 20, 14),
            (bars("broadsheet-cut-by-day", "Articles that a rule cut from, over time", by_day), 28, 14),
        ],
        [
            (_values("broadsheet-captions", "Articles by verdict on a caption", "images.status"), 16, 12),
            (bars("broadsheet-versions", "Articles by version of the cleaning rules", versions), 16, 12),
            (always(table("broadsheet-quiet", "Sources, the quietest first", quiet)), 16, 12),
        ],
    ]


def _health() -> list[list[tuple[Json, int, int]]]:
    """Panels over the journal. The list of silent sources has every source that runs know of, however long it is silent."""
    a_source = metric("unique_count", "broadsheet.source", "Sources")
    verdicts = {"x": days(), "s": top("broadsheet.verdict", "Verdict", 10, "n"), "n": a_source}
    brought = {"x": days(), "n": metric("sum", "broadsheet.run.indexed", "Articles indexed")}
    worst = {
        "s": top("broadsheet.source", "Source", MOST_SOURCES, "worst"),
        "worst": metric("max", "broadsheet.gravity", "Gravest of the time"),
        "now": last("broadsheet.verdict", "Verdict"),
        "since": last("broadsheet.since", "Since", "date"),
        "failures": last("broadsheet.failures", "Failures in a row", "number"),
        "rejected": last("broadsheet.rejected", "Rejected in a week", "number"),
    }
    silent = {
        "s": top("broadsheet.source", "Source", MOST_SOURCES, "new", ascending=True),
        "new": metric("max", "broadsheet.new_at", "Last new article", "date"),
        "week": last("broadsheet.week", "New in a week", "number"),
        "usual": last("broadsheet.usual", "In a usual week", "number"),
    }
    figures = (
        (
            "broadsheet-troubled",
            "Sources in trouble",
            last("broadsheet.run.troubled", "At the end of the last run", "number"),
        ),
        ("broadsheet-last-run", "Last run", metric("max", "@timestamp", "Its end", "date")),
        ("broadsheet-failed-runs", "Runs that failed", count("Runs that failed", FAILED)),
        (
            "broadsheet-indexed",
            "Articles indexed",
            metric("sum", "broadsheet.run.indexed", "Articles indexed"),
        ),
    )
    return [
        [(number(name, title, column, RUNS, JOURNAL), 12, 6) for name, title, column in figures],
        [
            (
                bars("broadsheet-verdicts", "Sources by verdict, over time", verdicts, SOURCES, JOURNAL),
                28,
                14,
            ),
            (bars("broadsheet-runs-by-day", "Articles indexed, over time", brought, RUNS, JOURNAL), 20, 14),
        ],
        [(table("broadsheet-worst", "Sources, the gravest verdict first", worst, SOURCES, JOURNAL), 48, 16)],
        [(table("broadsheet-silent", "Sources, silent the longest first", silent, SOURCES, JOURNAL), 48, 16)],
    ]


def _values(identity: str, title: str, field: str) -> Json:
    """The ten most frequent values of a keyword field."""
    return bars(identity, title, {"x": top(field, title, 10, "n"), "n": count("Articles")})


def text() -> str:
    """The file: one object a line."""
    return "".join(packed(each) + "\n" for each in objects())


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")

"""Broadsheet: extract articles from news pages, and search collections of them.

    import broadsheet

    article = broadsheet.clean_html(page, "https://example.org/news/ferry")   # one page
    with broadsheet.Collection("news") as news:                               # what `broadsheet run` has collected
        hits = news.search("ferry OR tram", since="2026-11-01")

The names in `__all__` are the public interface; docs/python.md shows each. Everything else, the packages articles, store, crawlers,
index, pipeline and flows included, is private and may change with any version.
"""

from typing import TYPE_CHECKING

from broadsheet.namesakes import claim

__version__ = "0.1.0"

__all__ = [
    "ArchiveError",
    "ArchiveUnavailableError",
    "Article",
    "ArticleHistory",
    "ArticleVersion",
    "BroadsheetError",
    "Collection",
    "ConfigError",
    "Count",
    "CrawlError",
    "Hit",
    "Hits",
    "Image",
    "IndexUnavailableError",
    "LedgerError",
    "Link",
    "LockedError",
    "Markup",
    "Preview",
    "Proposal",
    "QueryError",
    "Rejection",
    "Removal",
    "SearchIndexError",
    "Source",
    "Step",
    "StorageError",
    "TextBlock",
    "UrlError",
    "UsageError",
    "__version__",
    "clean_html",
    "clean_many",
    "to_dict",
]

if TYPE_CHECKING:
    from articles.errors import (
        ArchiveError,
        ArchiveUnavailableError,
        BroadsheetError,
        ConfigError,
        CrawlError,
        IndexUnavailableError,
        LedgerError,
        LockedError,
        QueryError,
        SearchIndexError,
        StorageError,
        UrlError,
        UsageError,
    )
    from articles.model import Article, Image, Rejection, Removal, to_dict
    from articles.structure.markup import Link, Markup, TextBlock
    from broadsheet.cleaning import clean_html, clean_many
    from broadsheet.collection import Collection, Source
    from index.protocols import Count, Hit, Hits
    from pipeline.explain import Step
    from pipeline.sites.rule_preview import Preview
    from pipeline.sites.teaching import Proposal
    from pipeline.versions.version_list import ArticleHistory, ArticleVersion

# Where each name comes from, imported on first use: importing all takes a second, too slow for the command line.
_HOMES = {
    "articles.model": ("Article", "Image", "Rejection", "Removal", "to_dict"),
    "articles.structure.markup": ("Link", "Markup", "TextBlock"),
    "broadsheet.cleaning": ("clean_html", "clean_many"),
    "broadsheet.collection": ("Collection", "Source"),
    "index.protocols": ("Count", "Hit", "Hits"),
    "pipeline.explain": ("Step",),
    "pipeline.sites.rule_preview": ("Preview",),
    "pipeline.sites.teaching": ("Proposal",),
    "pipeline.versions.version_list": ("ArticleVersion", "ArticleHistory"),
}

claim()


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in __all__:
        home = next((module for module, names in _HOMES.items() if name in names), "articles.errors")
        value: object = getattr(import_module(home), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Settings of users' tables and spiders: they count, except where they would weaken what protects others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from articles.errors import SpiderError
from crawlers.process.crawl_process import _crawls
from crawlers.process.scrapy_settings import PROTECTED, add_protected, process_settings
from tests.loopback import plan


def settings(
    own: dict[str, Any], custom: dict[str, Any] | None = None, allowed: tuple[str, ...] = ()
) -> Settings:
    """The settings of a crawl with such a table, whose spider has such `custom_settings`."""
    ours = process_settings(plan(Path("data"), delay=2.0))
    crawl = ours.copy()
    crawl.setdict(custom or {}, priority="spider")
    add_protected(crawl, own, ours, allowed)
    return crawl


def test_what_hurts_nobody_counts() -> None:
    own = {"AUTOTHROTTLE_ENABLED": True, "DEFAULT_REQUEST_HEADERS": {"Accept-Language": "sv"}}
    found = settings(own, {"COOKIES_DEBUG": True, "AUTOTHROTTLE_ENABLED": False})
    assert found.getbool("AUTOTHROTTLE_ENABLED")
    assert found.getbool("COOKIES_DEBUG")
    assert found.getdict("DEFAULT_REQUEST_HEADERS") == {"Accept-Language": "sv"}


@pytest.mark.parametrize("name", PROTECTED)
def test_what_protects_others_stays(name: str) -> None:
    ours = settings({})[name]
    another, third = ({"http": "a"}, {"http": "b"}) if "HANDLERS" in name else ("another", "a third")
    assert settings({name: another}, {name: third})[name] == ours
    replaced = settings({name: another}, {name: third}, allowed=(name,))
    assert (replaced.getdict(name) if "HANDLERS" in name else replaced[name]) == another


def test_a_value_that_scrapy_cannot_read_is_named() -> None:
    with pytest.raises(SpiderError, match="the setting DOWNLOAD_HANDLERS is not valid"):
        settings({"DOWNLOAD_HANDLERS": "none"})


@pytest.mark.parametrize("table", [True, False], ids=["table", "custom_settings"])
def test_components_are_added_and_none_of_ours_is_taken_away(table: bool) -> None:
    robots = "crawlers.middlewares.robots_txt.RobotsTxtMiddleware"
    wanted = {"DOWNLOADER_MIDDLEWARES": {"mine.Middleware": 543, robots: None}}
    found = settings(wanted) if table else settings({}, wanted)
    assert found.getdict("DOWNLOADER_MIDDLEWARES")["mine.Middleware"] == 543
    assert found.getdict("DOWNLOADER_MIDDLEWARES")[robots] == 100
    assert (
        len(found.getdict("DOWNLOADER_MIDDLEWARES"))
        == len(settings({}).getdict("DOWNLOADER_MIDDLEWARES")) + 1
    )


def test_the_delay_is_that_of_the_configuration() -> None:
    assert settings({"DOWNLOAD_DELAY": 0})["DOWNLOAD_DELAY"] == 2.0


@pytest.mark.parametrize(("table", "number"), [({}, 1), ({"CONCURRENT_ITEMS": 7}, 7)])
def test_our_own_spiders_handle_one_item_of_an_answer_at_a_time_unless_told_otherwise(
    table: dict[str, Any], number: int
) -> None:
    what = replace(plan(Path("data")), scrapy=table)
    crawls, _ = _crawls(what, AsyncCrawlerProcess(process_settings(what)))
    assert [crawler.settings.getint("CONCURRENT_ITEMS") for crawler, _ in crawls] == [number]

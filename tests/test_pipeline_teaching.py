"""A correction of one page, from the archive to a rule that all pages of its site are cleaned by."""

from datetime import date
from pathlib import Path

import pytest

from articles.errors import ConfigError
from bench.taught_sites import TaughtPage, pages
from broadsheet import Collection
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.sites.site_folder import read_site
from pipeline.sites.teaching import Correction, look_up, proposals
from tests.collected_pages import collected, configured

TODAY = date(2026, 3, 12)


@pytest.fixture(scope="module")
def made() -> list[TaughtPage]:
    return pages("changing wording", 12)


@pytest.fixture
def config(tmp_path: Path, made: list[TaughtPage]) -> Config:
    config = configured(tmp_path)
    with cleaners(config) as pool:
        collected(config, pool, [each.page for each in made])
    return config


def texts(config: Config) -> dict[str, tuple[str, ...]]:
    with Collection(config.path) as collection:
        return {article.url: article.body for article in collection.articles()}


def test_one_line_makes_all_pages_of_the_site_right(config: Config, made: list[TaughtPage]) -> None:
    truth = {each.page.final_url: each.truth for each in made}
    assert texts(config) != truth
    taught = look_up(config, made[0].page.url)
    assert len(taught.pages) == len(made)
    first = proposals(taught, Correction("cut", made[0].line), TODAY)[0]
    preview = first.preview()
    assert (preview.pages, preview.warning, preview.much) == (len(made), "", [])
    assert preview.changed == sum(1 for each in made if each.line)
    assert preview.diffs[0].lines[0] == f"- {made[0].line}"
    assert not config.sites.exists()
    first.apply()
    assert texts(config) == truth
    (rule,) = read_site(taught.path).rules
    assert (rule.name, rule.select, rule.lessons[0].line) == ("cut-1", "div.zz-strip", made[0].line)
    with pytest.raises(ConfigError, match="not in the article .*cut-1"):
        proposals(look_up(config, made[0].page.url), Correction("cut", made[0].line))

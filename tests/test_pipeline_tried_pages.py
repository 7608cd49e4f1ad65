"""The pages that files name as tests, tried on the archive; and pages of a run, cleaned by the files."""

from pathlib import Path

import pytest

from articles.model import Page
from pipeline import indexes
from pipeline.batches import cleaners
from pipeline.configuration.config import Config, load
from pipeline.sites.site_configs import configured_files
from pipeline.sites.tried_pages import chosen, try_pages
from tests.collected_pages import archived, configured, loaded
from tests.command_line import call
from tests.test_articles_clean import page

PARAGRAPHS = "".join(
    f"<p>On day {n} the bridge over the sound stayed closed, because the new bearings had not arrived, and the islanders crossed"
    f" in an open launch.</p>"
    for n in range(4)
)
GALA = "<div class=zz><p>The gala of the harbour master is on Friday at nine in the old hall.</p></div>"


def story(path: str, body: str, status: int = 200) -> Page:
    url = f"https://paper.example/{path}"
    whole = f"<html><head><title>Bridge stays closed</title></head><body><h1>Bridge stays closed</h1>{body}</body></html>"
    return page(whole, url=url, final_url=url, status=status)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A collection of three pages, and the files of two hosts."""
    folder = tmp_path_factory.mktemp("paper")
    path = configured(folder).path
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('site_configs = ""', 'site_configs = "ftr"'), encoding="utf-8")
    (folder / "ftr").mkdir()
    (folder / "ftr" / "paper.example.txt").write_text(
        "body: //div[@id='story']\nstrip_id_or_class: zz\nstrip: //div[\ntidy: no\n"
        "test_url: http://www.paper.example/closed\ntest_contains: Open LAUNCH\ntest_contains: the gala\ntest_contains: a ferry\n"
        "test_url: https://paper.example/closed\ntest_contains: new bearings\n"
        "test_url: https://paper.example/gone\ntest_contains: anything\n"
        "test_url: https://paper.example/never-seen\n"
        "test_url: no address\n",
        encoding="utf-8",
    )
    (folder / "ftr" / "other.example.txt").write_text("title: //h1\n", encoding="utf-8")
    config = load(path)
    archived(config, [story("closed", f"<div id=story>{PARAGRAPHS}{GALA}</div>"), story("gone", "", 404)])
    return config


def test_each_page_is_tried_by_its_file(config: Config) -> None:
    configs = configured_files(config)
    assert configs
    trials = list(try_pages(config, configs, configs.files()))
    assert [(trial.line, trial.result, trial.missing) for trial in trials] == [
        (5, "failed", ("the gala", "a ferry")),
        (9, "passed", ()),
        (11, "rejected", ()),
        (13, "not archived", ()),
        (14, "not archived", ()),
    ]
    assert trials[2].detail == "http_status: HTTP 404"


def test_files_are_chosen_by_host(config: Config) -> None:
    configs = configured_files(config)
    assert configs
    assert [file.name for file in chosen(configs.files(), ["www.paper.example"])] == ["paper.example.txt"]
    assert len(chosen(configs.files(), [])) == 2


def test_the_command_says_what_is_missing_and_what_is_wrong(config: Config) -> None:
    done = call(config.path.parent, "sites", "paper.example", "--test")
    assert done.returncode == 1
    for said in (
        "paper.example.txt:3",
        "refused",
        "no XPath",
        "not used",
        "the gala, a ferry",
        "files: 1, their tests: 5, remarks: 2",
        "2 not archived",
    ):
        assert said in done.stdout, done.stdout
    assert call(config.path.parent, "sites", "other.example", "--test").returncode == 0
    assert '"result": "failed"' in call(config.path.parent, "sites", "--test", "--json").stdout


def test_without_the_setting_the_command_says_how_to_get_files(tmp_path: Path) -> None:
    done = call(configured(tmp_path).path.parent, "sites", "--test")
    assert done.returncode != 0
    assert "site_configs" in done.stderr


def test_a_run_cleans_by_the_files_and_says_which_lines_did_something(config: Config) -> None:
    with cleaners(config) as pool:
        loaded(config, pool)
    (article,) = indexes.reader(config).all()
    assert not any("gala" in line for line in article.body)
    assert set(article.site_matched) == {"paper.example.txt:1", "paper.example.txt:2"}
    assert [cut.evidence.partition(" ")[0] for cut in article.removed] == ["paper.example.txt:2:"]
    assert article.site_rules

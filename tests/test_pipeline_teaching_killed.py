"""`teach --yes`, killed anywhere: whoever comes next makes of the collection what an undisturbed one would have."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.taught_sites import TaughtPage, pages
from broadsheet import Collection
from pipeline.batches import cleaners
from pipeline.configuration.config import Config, load
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.reprocess import reclean
from pipeline.sites.correcting import corrected
from pipeline.sites.site_folder import load_sites
from pipeline.sites.teaching import Correction, look_up
from pipeline.status import status
from tests.collected_pages import collected, configured

pytestmark = pytest.mark.long
MADE = 9
VARYING = ("first_seen_at", "snapshot")
MOMENTS = {
    "the preview is done": ("pipeline.sites.site_folder:write_site", 1, "before"),
    "the file is there under another name": ("pipeline.sites.site_folder:Path.replace", 1, "before"),
    "the file is written": ("pipeline.sites.site_folder:write_site", 1, "after"),
    "nothing is cleaned again yet": ("pipeline.maintenance.reprocess:Settler.settle", 1, "before"),
    "two are cleaned again": ("pipeline.maintenance.reprocess:Settler.settle", 1, "after"),
    "the index has what the ledger has not": ("index.embedded.local_writer:EmbeddedWriter.add", 2, "after"),
    "half is cleaned again": ("pipeline.maintenance.reprocess:Settler.settle", 3, "before"),
    "nothing is judged yet": ("pipeline.maintenance.reprocess:Judge.judge_waiting", 1, "before"),
    "all is done": ("pipeline.maintenance.reprocess:Judge.judge_waiting", 1, "after"),
}


@pytest.fixture(scope="module")
def made() -> list[TaughtPage]:
    return pages("changing wording", MADE, missing=0)


@pytest.fixture(scope="module")
def untaught(tmp_path_factory: pytest.TempPathFactory, made: list[TaughtPage]) -> Config:
    config = configured(tmp_path_factory.mktemp("untaught"))
    with cleaners(config) as pool:
        collected(config, pool, [each.page for each in made])
    return config


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, untaught: Config, made: list[TaughtPage]) -> Config:
    config = copied(untaught, tmp_path_factory.mktemp("undisturbed") / "copy")
    corrected(look_up(config, made[0].page.url), [Correction("cut", made[0].line)]).apply()
    return config


def copied(config: Config, folder: Path) -> Config:
    shutil.copytree(config.path.parent, folder)
    return load(folder / config.path.name)


def exported(config: Config) -> dict[str, dict[str, object]]:
    with Collection(config.path) as collection:
        articles = list(collection.articles())
    fields = [name for name in type(articles[0]).__dataclass_fields__ if name not in VARYING]
    return {each.url: {name: getattr(each, name) for name in fields} for each in articles}


def killed(config: Config, made: list[TaughtPage], moment: tuple[str, int, str]) -> None:
    where, nth, when = moment
    words = ("-c", str(config.path), "teach", made[0].page.url, "--cut", made[0].line, "--yes", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_command", where, str(nth), when, *words],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_teaching_is_never_half_and_goes_on(
    untaught: Config, undisturbed: Config, made: list[TaughtPage], tmp_path: Path, moment: str
) -> None:
    old, new = exported(untaught), exported(undisturbed)
    assert old.keys() == new.keys()
    assert all(old[url] != new[url] for url in old)
    config = copied(untaught, tmp_path / "copy")
    killed(config, made, MOMENTS[moment])

    left = exported(config)
    assert left.keys() == old.keys()
    for url, article in left.items():
        assert article in (old[url], new[url])
    if moment == "half is cleaned again":
        assert 0 < sum(article == new[url] for url, article in left.items()) < MADE
    is_kept = bool(load_sites(config).by_host)
    assert is_kept == (moment not in tuple(MOMENTS)[:2])
    if is_kept:
        reclean(config)
    else:
        assert left == old
        corrected(look_up(config, made[0].page.url), [Correction("cut", made[0].line)]).apply()
    assert exported(config) == new
    assert status(config)["site_rules"] == {"present": MADE, "older": 0}
    assert [each for each in examine(config) if not each.ok] == []

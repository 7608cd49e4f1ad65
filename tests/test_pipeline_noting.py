"""Versions of articles: the same in whatever order their pages come, after a rebuild, other rules, and without raw pages."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from articles.model import Page
from articles.urls import article_id
from pipeline import indexes
from pipeline.batches import Cleaners, cleaners
from pipeline.configuration.config import Config, load
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.reprocess import reclean
from pipeline.maintenance.upkeep import maintain
from pipeline.run import data_folder
from store.ledger import version_table
from store.ledger.capture_table import CAPTURES
from store.ledger.version_table import SIGHTINGS, WORDINGS
from tests.collected_pages import MORNING, archived, clock, collected, configured, loaded
from tests.desk import STORIES, WIRE
from tests.edited_pages import HOME, TITLE, page, told, versions

SHORTER = WIRE[:-1]
COSMETIC = tuple(line.replace("“", '"').replace("”", '"') for line in WIRE)
VIEWS = "<p>1,204 views</p><p>{} reads and 12 shares</p>"
KRAIT: tuple[Page, ...] = (
    page("krait", 0, day="2026-03-01"),
    page("krait", 1, body=COSMETIC, footer=VIEWS.format(3), day="2026-03-01"),
    page("krait", 2, title=f"{TITLE} missiles", body=SHORTER, footer=VIEWS.format(4), day="2026-03-01"),
    page("krait", 3, title=f"{TITLE} missiles", body=SHORTER, footer=VIEWS.format(9), day="2026-03-01"),
    page("krait", 4, title=f"{TITLE} missiles", body=SHORTER, footer=VIEWS.format(9), day="2026-03-02"),
    page("krait", 5, day="2026-03-02"),
)
OTHER = page("other", 0, title="Bakers and a senator in the news of the day", body=STORIES["en"])
EXPECTED = [
    (1, 0.0, (), 2),
    (2, 2.0, ("title", "body"), 2),
    (3, 4.0, ("times",), 1),
    (4, 5.0, ("title", "body"), 1),
]
CHANGED = ("title", "body", "times")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cleaners]:
    """The cleaner, started once for all tests here."""
    with cleaners(configured(tmp_path_factory.mktemp("cleaner"))) as pool:
        yield pool


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path / "folder")


def in_index(config: Config, name: str = "krait") -> tuple[int, tuple[str, ...]]:
    article = indexes.reader(config).get(article_id(f"{HOME}/{name}"))
    assert article is not None
    return article.versions, article.changed


def as_expected(config: Config) -> None:
    assert told(config, "krait") == EXPECTED
    assert in_index(config) == (4, CHANGED)
    assert told(config, "other") == [(1, 0.0, (), 1)]
    assert in_index(config, "other") == (1, ())


@pytest.mark.parametrize(
    "order",
    [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (2, 5, 0, 3, 1, 4)],
    ids=["in order", "backwards", "mixed"],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["one run", "a run each"])
def test_versions_take_their_places_by_the_time_of_the_fetch(
    config: Config, pool: Cleaners, order: tuple[int, ...], at_once: bool
) -> None:
    pages = [KRAIT[index] for index in order]
    collected(config, pool, *([[*pages, OTHER]] if at_once else [[OTHER], *([each] for each in pages)]))
    as_expected(config)
    first, second, third, _ = versions(config, "krait")
    assert first.seen.wording.body == WIRE
    assert second.seen.wording.title == f"{TITLE} missiles"
    assert second.seen.wording.body[: len(SHORTER)] == SHORTER
    assert (second.last, third.last) == (MORNING + timedelta(hours=3), MORNING + timedelta(hours=4))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, pool: Cleaners) -> Config:
    """A data folder that was loaded out of order; not to be changed."""
    config = configured(tmp_path_factory.mktemp("whole") / "folder")
    collected(config, pool, [OTHER, KRAIT[3]], [KRAIT[0], KRAIT[5]], [KRAIT[2]], [KRAIT[1], KRAIT[4]])
    as_expected(config)
    return config


@pytest.fixture
def copy(whole: Config, tmp_path: Path) -> Config:
    shutil.copytree(whole.path.parent, tmp_path / "copy")
    return load(tmp_path / "copy" / "broadsheet.toml")


def by_time(config: Config) -> list[object]:
    """The versions without the numbers of captures, which a rebuild gives anew."""
    return [(one.number, one.seen, one.last, one.captures, one.changed) for one in versions(config, "krait")]


def test_a_rebuild_gives_the_same_versions(copy: Config) -> None:
    before = by_time(copy)
    copy.ledger.unlink()
    rebuild(copy)
    assert by_time(copy) == before
    as_expected(copy)


def test_versions_survive_their_raw_pages_and_a_rebuild_without_them(copy: Config, pool: Cleaners) -> None:
    before = by_time(copy)
    text = copy.path.read_text("utf-8").replace('retention = ""', 'retention = "1d"')
    copy.path.write_text(text, "utf-8")
    config = load(copy.path)
    maintain(config, lambda: clock() + timedelta(days=90))  # closes the segment
    collected(config, pool, [page("krait", 30 * 24, day="2026-03-02")])
    maintain(config, lambda: clock() + timedelta(days=91))
    with data_folder(config) as (_, ledger), ledger.reading() as conn:
        raw = conn.execute(select(CAPTURES.c.id).where(CAPTURES.c.dropped_at.is_(None))).all()
    assert not raw
    last = by_time(config)
    assert [each[:2] for each in last] == [each[:2] for each in before]
    config.ledger.unlink()
    rebuild(config)
    assert by_time(config) == last
    assert in_index(config) == (4, CHANGED)


def test_reclean_counts_again(copy: Config) -> None:
    with data_folder(copy) as (_, ledger), ledger.transaction() as conn:
        conn.execute(SIGHTINGS.update().values(number=1, changed="", marks="a,b,c,d"))
    reclean(copy, dry_run=True)
    assert in_index(copy) == (4, CHANGED)
    assert len(versions(copy, "krait")) == 1
    reclean(copy)
    as_expected(copy)


def test_rules_are_not_taken_for_edits(copy: Config, pool: Cleaners) -> None:
    """The earlier captures are cleaned again as soon as there is a new one."""
    with data_folder(copy) as (_, ledger), ledger.transaction() as conn:
        conn.execute(SIGHTINGS.update().values(rules=1, marks="older,rules,gave,this", number=1, changed=""))
    collected(copy, pool, [page("krait", 6, body=SHORTER, day="2026-03-02")])
    assert told(copy, "krait") == [*EXPECTED, (5, 6.0, ("body",), 1)]
    assert in_index(copy) == (5, CHANGED)
    assert told(copy, "other") == [(1, 0.0, (), 1)]


def test_a_ledger_from_before_versions_gets_them_with_the_new_index(copy: Config) -> None:
    with data_folder(copy) as (_, ledger), ledger.transaction() as conn:
        for table in (SIGHTINGS, WORDINGS):
            conn.execute(table.delete())
    reindex(copy)
    as_expected(copy)


def test_or_with_the_next_capture(copy: Config, pool: Cleaners) -> None:
    with data_folder(copy) as (_, ledger), ledger.transaction() as conn:
        conn.execute(SIGHTINGS.delete())
        conn.execute(WORDINGS.delete())
    collected(copy, pool, [page("krait", 6, body=SHORTER, day="2026-03-02")])
    assert told(copy, "krait") == [*EXPECTED, (5, 6.0, ("body",), 1)]
    assert in_index(copy) == (5, CHANGED)


def test_a_kill_between_index_and_ledger_changes_nothing(
    copy: Config, pool: Cleaners, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception): ...

    def killed(*_: object) -> None:
        raise KilledError

    earlier = page("krait", 0.5, body=SHORTER, day="2026-03-01")
    archived(copy, [earlier])
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.settling._record", killed)
        with pytest.raises(KilledError):
            loaded(copy, pool)
    assert in_index(copy) == (6, CHANGED), "the index has it already"
    assert told(copy, "krait") == EXPECTED
    loaded(copy, pool)
    assert [row[:2] for row in told(copy, "krait")][:3] == [(1, 0.0), (2, 0.5), (3, 1.0)]
    assert in_index(copy) == (6, CHANGED)


def test_all_versions_of_an_article_can_be_removed(copy: Config) -> None:
    with data_folder(copy) as (_, ledger), ledger.transaction() as conn:
        version_table.remove(conn, [article_id(f"{HOME}/krait")])
        assert {row.article_id for row in conn.execute(WORDINGS.select())} == {article_id(f"{HOME}/other")}
    assert versions(copy, "krait") == ()
    assert len(versions(copy, "other")) == 1


def test_wordings_that_nothing_shows_any_more_are_not_kept(copy: Config) -> None:
    with data_folder(copy) as (_, ledger), ledger.reading() as conn:
        hashes = {row.hash for row in conn.execute(WORDINGS.select())}
        assert hashes == {row.wording for row in conn.execute(SIGHTINGS.select())}


LETTER = "The morning letter of the coast comes at six, and tells you more about {}."


def test_a_rule_of_the_site_is_no_edit_whether_it_comes_changes_or_goes(config: Config) -> None:
    """An edit of the page is one all the same. Captures of before a rule are cleaned by it as soon as another one was."""

    def run(*pages: Page) -> None:
        with cleaners(config) as pool:
            collected(config, pool, pages)

    box = [
        f"<div class=zz>{LETTER.format(what)}</div>" for what in ("ferries", "harbours", "ferries", "pilots")
    ]
    path = config.sites / "post.example.org.toml"
    run(page("krait", 0, footer=box[0]))
    assert any("morning letter" in line for line in versions(config, "krait")[0].seen.wording.body)
    path.parent.mkdir()
    path.write_text('[[cut]]\nname = "cut-1"\nline = "The morning letter of the coast * about *"\n', "utf-8")
    run(page("krait", 1, footer=box[1]))
    assert told(config, "krait") == [(1, 0.0, (), 2)]
    assert versions(config, "krait")[0].seen.wording.body == WIRE
    run(page("krait", 2, footer=box[2], body=SHORTER))
    edited = [(1, 0.0, (), 2), (2, 2.0, ("body",), 1)]
    assert told(config, "krait") == edited
    path.write_text('[[cut]]\nname = "cut-2"\nselect = "div.zz"\n', "utf-8")
    reclean(config)
    assert told(config, "krait") == edited
    assert in_index(config) == (2, ("body",))
    path.write_text("", "utf-8")
    run(page("krait", 3, footer=box[2], body=SHORTER))
    assert [each[:2] for each in told(config, "krait")] == [
        (1, 0.0),
        (2, 1.0),
        (3, 2.0),
    ]  # the letter is text
    path.unlink()
    reclean(config)
    assert len(told(config, "krait")) == 3

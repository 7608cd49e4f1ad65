"""What a source's articles teach about each other, day after day, on a real archive, ledger and embedded index."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest

from articles.model import Article, FeedEntry, Page
from articles.urls import canonical
from index.protocols import IndexWriter
from index.query import Query
from pipeline import indexes, judging
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.explain import explain
from pipeline.judging import Judged
from pipeline.learned_templates import forget, listed
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.reprocess import reclean
from tests.collected_pages import MORNING, archived, configured, loaded
from tests.desk import STORIES, WIRE

FOOTER = "The Norland Post goes on at its other doors, post-of-norland.example and norland.example, whenever this one is shut."
DAY = timedelta(days=1)
KRAIT = "https://post.example/krait"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path)


def page(
    name: str, *lines: str, source: str = "post", day: int = 0, minute: int = 0, figure: str = ""
) -> Page:
    url = canonical(f"https://{source}.example/{name}")
    title = f"{name.replace('-', ' ').capitalize()} as told by the {source}"
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = (
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{title}"></head><body><article><h1>{title}</h1>'
        f"{figure}{body}</article></body></html>"
    )
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=html.encode(),
        fetched_at=MORNING + day * DAY + timedelta(minutes=minute),
        entry=FeedEntry(url=url, source=source),
    )


def story(number: int, *more: str, **fields: object) -> Page:
    """A page of its own wording: a story of the desk, told forwards, backwards and by the alphabet."""
    words = STORIES["en"][number].rstrip(".").split()
    told = [" ".join(order) + "." for order in (words, words[::-1], sorted(words))]
    return page(f"story-{number}", *told, *more, **fields)  # type: ignore[arg-type]


Collect = Callable[..., Judged]


@pytest.fixture(scope="module")
def collect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collect]:
    """Does with pages what a run does after it has fetched them. Its cleaner is started once for all tests here."""

    def collect(config: Config, pages: Iterable[Page], writer: IndexWriter | None = None) -> Judged:
        archived(config, pages)
        return loaded(config, pool, writer)

    with cleaners(configured(tmp_path_factory.mktemp("cleaner"))) as pool:
        yield collect


def articles(config: Config) -> dict[str, Article]:
    """By the last part of their URL; all but the number of the snapshot."""
    return {
        article.url.rpartition("/")[2]: replace(article, snapshot=0)
        for article in indexes.reader(config).all()
    }


def without_counts(config: Config) -> dict[str, Article]:
    """The articles without what says in how many others a template was seen: later snapshots know of more."""
    return {
        name: replace(
            article, content_hash="", removed=tuple(replace(cut, evidence="") for cut in article.removed)
        )
        for name, article in articles(config).items()
    }


def with_footer(config: Config) -> set[str]:
    return {name for name, article in articles(config).items() if FOOTER in article.body}


def test_a_footer_goes_on_its_second_day_from_the_first_days_articles_too(
    config: Config, collect: Collect
) -> None:
    first = collect(config, [story(n, FOOTER, minute=n) for n in range(3)])
    assert (first.snapshot, first.articles, first.templates) == (1, 3, 0)
    assert with_footer(config) == {"story-0", "story-1", "story-2"}, "three articles of one day prove nothing"
    second = collect(config, [story(3, FOOTER, day=1), story(4, day=1)])
    assert (second.snapshot, second.templates) == (2, 1)
    assert with_footer(config) == set()
    (cut,) = [removal for removal in articles(config)["story-0"].removed if removal.rule == "template"]
    assert cut.text == FOOTER
    named = {article.id for article in articles(config).values()}
    assert sum(each in cut.evidence for each in named) == 3
    assert any(
        "template" in step.what and "its other doors" in step.what
        for step in explain(config, "https://post.example/story-0")
    )
    third = collect(config, [story(5, FOOTER, day=2)])
    assert (third.articles, third.templates) == (1, 0), "no article of the days before is touched again"
    assert with_footer(config) == set()
    before = without_counts(config)
    for again in (lambda: reindex(config), lambda: reclean(config), lambda: rebuild(config)):
        again()
        assert without_counts(config) == before
    assert all(finding.ok for finding in examine(config)), examine(config)


def test_a_template_that_a_person_forgets_comes_back_and_is_not_learned_again(
    config: Config, collect: Collect
) -> None:
    collect(config, [story(n, FOOTER, day=n % 2, minute=n) for n in range(4)])
    (known,) = listed(config, "post")
    assert (known.text, known.forgotten_at) == (FOOTER, None)
    assert forget(config, "post", f"{known.fingerprint:016x}") == 4
    assert with_footer(config) == {"story-0", "story-1", "story-2", "story-3"}
    collect(config, [story(4, FOOTER, day=2)])
    assert "story-4" in with_footer(config)
    (known,) = listed(config, "post")
    assert known.forgotten_at
    before = with_footer(config)
    rebuild(config)
    assert listed(config, "post") == [known], "the declaration is a person's: no archive tells it"
    assert with_footer(config) == before


def test_copies_of_a_wire_report_are_one_story_and_others_are_not(config: Config, collect: Collect) -> None:
    collect(config, [page("krait", *WIRE, source="post"), *(story(n, minute=n) for n in range(2))])
    shorter = ("From our correspondent in Holm.", *WIRE[:6])
    collect(
        config,
        [
            page("missiles", *shorter, source="herald", day=1),
            page("launchers", *WIRE, "All rights with the agency.", source="tribune", day=1, minute=5),
        ],
    )
    found = articles(config)
    assert {found[name].story_id for name in ("krait", "missiles", "launchers")} == {found["krait"].id}
    assert {found[name].story_id for name in ("story-0", "story-1")} == {
        found["story-0"].id,
        found["story-1"].id,
    }
    rebuild(config)
    assert articles(config) == found


def test_an_updated_article_keeps_its_story_and_an_unchanged_one_is_left_alone(
    config: Config, collect: Collect
) -> None:
    collect(config, [page("krait", *WIRE, source="post"), page("missiles", *WIRE, source="herald", minute=1)])
    before = articles(config)
    again = [replace(page("missiles", *WIRE, source="herald"), fetched_at=MORNING + DAY)]
    assert collect(config, again) == Judged()
    assert articles(config) == before
    collect(config, [page("missiles", *WIRE, "A last paragraph was added later.", source="herald", day=2)])
    assert articles(config)["missiles"].story_id == before["krait"].id
    assert len(articles(config)["missiles"].body) == len(WIRE) + 1


def test_a_caption_of_another_story_is_found_once_there_are_others_to_compare(
    config: Config, collect: Collect
) -> None:
    figures = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{caption}</figcaption></figure>"
        for n, caption in enumerate(
            (
                "Senator Ilka Ommen and speaker Nora Pellow at a rally in the capitol for the voting law",
                "A Krait launcher unloaded at the port of Vesting",
            )
        )
    )
    collect(config, [page("krait", *WIRE, figure=figures), *(story(n, minute=n) for n in range(12))])
    images = articles(config)["krait"].images
    assert [image.status for image in images] == ["mismatched", "matched"]
    reader = indexes.reader(config)
    assert "krait" not in {
        hit.article.url.rpartition("/")[2] for hit in reader.search(Query(text="Pellow rally")).hits
    }
    assert reader.search(Query(text="caption:Pellow")).total == 1


FOREIGN_FIGURES = "".join(
    f"<figure><img src='{n}.jpg'><figcaption>{caption}</figcaption></figure>"
    for n, caption in enumerate(
        (
            "Governor Yorick Zamble, his wife Quella and Justice Dorrit Vexley greet veterans, nurses and firemen at the yearly parade through Quenby, Illyria",
            "A Krait launcher unloaded at the port of Vesting",
        )
    )
)


def verdicts(config: Config) -> list[str]:
    return [image.status for image in articles(config)["krait"].images]


def test_undecided_captions_are_judged_again_when_the_source_has_grown(
    config: Config, collect: Collect
) -> None:
    collect(config, [page("krait", *WIRE, figure=FOREIGN_FIGURES), story(0, minute=1)])
    assert verdicts(config) == ["undecided", "undecided"]
    assert any("by the words of 2 articles in en" in step.what for step in explain(config, KRAIT))
    second = collect(config, [story(1, day=1)])
    assert second.articles == 1, "three are not twice as many as two"
    assert verdicts(config) == ["undecided", "undecided"]
    third = collect(config, [story(n, day=2, minute=n) for n in range(2, 9)])
    assert third.articles == 8
    assert verdicts(config) == ["mismatched", "matched"]
    assert any("by the words of 10 articles in en" in step.what for step in explain(config, KRAIT))
    fourth = collect(config, [story(n, day=3, minute=n) for n in range(9, 12)])
    assert fourth.articles == 3, "what is decided is left alone"
    before = articles(config)
    rebuild(config)
    assert articles(config) == before


def test_the_articles_of_other_sources_tell_a_young_one_which_words_are_rare(
    config: Config, collect: Collect
) -> None:
    elsewhere = [
        replace(
            story(n, source=source, minute=n), entry=FeedEntry(url=story(n, source=source).url, source=source)
        )
        for n, source in enumerate(("herald", "tribune") * 5)
    ]
    collect(config, [page("krait", *WIRE, figure=FOREIGN_FIGURES), *elsewhere])
    assert verdicts(config) == ["mismatched", "matched"]
    assert any("by the words of 11 articles in en" in step.what for step in explain(config, KRAIT))


def test_how_many_are_judged_at_once_changes_nothing(
    config: Config, collect: Collect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [
        [
            *(story(n, FOOTER, day=day, minute=n) for n in range(5 * day, 5 * day + 5)),
            page("krait", *WIRE[day:], source=f"s{day}", day=day, figure=FOREIGN_FIGURES),
        ]
        for day in range(2)
    ]
    judged = [collect(config, pages) for pages in days]
    assert judged[1].articles == 6 + 5, "those of the first day lose the footer, too"
    assert judged[1].changed > judged[1].articles // 2
    monkeypatch.setattr(judging, "_AT_ONCE", 2)
    other = configured(tmp_path / "few")
    assert [collect(other, pages) for pages in days] == judged
    got, whole = (list(indexes.reader(each).all()) for each in (other, config))
    assert [replace(each, archive="") for each in got] == [replace(each, archive="") for each in whole]


def test_neither_order_nor_a_kill_changes_what_a_snapshot_says(
    config: Config, collect: Collect, tmp_path: Path
) -> None:
    wires = [page("wire", *WIRE, source=source, minute=n) for n, source in enumerate(("a", "b", "c"))]
    pages = [*(story(n, FOOTER, day=n % 2, minute=n) for n in range(8)), *wires]
    collect(config, pages)
    whole = list(indexes.reader(config).all())
    shuffled = random.Random(4).sample(pages, len(pages))

    class Dying:
        """An index that is gone after so many articles, as a killed process is."""

        def __init__(self, inner: IndexWriter, left: int) -> None:
            self._inner, self._left = inner, left

        def add(self, batch: list[Article]) -> object:
            self._left -= len(batch)
            if self._left < 0:
                raise KeyboardInterrupt
            return self._inner.add(batch)

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

    for left in (5, 13, 17):
        other = configured(tmp_path / str(left))
        with pytest.raises(KeyboardInterrupt):
            collect(other, shuffled, Dying(indexes.writer(other), left))  # type: ignore[arg-type]
        collect(other, [])
        got = list(indexes.reader(other).all())
        assert [replace(a, archive="") for a in got] == [replace(a, archive="") for a in whole]

"""Pages that name another as their original, and pages at two forms of an address: what stays in the index, in any order."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from html import escape
from itertools import permutations
from pathlib import Path

import pytest

from articles.model import FeedEntry, Page
from articles.urls import article_id, canonical
from pipeline import indexes
from pipeline.batches import Cleaners, cleaners
from pipeline.configuration.config import Config
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.reprocess import reclean
from pipeline.run import data_folder
from store.ledger import capture_table, knowledge_table, url_table
from store.ledger.queries.stand_ins import duplicates_waiting
from store.records import Capture, Outcome, Selection
from tests.collected_pages import MORNING, collected, configured
from tests.desk import STORIES, WIRE

BUN, RALLY, ZOO = (STORIES["en"][n : n + 3] for n in (0, 3, 6))
HOME = "https://post.example.org"
KRAIT = f"{HOME}/krait"


def page(url: str, *lines: str, names: str = "", asked: str = "", minute: int = 0) -> Page:
    """A page of the Post that names this original; `asked` is the address that redirected to it."""
    url, title = canonical(url), f"{lines[0][:40]} as told by the Post"
    link = f'<link rel="canonical" href="{names}">' if names else ""
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = (
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{title}">{link}</head><body><article><h1>{title}</h1>{body}</article></body></html>'
    )
    return Page(
        url=asked or url,
        final_url=url,
        redirects=(asked,) if asked else (),
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=html.encode(),
        fetched_at=MORNING + timedelta(minutes=minute),
        entry=FeedEntry(url=asked or url, source="post"),
    )


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cleaners]:
    """The cleaner, started once for all tests here."""
    with cleaners(configured(tmp_path_factory.mktemp("cleaner"))) as pool:
        yield pool


@pytest.fixture(params=["one run", "a run each"])
def collect(request: pytest.FixtureRequest, pool: Cleaners) -> Callable[..., None]:
    """Collects pages in this order, in one batch or in a run for each."""

    def collect(config: Config, *pages: Page) -> None:
        for part in [pages] if request.param == "one run" else [[each] for each in pages]:
            collected(config, pool, part)

    return collect


def found(config: Config) -> set[str]:
    return {article.url for article in indexes.reader(config).all()}


def captures(config: Config) -> dict[str, Capture]:
    """The last capture by final URL."""
    with data_folder(config) as (_, ledger), ledger.reading() as conn:
        return {each.final_url: each for each in capture_table.settled(conn, Selection(), 100)}


def in_every_order(tmp_path: Path, collect: Callable[..., None], *pages: Page) -> Iterator[Config]:
    """A data folder for each order in which the pages may come."""
    for number, order in enumerate(permutations(pages)):
        config = configured(tmp_path / str(number))
        collect(config, *order)
        yield config
        assert all(finding.ok for finding in examine(config)), examine(config)


def test_a_print_page_is_a_duplicate_of_the_article_that_it_names(
    tmp_path: Path, collect: Callable[..., None]
) -> None:
    pages = page(KRAIT, *WIRE), page(f"{KRAIT}/print", *WIRE[:7], names=KRAIT)
    for config in in_every_order(tmp_path, collect, *pages):
        assert found(config) == {KRAIT}
        left = captures(config)[f"{KRAIT}/print"]
        assert (left.outcome, left.reason, left.related) == ("duplicate", "canonical", article_id(KRAIT))


def test_a_copy_on_another_host_of_the_site_is_a_duplicate_too(
    tmp_path: Path, collect: Callable[..., None]
) -> None:
    amp = "https://amp.post.example.org/krait"
    for config in in_every_order(tmp_path, collect, page(KRAIT, *WIRE), page(amp, *WIRE, names=KRAIT)):
        assert found(config) == {KRAIT}


def test_a_template_that_names_one_article_on_every_page_hides_none(
    tmp_path: Path, collect: Callable[..., None]
) -> None:
    pages = page(f"{HOME}/bun", *BUN, names=f"{HOME}/bun"), page(f"{HOME}/zoo", *ZOO, names=f"{HOME}/bun")
    for config in in_every_order(tmp_path, collect, *pages):
        assert found(config) == {f"{HOME}/bun", f"{HOME}/zoo"}
        assert {each.outcome for each in captures(config).values()} == {Outcome.INDEXED}
        with data_folder(config) as (_, ledger), ledger.reading() as conn:
            assert duplicates_waiting(conn) == [], "they were compared, once"


def test_the_print_page_of_an_article_whose_own_claim_is_refuted_is_its_duplicate(
    tmp_path: Path, pool: Cleaners
) -> None:
    config = configured(tmp_path)
    slip = page(KRAIT, *WIRE, names=f"{HOME}/bun")
    collected(config, pool, [page(f"{HOME}/bun", *BUN), slip])
    collected(config, pool, [page(f"{KRAIT}/print", *WIRE, names=KRAIT, minute=1)])
    assert found(config) == {KRAIT, f"{HOME}/bun"}


@pytest.mark.parametrize(
    "target", [HOME, "https://www.post.example.org/", f"{HOME}/news", f"{HOME}/gone", "/"]
)
def test_a_page_that_names_what_is_no_article_stays(tmp_path: Path, pool: Cleaners, target: str) -> None:
    config = configured(tmp_path)
    collected(config, pool, [page(KRAIT, *WIRE, names=target), page(f"{HOME}/bun", *BUN, names=target)])
    assert found(config) == {KRAIT, f"{HOME}/bun"}
    with data_folder(config) as (_, ledger), ledger.reading() as conn:
        front = url_table.get(conn, "https://www.post.example.org/")
    assert front is None, "no front page is fetched as an article"


@pytest.mark.parametrize(
    ("other", "names"),
    [
        ("http://post.example.org/krait", ""),
        ("http://www.post.example.org/krait", KRAIT),
        ("https://www.post.example.org/krait", ""),
    ],
)
def test_two_forms_of_an_address_with_one_text_are_one_article(
    tmp_path: Path, collect: Callable[..., None], other: str, names: str
) -> None:
    for config in in_every_order(tmp_path, collect, page(KRAIT, *WIRE), page(other, *WIRE[:7], names=names)):
        assert found(config) == {KRAIT}
        left = captures(config)[other]
        assert (left.outcome, left.reason, left.related) == ("duplicate", "twin", article_id(KRAIT))


def test_two_forms_of_an_address_with_two_texts_are_two_articles(
    tmp_path: Path, collect: Callable[..., None]
) -> None:
    other = "http://www.post.example.org/krait"
    for config in in_every_order(tmp_path, collect, page(KRAIT, *WIRE), page(other, *RALLY, names=KRAIT)):
        assert found(config) == {KRAIT, other}


def test_the_form_that_the_site_names_stays(tmp_path: Path, collect: Callable[..., None]) -> None:
    www = "https://www.post.example.org/krait"
    for config in in_every_order(
        tmp_path, collect, page(KRAIT, *WIRE, names=www), page(www, *WIRE, names=www)
    ):
        assert found(config) == {www}


def test_an_address_that_redirects_now_is_left_for_its_target(
    tmp_path: Path, collect: Callable[..., None]
) -> None:
    www = "https://www.post.example.org/krait"
    pages = page(KRAIT, *WIRE), page(www, *WIRE, asked=KRAIT, names=KRAIT, minute=5)
    for config in in_every_order(tmp_path, collect, *pages):
        assert found(config) == {www}


def test_a_form_that_comes_again_with_another_text_is_an_article_until_the_texts_agree(
    tmp_path: Path, pool: Cleaners
) -> None:
    config, plain = configured(tmp_path), "http://post.example.org/krait"
    collected(config, pool, [page(KRAIT, *WIRE), page(plain, *WIRE)])
    assert found(config) == {KRAIT}
    collected(config, pool, [page(plain, *RALLY, minute=1)])
    assert found(config) == {KRAIT, plain}
    collected(config, pool, [page(KRAIT, *RALLY, minute=2)])
    assert found(config) == {KRAIT}
    collected(config, pool, [page(plain, *RALLY, *BUN[:1], minute=3)])
    assert found(config) == {KRAIT}


def test_what_is_made_again_from_the_archive_is_the_same(tmp_path: Path, pool: Cleaners) -> None:
    pages = (
        *(page(KRAIT, *WIRE), page(f"{KRAIT}/print", *WIRE, names=KRAIT)),
        *(page(f"{HOME}/bun", *BUN, names=KRAIT), page("http://post.example.org/bun", *BUN, names=KRAIT)),
    )
    config = configured(tmp_path)
    collected(config, pool, pages[::-1])
    before = {url: (each.outcome, each.reason, each.related) for url, each in captures(config).items()}
    assert found(config) == {KRAIT, f"{HOME}/bun"}
    for again in (reindex, reclean, rebuild):
        again(config)
        assert found(config) == {KRAIT, f"{HOME}/bun"}
        after = {url: (each.outcome, each.reason, each.related) for url, each in captures(config).items()}
        assert after == before
    assert all(finding.ok for finding in examine(config)), examine(config)


def test_duplicates_leave_elasticsearch_too(in_elasticsearch: Config, pool: Cleaners) -> None:
    plain, slip = page("http://post.example.org/krait", *WIRE), page(f"{HOME}/zoo", *ZOO, names=KRAIT)
    collected(in_elasticsearch, pool, [plain, slip, page(f"{KRAIT}/print", *WIRE, names=KRAIT)])
    assert found(in_elasticsearch) == {plain.url, slip.url, f"{KRAIT}/print"}
    collected(in_elasticsearch, pool, [page(KRAIT, *WIRE)])
    assert found(in_elasticsearch) == {KRAIT, slip.url}


def test_an_original_whose_features_are_forgotten_is_compared_by_its_text_in_the_index(
    tmp_path: Path, pool: Cleaners
) -> None:
    config = configured(tmp_path)
    collected(config, pool, [page(KRAIT, *WIRE), page(f"{HOME}/bun", *BUN)])
    with data_folder(config) as (_, ledger), ledger.transaction() as conn:
        knowledge_table.disregard(conn, [article_id(KRAIT), article_id(f"{HOME}/bun")])
    later = page(f"{KRAIT}/print", *WIRE, names=KRAIT), page(f"{HOME}/zoo", *ZOO, names=f"{HOME}/bun")
    collected(config, pool, later)
    assert found(config) == {KRAIT, f"{HOME}/bun", f"{HOME}/zoo"}

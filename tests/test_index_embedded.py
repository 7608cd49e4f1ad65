"""The embedded index: the contract of every index, and what only a folder on a disk can suffer."""

import resource
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tantivy import Index

from articles.errors import SearchIndexError, StorageError
from index.embedded import local_reader
from index.embedded.erasing import erase
from index.embedded.local_reader import EmbeddedReader
from index.embedded.local_writer import EmbeddedWriter
from index.query import Query
from tests.index_contract import LIBRARY, IndexContract, NewIndex, OpenIndex, Worth, article


@pytest.fixture(scope="module")
def new_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewIndex]:
    with ExitStack() as stack:

        def new() -> OpenIndex:
            folder = tmp_path_factory.mktemp("data") / "index"
            writer = stack.enter_context(closing(EmbeddedWriter(folder)))
            return OpenIndex(
                writer,
                EmbeddedReader(folder),
                lambda: EmbeddedReader(folder),
                lambda time: EmbeddedReader(folder, lambda: time),
            )

        yield new


class TestEmbedded(IndexContract):
    """The contract, over a folder."""

    WORTH = Worth(title=2.0, lead=2.0, exact=3.8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed index with LIBRARY in it."""
    path = tmp_path / "index"
    writer = EmbeddedWriter(path)
    writer.add(list(LIBRARY.values()))
    writer.close()
    return path


# Scanning


def test_a_scan_of_many_articles_is_few_searches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each goes through all hits: in parts of one size, twice the articles would cost four times as much."""
    reader, searches = EmbeddedReader(folder), []
    searcher = Index.open(str(folder)).searcher()

    class Counted:
        def search(self, *asked: Any, **how: Any) -> Any:
            searches.append(how["limit"])
            return searcher.search(*asked, **how)

        def __getattr__(self, name: str) -> Any:
            return getattr(searcher, name)

    monkeypatch.setattr(local_reader, "_SCANNED", 1)
    monkeypatch.setattr(local_reader, "_MOST_SCANNED", 4)
    monkeypatch.setattr(reader, "_searcher", Counted)
    assert len(list(reader.scan(Query()))) == len(LIBRARY)
    assert searches[:4] == [1, 2, 4, 4]
    assert sum(searches[:-1]) <= len(LIBRARY) < sum(searches)


# Opening


def test_a_new_index_is_made_where_nothing_or_an_empty_folder_is(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "deep" / "index", tmp_path / "empty"):
        EmbeddedWriter(folder).close()
        assert EmbeddedReader(folder).count() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "empty"]


def test_a_missing_index_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SearchIndexError, match=r"no index in .*absent.*broadsheet index rebuild"):
        EmbeddedReader(tmp_path / "absent")


def test_an_index_of_another_version_is_refused_by_reader_and_writer(folder: Path) -> None:
    (folder / "broadsheet-version").write_text("99", "ascii")
    for opened in (EmbeddedReader, EmbeddedWriter):
        with pytest.raises(SearchIndexError, match=r"version '99'.*broadsheet index rebuild"):
            opened(folder)


@pytest.mark.parametrize("name", ["meta.json", "broadsheet-version", "*.store", "*.term", "*.idx", "*.fast"])
@pytest.mark.parametrize("damage", ["gone", "empty", "half", "flipped"])
def test_a_damaged_index_is_named_with_what_to_do(folder: Path, name: str, damage: str) -> None:
    hurt(next(folder.glob(name)), damage)
    with pytest.raises(SearchIndexError, match="broadsheet index rebuild"):
        use(folder)


def hurt(path: Path, damage: str) -> None:
    whole = path.read_bytes()
    half = len(whole) // 2
    if damage == "gone":
        path.unlink()
    elif damage == "flipped":
        path.write_bytes(bytes(byte ^ 0xFF for byte in whole))
    else:
        path.write_bytes(whole[:half] if damage == "half" else b"")


def use(folder: Path) -> None:
    reader = EmbeddedReader(folder)
    reader.search(Query(text="steel"))
    list(reader.all())


def test_a_file_in_the_place_of_the_folder_is_an_error_of_the_index(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    for opened in (EmbeddedReader, EmbeddedWriter):
        with pytest.raises(SearchIndexError):
            opened(tmp_path / "index")


def test_an_index_may_be_moved_and_put_in_the_place_of_another(folder: Path, tmp_path: Path) -> None:
    reader = EmbeddedReader(folder)
    rebuilt = tmp_path / "rebuilt"
    writer = EmbeddedWriter(rebuilt)
    writer.add([LIBRARY["cars"]])
    writer.close()
    folder.rename(tmp_path / "old")
    rebuilt.rename(folder)
    assert list(reader.all()) == list(EmbeddedReader(folder).all()) == [LIBRARY["cars"]]


# Sharing


def test_a_second_writer_is_told_so(folder: Path) -> None:
    with closing(EmbeddedWriter(folder)), pytest.raises(SearchIndexError, match="another process"):
        EmbeddedWriter(folder)
    EmbeddedWriter(folder).close()


ADD_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from index.embedded.local_writer import EmbeddedWriter
from tests.index_contract import article
writer = EmbeddedWriter(Path(sys.argv[1]))
for number in count():
    acks = writer.add([article(f"number {number}", title="counted")])
    print(acks[0].id, flush=True)
"""


def test_what_another_process_had_acknowledged_outlives_its_sigkill(folder: Path) -> None:
    reader = EmbeddedReader(folder)
    with subprocess.Popen(
        [sys.executable, "-c", ADD_FOR_EVER, folder], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(20)]
        assert all(reader.get(each) for each in acknowledged)
        child.kill()
        acknowledged += child.stdout.read().split()
    assert all(reader.get(each) for each in acknowledged)
    with closing(EmbeddedWriter(folder)) as writer:
        writer.add([LIBRARY["cars"]])
    assert reader.search(Query(text="counted")).total in (len(acknowledged), len(acknowledged) + 1)


# Wear


def test_many_small_commits_do_not_pile_up_files(tmp_path: Path) -> None:
    with closing(EmbeddedWriter(tmp_path / "index")) as writer:
        for number in range(40):
            writer.add([article(str(number))])
    files = list((tmp_path / "index").iterdir())
    assert EmbeddedReader(tmp_path / "index").count() == 40
    assert len(files) < 120  # 7 a segment; without merging 280


def test_a_full_disk_is_told_and_leaves_the_index_whole_and_the_writer_usable(folder: Path) -> None:
    reader = EmbeddedReader(folder)
    bulky = [article(str(number), body=(secrets.token_hex(100_000),)) for number in range(20)]
    with closing(EmbeddedWriter(folder)) as writer:
        for _ in range(2):
            with largest_file(1_000_000), pytest.raises(StorageError, match="make room"):
                writer.add(bulky)
            assert reader.count() == len(LIBRARY)
        assert {ack.status for ack in writer.add(bulky)} == {"indexed"}
    assert reader.count() == len(LIBRARY) + len(bulky)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Every write beyond `size` bytes fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_search_in_a_fresh_process_is_quick_to_start(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.embedded.local_reader import EmbeddedReader; "
        "from index.query import Query; EmbeddedReader(Path(sys.argv[1])).search(Query(text='steel')); "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code, folder], check=True, capture_output=True, text=True)
    heavy = {
        "scrapy",
        "twisted",
        "trafilatura",
        "lxml",
        "sqlalchemy",
        "prefect",
        "asyncio",
        "store",
        "crawlers",
    }
    assert not heavy & set(done.stdout.split())


# Erasing


def test_an_erased_article_leaves_nothing_in_the_files_and_the_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    first, *rest = (article(f"{n:032x}", title=f"herring{n} of the mast") for n in range(30))
    with closing(EmbeddedWriter(folder)) as writer:
        for start in range(0, len(rest), 7):
            writer.add(rest[start : start + 7])
        writer.add([first, replace(rest[0], title="earlier sturgeon")])
        writer.add([replace(rest[0], title="later")])
    erase(folder, [first.id, rest[9].id])
    index = Index.open(str(folder))
    index.reload()
    terms = {term for term, _ in index.searcher().terms_with_prefix("title", "")}
    assert not terms & {"herring0", "herring10", "herring1", "sturgeon", "earlier"}
    kept = [replace(rest[0], title="later"), *(one for one in rest[1:] if one is not rest[9])]
    assert {one.id: one for one in EmbeddedReader(folder).all()} == {one.id: one for one in kept}
    erase(folder, [first.id])
    assert EmbeddedReader(folder).count() == 28


def test_a_commit_that_was_killed_does_not_stand_in_the_way_of_the_same_one(folder: Path) -> None:
    """It leaves a list of deleted documents under the name that the next commit gives to its own."""
    first, *others = (article.id for article in LIBRARY.values())
    meta = (folder / "meta.json").read_bytes()
    with closing(EmbeddedWriter(folder)) as writer:
        writer.delete([first])
    (folder / "meta.json").write_bytes(meta)  # the last file that a commit writes
    with closing(EmbeddedWriter(folder)) as writer:
        writer.delete([first])
    assert EmbeddedReader(folder).count() == len(others)

"""The embedded index on disk: its fields, its version, how it is made and opened, and which errors its faults become.

The folder is tantivy's, plus one file of ours. It contains no paths, so that it can be moved.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import get_args

import msgspec
from tantivy import (
    MAX_DATETIME,
    MIN_DATETIME,
    DocAddress,
    Document,
    Index,
    Query,
    Schema,
    SchemaBuilder,
    Searcher,
)

from articles.errors import SearchIndexError, StorageError
from articles.model import Article, from_json, to_json
from index import stems
from index.documents import (
    KEYWORD_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    Facet,
    check_identity,
    facets,
    keywords,
    milliseconds,
    numbers,
    texts,
    timestamp,
)
from index.stems import EMBEDDED
from index.tokens import analyzer, keyword, plain

VERSION = "9"  # of the fields and of the tokenisation
_VERSION_FILE = "broadsheet-version"
_META = "meta.json"
_OF_ALL_SEGMENTS = (_META, ".managed.json", _VERSION_FILE)
_WORDS = "broadsheet_words"
STEMMERS = sorted(set(EMBEDDED.values()))
_ID_STARTS = tuple(f"{byte:02x}" for byte in range(256))
_REBUILD = "`broadsheet index rebuild` makes a new one from the archive"


def make_schema() -> Schema:
    """The searchable fields; the date; the date and the fetch time in ms since 1970; and the article itself, stored."""
    builder = SchemaBuilder()
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=_WORDS)
    for stemmer in STEMMERS:
        builder.add_text_field(f"stem_{stemmer}", tokenizer_name=f"broadsheet_{stemmer}", index_option="freq")
    for name in KEYWORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for facet in get_args(Facet):
        builder.add_text_field(f"facet_{facet}", tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBER_FIELDS:
        builder.add_float_field(name, indexed=True)
    builder.add_date_field("timestamp", indexed=True, fast=True)
    builder.add_integer_field("dated", fast=True)
    builder.add_integer_field("fetched", fast=True)
    builder.add_bytes_field("article", stored=True)
    return builder.build()


SCHEMA = make_schema()


def make_document(article: Article) -> Document:
    """Raises ValueError for what no document can hold: text with lone surrogates, no id, no URL."""
    check_identity(article)
    document = Document()
    for name, values in texts(article).items():
        for text in values:
            document.add_text(name, plain(text))
    if stemmer := EMBEDDED.get(article.language):
        for text in (article.title, article.lead, *article.body):
            document.add_text(f"stem_{stemmer}", plain(text))
    for name, values in keywords(article).items():
        for word in filter(None, map(keyword, values)):
            document.add_text(name, word)
    for facet, values in facets(article).items():
        for value in dict.fromkeys(filter(None, values)):
            document.add_text(f"facet_{facet}", value)
    for name, number in numbers(article).items():
        document.add_float(name, number)
    document.add_date("timestamp", in_range(timestamp(article)))
    document.add_integer("dated", milliseconds(timestamp(article)))
    document.add_integer("fetched", milliseconds(article.fetched_at))
    document.add_bytes("article", to_json(article))
    return document


def in_range(time: datetime) -> datetime:
    """The time, or the nearest one that tantivy can hold (1677 to 2262)."""
    return max(MIN_DATETIME, min(time, MAX_DATETIME))


def create(folder: Path) -> None:
    """Make an empty index where there is nothing, or an empty folder. If this is interrupted, there is none."""
    unfinished = folder.with_name(f".{folder.name}.making")
    with storing(folder):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        Index(make_schema(), str(unfinished))
        (unfinished / _VERSION_FILE).write_text(VERSION, "ascii")
        unfinished.rename(folder)


def freeze(folder: Path, into: Path) -> None:
    """Give the index as it is now a second name in a new folder, in which it stays as it is while a writer goes on.

    Its files are never changed, only replaced and removed; where the file system knows no second names, they are copied.
    """
    with reading(folder):
        before = None
        while before != (before := (folder / _META).read_bytes()):  # a merge may end meanwhile
            shutil.rmtree(into, ignore_errors=True)
            into.mkdir(parents=True)
            meta = msgspec.json.decode(before)
            segments = {each["segment_id"].replace("-", "") for each in meta["segments"]}
            for path in folder.iterdir():
                if path.name in _OF_ALL_SEGMENTS or path.name.partition(".")[0] in segments:
                    with suppress(FileNotFoundError):
                        _link(path, into / path.name)


def _link(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(path, other)


def is_there(folder: Path) -> bool:
    """Whether there is anything at all, complete or not."""
    return folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))


def open_index(folder: Path) -> Index:
    """The index in `folder`. Raises SearchIndexError if it is missing, damaged or of another version."""
    with reading(folder):
        if not is_there(folder):
            raise SearchIndexError(f"there is no index in {folder}; {_REBUILD}")
        version = (folder / _VERSION_FILE).read_text("ascii")
        if version != VERSION:
            found = f"of version {version[:20]!r}, this program's is {VERSION}"
            raise SearchIndexError(f"the index in {folder} is {found}; {_REBUILD}")
        index = Index.open(str(folder))
        index.register_tokenizer(_WORDS, analyzer())
        for stemmer in STEMMERS:
            index.register_tokenizer(f"broadsheet_{stemmer}", stems.analyzer(stemmer))
        index.config_reader("manual")
        return index


def address(searcher: Searcher, article_id: str) -> DocAddress | None:
    """Where the article with this id is in the index, if it is there."""
    hits = searcher.search(Query.term_query(SCHEMA, "id", article_id), limit=1, count=False).hits
    return hits[0][1] if hits else None


def addresses(searcher: Searcher) -> Iterator[DocAddress]:
    """Where each article is, sorted by id; 1/256 of the ids are in memory at a time."""
    for start in _ID_STARTS:
        # Each segment of the index has its own terms, which come one segment after the other.
        for article_id in sorted({term for term, _ in searcher.terms_with_prefix("id", start)}):
            if (found := address(searcher, article_id)) is not None:
                yield found


def article_at(searcher: Searcher, place: DocAddress) -> Article:
    """The article that is stored there."""
    return from_json(searcher.doc(place)["article"][0])


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Raises SearchIndexError for a damaged index, and StorageError for a folder that this process may not use.

    tantivy raises ValueError for both, and locks the folder even to read.
    """
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, ValueError | OSError | msgspec.MsgspecError) or _is_panic(error)):
            raise
        if isinstance(error, PermissionError) or "Lockfile" in str(error) or "PermissionDenied" in str(error):
            why = str(error).removesuffix(". None")  # how tantivy prints a missing detail
            raise StorageError(
                f"the index in {folder} cannot be read without write access to it ({why}); correct its permissions"
            ) from error
        raise SearchIndexError(f"the index in {folder} is damaged ({error}); {_REBUILD}") from error


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Raises SearchIndexError if another process writes the index, and StorageError if the disk cannot be written."""
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, ValueError | OSError) or _is_panic(error)):
            raise
        if "LockBusy" in str(error):
            raise SearchIndexError(
                f"another process is writing the index in {folder}; wait until it ends"
            ) from error
        raise StorageError(
            f"the index in {folder} could not be written, and is as it was before: {error}; make room or repair "
            "the disk, then run again (if that does not help, `broadsheet index rebuild`)"
        ) from error


def _is_panic(error: BaseException) -> bool:
    """Whether tantivy panicked, as it does on flipped bits. Its class is not an Exception and cannot be imported."""
    return type(error).__name__ == "PanicException"

"""The command export: every article, as JSON lines or as Markdown."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from articles.errors import StorageError
from broadsheet.commands.options import Markdown, reader_of

if TYPE_CHECKING:
    from articles.model import Article

_NO_LETTER = re.compile(r"[^a-z0-9]+")
_SUFFIX = re.compile(r"\.[a-z]{2,5}$")
_LONGEST = 60  # characters of a name that are from the URL
_OF_ID = 12  # characters


def export(
    context: typer.Context,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Output file; with --markdown, a folder (default: stdout).")
    ] = "",
    as_markdown: Markdown = False,
) -> None:
    """Export every article as JSON lines, or as Markdown, sorted by id.

    Example: broadsheet export --output articles.jsonl
    Example: broadsheet export --markdown --output articles
    """
    from articles.model import to_json

    articles = reader_of(context).all()
    if as_markdown and output:
        _to_folder(articles, Path(output))
        return
    texts = (each.markdown().encode() + b"\n" if as_markdown else to_json(each) + b"\n" for each in articles)
    if not output:
        sys.stdout.buffer.writelines(texts)
        return
    try:
        with open(output, "wb") as out:  # noqa: PTH123  the path is opened exactly as typed
            out.writelines(texts)
    except OSError as error:
        raise StorageError(f"{output} cannot be written: {error.strerror}.") from error


def _to_folder(articles: Iterable["Article"], folder: Path) -> None:
    """One file for each article; one of an earlier export is replaced, others stay."""
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for article in articles:
            path = folder / file_name(article)
            path.write_text(article.markdown(), "utf-8", newline="\n")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error


def file_name(article: "Article") -> str:
    """The name of an article's file: the end of its URL, in letters that every file system takes, and its id.

    It hangs on nothing that an edit of the article changes.
    """
    last = urlsplit(article.url).path.rstrip("/").rpartition("/")[2].lower()
    words = _NO_LETTER.sub("-", _SUFFIX.sub("", last))[:_LONGEST].strip("-")
    return f"{words}-{article.id[:_OF_ID]}.md".removeprefix("-")

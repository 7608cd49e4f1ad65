"""What the commands have in common: the options --json and --markdown, what --config names and its index, spans of time."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError

if TYPE_CHECKING:
    from datetime import timedelta

    from index.protocols import IndexReader
    from pipeline.configuration.config import Config

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Markdown = Annotated[
    bool, typer.Option("--markdown", help="Print Markdown, with headings, lists, quotes, tables and links.")
]


def configured(context: typer.Context) -> "Config":
    """The configuration, read now. Raises ConfigError."""
    from pipeline.configuration.config import load

    return load(context.obj)


def reader_of(context: typer.Context, *, older: bool = False) -> "IndexReader":
    """A reader of the index of articles, or of their older versions. Raises ConfigError, SearchIndexError."""
    from broadsheet.lookup import open_index

    return open_index(configured(context), older=older)


def span(text: str, option: str) -> "timedelta":
    """The span of time given in an option, such as 7d. Raises ConfigError."""
    from pipeline.configuration.schedule import interval

    try:
        return interval(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text}: {error}.") from None

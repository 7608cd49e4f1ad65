"""The commands search and show, which read only the index. (`show` also reads the ledger if the raw page is gone.)"""

import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import Json, Markdown, configured, reader_of

if TYPE_CHECKING:
    from articles.model import Article
    from index.protocols import Hit, IndexReader
    from index.query import Query
    from pipeline.configuration.config import Config


def day(text: str, option: str) -> datetime | None:
    """The start of the day given in an option, None for "". Raises ConfigError."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError:
        raise ConfigError(f"{option} {text}: not a date; write it like 2026-11-23.") from None


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help='Words, "phrases", field:value, AND OR NOT, ( ).')],
    since: Annotated[str, typer.Option("--from", help="First day (UTC), such as 2026-11-23.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, inclusive.")] = "",
    sort: Annotated[
        Literal["relevance", "newest"], typer.Option(help="Best match first, or newest first.")
    ] = "relevance",
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="Maximum number of hits.")
    ] = 10,
    offset: Annotated[int, typer.Option(min=0, max=10000, help="Number of hits to skip.")] = 0,
    by: Annotated[
        Literal["source", "section", "language", "author", "extractor", "day"] | None,
        typer.Option(help="Count the hits by this field instead of listing them."),
    ] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="Search the older versions of edited articles instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Search the articles.

    Example: broadsheet search 'ferry OR "city council"' --from 2026-11-01 --sort newest
    Example: broadsheet search 'title:ferry NOT tram' --by source
    Example: broadsheet search --versions 'title:ferry'
    """
    from broadsheet.terminal import print_json, say
    from index.query import Query

    last = day(until, "--to")
    query = Query(
        text=" ".join(words),
        since=day(since, "--from"),
        until=last + timedelta(days=1) if last else None,
        sort=sort,
        limit=limit,
        offset=offset,
    )
    reader = reader_of(context, older=versions)
    if by is not None:
        show_counts(reader, query, by, as_json=as_json)
        return
    hits = reader.search(query)
    if as_json:
        print_json(
            {
                "total": hits.total,
                "hits": [
                    {
                        "id": h.article.id,
                        "score": h.score,
                        "title": h.article.title,
                        "url": h.article.url,
                        "source": h.article.source,
                        "published_at": h.article.published_at,
                        "highlights": h.snippets(),
                        **(_version(h.article) if versions else {}),
                    }
                    for h in hits.hits
                ],
            }
        )
        return
    say(f"{hits.total} found" if hits.total else "Nothing found.", style="bold")
    for hit in hits.hits:
        show_hit(hit)


def _version(article: "Article") -> dict[str, object]:
    """Which version of an article this is."""
    from index.documents import article_id

    return {
        "article_id": article_id(article),
        "version": article.versions,
        "changed": article.changed,
        "seen_at": article.fetched_at,
    }


def show_counts(
    reader: "IndexReader",
    query: "Query",
    by: Literal["source", "section", "language", "author", "extractor", "day"],
    *,
    as_json: bool,
) -> None:
    """Print how many articles match for each value of a field (at most `query.limit` values), or for every day."""
    from broadsheet.terminal import print_json, table

    counts = reader.days(query) if by == "day" else reader.facet(query, by, query.limit)
    if as_json:
        print_json([{"value": each.value, "articles": each.articles} for each in counts])
    else:
        table((by, "articles"), [(each.value, each.articles) for each in counts])


def show_hit(hit: "Hit") -> None:
    """Print one hit: title, source, date and URL, then its snippets with the matches in colour."""
    from rich.text import Text

    from articles.display import printable
    from broadsheet.terminal import console, say, when
    from index.marks import END, START

    article = hit.article
    say()
    say(article.title or "(no title)", style="bold")
    which = f"version {article.versions} of {when(article.fetched_at)}  " if "-" in article.id else ""
    say(
        f"{article.source}  {when(article.published_at)}  {which}{article.id[:12]}  {article.url}",
        style="dim",
    )
    for fragment in hit.highlights:
        line = Text("  ")
        for number, part in enumerate(fragment.split(START)):
            match, mark, rest = part.partition(END)
            if number == 0 or not mark:
                line.append(printable(part))
            else:
                line.append(printable(match), style="bold yellow")
                line.append(printable(rest))
        console.print(line)


def show(
    context: typer.Context,
    which: Annotated[
        str,
        typer.Argument(metavar="ID|URL", help="Article id, its first six characters or more, or URL."),
    ],
    as_json: Json = False,
    as_markdown: Markdown = False,
) -> None:
    """Show one article, and what was cut from it.

    Example: broadsheet show 3f0c9a1b52
    Example: broadsheet show 3f0c9a1b52 --markdown
    """
    from articles.model import to_json

    if as_json and as_markdown:
        raise ConfigError("--json and --markdown: choose one of them.")
    article = _find(configured(context), reader_of(context), which)
    if as_json:
        sys.stdout.buffer.write(to_json(article) + b"\n")
    elif as_markdown:
        sys.stdout.buffer.write(article.markdown().encode())
    else:
        show_article(article, _raw_page(context, article))


def _raw_page(context: typer.Context, article: "Article") -> str:
    """A note on a raw page that is no longer in the archive, from the ledger; "" while it is still there."""
    config = configured(context)
    from store.archive.reader import is_there

    if is_there(config.archive, article.archive.partition(":")[0]):
        return ""
    from pipeline.maintenance.retention import dropped_at
    from store.archived import dropped_on

    at = dropped_at(config, article)
    return dropped_on(at) if at else ""


def _find(config: "Config", reader: "IndexReader", which: str) -> "Article":
    from articles.urls import masked
    from broadsheet.lookup import find_article

    article = find_article(config, reader, which)
    if article is None:
        raise ConfigError(
            f"No article {masked(which)} in the index; `broadsheet explain URL` says what became of a URL."
        )
    return article


def show_article(article: "Article", raw_page: str = "") -> None:
    """Print the article: metadata, lead, body, images, cuts; and a note on its raw page."""
    from broadsheet.terminal import say, table, when

    say(article.title or "(no title)", style="bold")
    facts = (
        ("id", article.id),
        ("url", article.url),
        ("canonical", article.canonical_url if article.canonical_url != article.url else ""),
        ("source", " / ".join(filter(None, (article.source, article.site_name)))),
        ("authors", ", ".join(article.authors)),
        ("published", when(article.published_at)),
        ("dated by", article.published_from),
        ("modified", when(article.modified_at)),
        ("language", article.language),
        ("section", article.section),
        ("access", article.access if article.access != "free" else ""),
        ("rights", ", ".join(article.rights)),
        ("story", article.story_id if article.story_id != article.id else ""),
        ("tags", ", ".join(article.tags)),
        ("words", str(article.word_count)),
        ("found by", article.extractor),
        ("confidence", f"{article.confidence:.2f}"),
        ("archive", "; ".join(filter(None, (article.archive, raw_page)))),
    )
    for name, value in facts:
        if value:
            say(f"{name:<10} {value}", style="dim")
    if article.lead:
        say()
        say(article.lead, style="italic")
    for paragraph in article.body:
        say()
        say(paragraph)
    for note in article.notes:
        say()
        say(f"Note: {note}", style="italic")
    if article.images:
        say()
        table(
            ("image caption", "credit", "verdict"),
            [(i.caption, i.credit, i.status) for i in article.images if i.caption],
        )
    if article.removed:
        say()
        table(
            ("cut", "rule", "place", "evidence"),
            [(_short(r.text), r.rule, r.place, r.evidence) for r in article.removed],
        )


def _short(text: str, length: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
